// One stream's commands: load, decide, append, answer. One append is in flight at a time; all commands that wait meanwhile are decided
// against the evolving state and appended in one go, so a hot account costs one round trip for many commands.
import { hash } from 'node:crypto';
import { decodeMetadata, decodePayload, deriveId, encodeEvent, schemaVersionOf } from '@tallystick/events';
import {
  type EncodedEvent,
  type Journal,
  JournalUnavailable,
  NO_STREAM,
  type RecordedEvent,
  RevisionConflict,
} from '@tallystick/journal';
import {
  type AccountId,
  type AccountStreamEvent,
  type Answer,
  answerOf,
  type CommandContext,
  type Decision,
  type EntryId,
  type EventMetadata,
  type LocalDate,
  type Micros,
  type Mint,
  nothingToDo,
  type RejectionName,
  type TransactionId,
} from '@tallystick/ledger-core';
import type { Aggregate, StreamState } from './aggregate.js';

/** A command with all that is known of it. */
export interface Envelope<Command> {
  readonly command: Command;
  /** `caller/account/key`: the scope of idempotency. */
  readonly commandId: string;
  readonly effectiveAt: Micros;
  readonly localDate: LocalDate;
  readonly source: string;
  readonly actor: string;
  readonly correlationId: string;
  readonly causationId: string | null;
  readonly traceparent: string | null;
  /** recordedAt of the event that caused this command; 0 for none. */
  readonly causedAt: Micros;
}

export type Outcome =
  | { readonly kind: 'answered'; readonly answer: Answer; readonly position: bigint; readonly repeated: boolean }
  | { readonly kind: 'rejected'; readonly rejection: RejectionName };

export interface WriterPorts {
  readonly journal: Journal;
  /** Microseconds since 1970. */
  readonly clock: () => Micros;
  /** Waits before an append whose outcome is unknown is sent again. */
  readonly pause: (attempt: number) => Promise<void>;
}

/** Loads a state, from a snapshot where there is one, up to the stream's newest event. */
export type Load<State> = () => Promise<State>;

interface Waiting<Command> {
  readonly envelopes: readonly Envelope<Command>[];
  readonly resolve: (outcomes: Outcome[]) => void;
  readonly reject: (error: unknown) => void;
}

/** What a decision will be answered with once its events are durable. */
type Pending = { readonly answer: Answer } | { readonly storedAt: number } | { readonly rejection: RejectionName };

const COMMANDS_PER_APPEND = 512;
const ATTEMPTS = 8;
const READ_PAGE = 1024;

export class StreamWriter<State extends StreamState, Command> {
  private waiting: Waiting<Command>[] = [];
  private running = false;
  private state: State | undefined;

  constructor(
    private readonly ports: WriterPorts,
    private readonly aggregate: Aggregate<State, Command>,
    readonly stream: string,
    private readonly accountId: AccountId | null,
    private readonly load: Load<State>,
  ) {}

  get idle(): boolean {
    return !this.running;
  }

  /** The state as of the newest event of this writer, where it is loaded and no append is in flight. */
  get settledState(): State | undefined {
    return this.running ? undefined : this.state;
  }

  get weight(): number {
    return this.state === undefined ? 1 : this.aggregate.weightOf(this.state);
  }

  /**
   * Decides the commands one after the other, in one append; after a decline or a rejection the rest is not decided, and has no outcome.
   * @throws JournalUnavailable where the outcome stays unknown: the same command again gets the true answer
   */
  execute(envelopes: readonly Envelope<Command>[]): Promise<Outcome[]> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ envelopes, resolve, reject });
      if (this.running) return;
      this.running = true;
      void this.drain();
    });
  }

  private async drain(): Promise<void> {
    while (this.waiting.length > 0) {
      const batch = this.waiting.splice(0, COMMANDS_PER_APPEND);
      try {
        const outcomes = await this.decideAndAppend(batch);
        for (let i = 0; i < batch.length; i++) batch[i]?.resolve(outcomes[i] ?? []);
      } catch (error) {
        this.state = undefined;
        for (const item of batch) item.reject(error);
      }
    }
    this.running = false;
  }

  private async decideAndAppend(batch: readonly Waiting<Command>[]): Promise<Outcome[][]> {
    for (let attempt = 1; ; attempt++) {
      const state = this.state ?? (await this.load());
      this.state = state;
      const round = new Round(this.stream, this.accountId, state, this.aggregate, this.ports.clock);
      for (const item of batch) round.decideAll(item.envelopes);
      try {
        const position = await this.makeDurable(state, round);
        return await this.answers(round, position);
      } catch (error) {
        // Our decisions are undone: what stands is in the journal, so read it and decide again (rule 6).
        this.state = undefined;
        if (!(error instanceof RevisionConflict) || attempt === ATTEMPTS) throw error;
      }
    }
  }

  /** Position of the last event that the answers rest on. */
  private async makeDurable(state: State, round: Round<State, Command>): Promise<bigint> {
    if (round.encoded.length > 0) return this.append(round.expectedRevision, round.encoded);
    if (!round.needsFreshState) return 0n;
    const [newest] = await this.ports.journal.readStream(this.stream, { direction: 'backwards', limit: 1 });
    const found = newest?.revision ?? NO_STREAM;
    if (found !== state.revision) throw new RevisionConflict(this.stream, state.revision, found);
    return newest?.position ?? 0n;
  }

  /** The same bytes at the same revision until the outcome is known. */
  private async append(expectedRevision: number, events: readonly EncodedEvent[]): Promise<bigint> {
    for (let attempt = 1; ; attempt++) {
      try {
        return (await this.ports.journal.append(this.stream, expectedRevision, events)).position;
      } catch (error) {
        if (!(error instanceof JournalUnavailable) || !error.outcomeUnknown || attempt === ATTEMPTS) throw error;
        await this.ports.pause(attempt);
      }
    }
  }

  private async answers(round: Round<State, Command>, position: bigint): Promise<Outcome[][]> {
    const all: Outcome[][] = [];
    for (const pendings of round.pendings) {
      const outcomes: Outcome[] = [];
      for (const pending of pendings) {
        if ('answer' in pending) outcomes.push({ kind: 'answered', answer: pending.answer, position, repeated: false });
        else if ('rejection' in pending) outcomes.push({ kind: 'rejected', rejection: pending.rejection });
        else outcomes.push(await this.repeated(round, pending.storedAt, position));
      }
      all.push(outcomes);
    }
    return all;
  }

  private async repeated(round: Round<State, Command>, revision: number, position: bigint): Promise<Outcome> {
    const own = round.events[revision - round.expectedRevision - 1];
    if (own !== undefined) return { kind: 'answered', answer: answerOf(own), position, repeated: true };
    const [stored] = await this.ports.journal.readStream(this.stream, { fromRevision: revision, limit: 1 });
    if (stored === undefined) throw new Error(`${this.stream} has no revision ${revision} any more`);
    return { kind: 'answered', answer: answerOf(eventOf(stored)), position: stored.position, repeated: true };
  }
}

/** One pass over the waiting commands: decisions, their events as bytes, and what each will be answered with. */
class Round<State extends StreamState, Command> {
  readonly expectedRevision: number;
  readonly events: AccountStreamEvent[] = [];
  readonly encoded: EncodedEvent[] = [];
  readonly pendings: Pending[][] = [];
  /** A rejection, a repeat or "nothing to do" is answered only from the stream's newest state. */
  needsFreshState = false;

  constructor(
    private readonly stream: string,
    private readonly accountId: AccountId | null,
    private readonly state: State,
    private readonly aggregate: Aggregate<State, Command>,
    private readonly clock: () => Micros,
  ) {
    this.expectedRevision = state.revision;
  }

  decideAll(envelopes: readonly Envelope<Command>[]): void {
    const pendings: Pending[] = [];
    this.pendings.push(pendings);
    for (const envelope of envelopes) {
      const pending = this.decideOne(envelope);
      pendings.push(pending);
      if ('rejection' in pending || ('answer' in pending && pending.answer.decision === 'declined')) return;
    }
  }

  private decideOne(envelope: Envelope<Command>): Pending {
    const { state, aggregate } = this;
    const recordedAt = largest(this.clock(), state.recordedAt, envelope.causedAt);
    const context: CommandContext = {
      commandId: envelope.commandId,
      contentHash: hash('sha256', aggregate.contentOf(envelope.command), 'base64url'),
      effectiveAt: envelope.effectiveAt,
      recordedAt,
      localDate: envelope.localDate,
      mint: minting(envelope.effectiveAt, envelope.commandId),
    };
    const decision = aggregate.decide(state, envelope.command, context);
    return this.take(decision, envelope, context);
  }

  private take(decision: Decision, envelope: Envelope<Command>, context: CommandContext): Pending {
    switch (decision.kind) {
      case 'events': {
        decision.events.forEach((event, index) => {
          this.record(event, index, envelope, context);
        });
        const [first] = decision.events;
        if (first === undefined) throw new Error('a decision without events is "nothing"');
        return { answer: answerOf(first) };
      }
      case 'repeat':
        this.needsFreshState = true;
        return { storedAt: decision.revision };
      case 'nothing':
        this.needsFreshState = true;
        return { answer: nothingToDo(this.aggregate.balancesOf(this.state)) };
      case 'rejection':
        this.needsFreshState = true;
        return { rejection: decision.rejection };
    }
  }

  private record(event: AccountStreamEvent, index: number, envelope: Envelope<Command>, context: CommandContext): void {
    const revision = this.state.revision + 1;
    const metadata: EventMetadata = {
      type: event.type,
      schemaVersion: schemaVersionOf(event.type),
      stream: this.stream,
      revision: BigInt(revision),
      accountId: this.accountId,
      transactionId:
        'transaction' in event
          ? event.transaction.transactionId
          : 'transactionId' in event
            ? event.transactionId
            : null,
      commandId: context.commandId,
      contentHash: context.contentHash,
      source: envelope.source,
      correlationId: envelope.correlationId,
      causationId: envelope.causationId,
      traceparent: envelope.traceparent,
      effectiveAt: context.effectiveAt,
      recordedAt: context.recordedAt,
      localDate: context.localDate,
      actor: envelope.actor,
    };
    this.encoded.push(encodeEvent(event, metadata, index));
    this.events.push(event);
    const { commandId, contentHash, recordedAt, localDate } = context;
    this.aggregate.evolve(this.state, event, { commandId, contentHash, revision, recordedAt, localDate });
  }
}

/** Folds a stream from its state's revision to its newest event; returns how many events that were. */
export async function catchUp<State extends StreamState, Command>(
  journal: Journal,
  stream: string,
  aggregate: Aggregate<State, Command>,
  state: State,
): Promise<number> {
  let folded = 0;
  for (;;) {
    const page = await journal.readStream(stream, { fromRevision: state.revision + 1, limit: READ_PAGE });
    for (const recorded of page) {
      const { commandId, contentHash, recordedAt, localDate } = decodeMetadata(recorded.metadata);
      aggregate.evolve(state, eventOf(recorded), {
        commandId,
        contentHash,
        revision: recorded.revision,
        recordedAt,
        localDate,
      });
    }
    folded += page.length;
    if (page.length < READ_PAGE) return folded;
  }
}

function eventOf(recorded: RecordedEvent): AccountStreamEvent {
  // A stream of accounts or unknown cards holds no other events: nothing else appends to it.
  return decodePayload(recorded.payload) as AccountStreamEvent;
}

/** The ids of what one command makes; the same command gives the same ids. */
export function minting(effectiveAt: Micros, commandId: string): Mint {
  const mint = (kind: 'tx' | 'entry', index = 0): string =>
    deriveId(kind, effectiveAt, index === 0 ? kind : `${kind}-${index}`, commandId);
  // The two overloads of Mint differ only in the brand of what they return.
  return mint as (kind: 'tx' | 'entry', index?: number) => TransactionId & EntryId;
}

function largest(a: Micros, b: Micros, c: Micros): Micros {
  const ab = a > b ? a : b;
  return ab > c ? ab : c;
}
