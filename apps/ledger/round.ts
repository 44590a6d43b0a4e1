// One pass over the commands that wait for a stream: decisions, their events as bytes, and what each command will be answered with.
import { hash } from 'node:crypto';
import { encodeEvent, schemaVersionOf, transactionIdOf } from '@tallystick/events';
import type { EncodedEvent, Journal } from '@tallystick/journal';
import {
  type AccountId,
  type AccountStreamEvent,
  type Answer,
  answerOf,
  type CommandContext,
  type Decision,
  type EventMetadata,
  type Micros,
  nothingToDo,
  type RejectionName,
} from '@tallystick/ledger-core';
import type { Aggregate, Decided, StreamState } from './aggregate.js';
import { type Envelope, minting, type Outcome } from './envelope.js';
import { eventOf } from './stored-events.js';

/** What a command will be answered with once its round's events are durable. */
type Pending =
  | { readonly kind: 'made'; readonly answer: Answer }
  | { readonly kind: 'rejected'; readonly rejection: RejectionName }
  | { readonly kind: 'repeated'; readonly stored: Promise<StoredAnswer> };

interface StoredAnswer {
  readonly answer: Answer;
  /** Null for an event of this round, which has none yet. */
  readonly position: bigint | null;
}

export interface RoundOf<State extends StreamState, Command extends Decided> {
  readonly journal: Journal;
  readonly stream: string;
  readonly accountId: AccountId | null;
  readonly aggregate: Aggregate<State, Command>;
  readonly clock: () => Micros;
}

export class Round<State extends StreamState, Command extends Decided> {
  readonly expectedRevision: number;
  readonly encoded: EncodedEvent[] = [];
  /** A rejection, a repeat or "nothing to do" is answered only from the stream's newest state. */
  needsFreshState = false;
  private readonly events: AccountStreamEvent[] = [];
  private readonly pendings: Pending[][] = [];

  constructor(
    private readonly of: RoundOf<State, Command>,
    /** Folded in place with every event decided: no longer what is stored. */
    private readonly state: State,
  ) {
    this.expectedRevision = state.revision;
  }

  /** Decides the sequences one after the other; each ends at its first decline or rejection, a repeated one too. */
  async decide(sequences: readonly (readonly Envelope<Command>[])[]): Promise<void> {
    for (const envelopes of sequences) {
      const pendings: Pending[] = [];
      this.pendings.push(pendings);
      for (const envelope of envelopes) {
        const pending = this.decideOne(envelope);
        pendings.push(pending);
        if (pendings.length === envelopes.length || pending.kind === 'rejected') break;
        const answer = pending.kind === 'made' ? pending.answer : (await pending.stored).answer;
        if (answer.decision === 'declined') break;
      }
    }
  }

  /** @param position of the last event that the answers rest on */
  async outcomes(position: bigint): Promise<Outcome[][]> {
    const all: Outcome[][] = [];
    for (const pendings of this.pendings) {
      const outcomes: Outcome[] = [];
      for (const pending of pendings) {
        if (pending.kind === 'made')
          outcomes.push({ kind: 'answered', answer: pending.answer, position, repeated: false });
        else if (pending.kind === 'rejected') outcomes.push(pending);
        else {
          const stored = await pending.stored;
          const { answer } = stored;
          outcomes.push({ kind: 'answered', answer, position: stored.position ?? position, repeated: true });
        }
      }
      all.push(outcomes);
    }
    return all;
  }

  private decideOne(envelope: Envelope<Command>): Pending {
    const { state } = this;
    const { aggregate, clock } = this.of;
    const { command, commandId, effectiveAt, localDate } = envelope;
    const context: CommandContext = {
      commandId,
      contentHash: hash('sha256', aggregate.contentOf(command), 'base64url'),
      effectiveAt,
      recordedAt: largest(clock(), state.recordedAt, envelope.causedAt),
      localDate,
      mint: minting(effectiveAt, commandId),
    };
    return this.take(aggregate.decide(state, command, context), envelope, context);
  }

  private take(decision: Decision, envelope: Envelope<Command>, context: CommandContext): Pending {
    if (decision.kind !== 'events') this.needsFreshState = true;
    switch (decision.kind) {
      case 'events': {
        decision.events.forEach((event, index) => {
          this.record(event, index, envelope, context);
        });
        const [first] = decision.events;
        if (first === undefined) throw new Error('a decision without events is "nothing"');
        return { kind: 'made', answer: answerOf(first, envelope.command.type) };
      }
      case 'repeat': {
        const stored = this.storedAnswer(decision.revision, envelope.command.type);
        // Whoever needs it waits for it; a round that is given up before that must not leave an unhandled rejection.
        stored.catch(() => undefined);
        return { kind: 'repeated', stored };
      }
      case 'nothing':
        return { kind: 'made', answer: nothingToDo(this.of.aggregate.balancesOf(this.state)) };
      case 'rejection':
        return { kind: 'rejected', rejection: decision.rejection };
    }
  }

  private async storedAnswer(revision: number, asked: string): Promise<StoredAnswer> {
    const own = this.events[revision - this.expectedRevision - 1];
    if (own !== undefined) return { answer: answerOf(own, asked), position: null };
    const { journal, stream } = this.of;
    const [stored] = await journal.readStream(stream, { fromRevision: revision, limit: 1 });
    if (stored === undefined) throw new Error(`${stream} has no revision ${revision} any more`);
    return { answer: answerOf(eventOf(stored), asked), position: stored.position };
  }

  private record(event: AccountStreamEvent, index: number, envelope: Envelope<Command>, context: CommandContext): void {
    const revision = this.state.revision + 1;
    const metadata: EventMetadata = {
      type: event.type,
      schemaVersion: schemaVersionOf(event.type),
      stream: this.of.stream,
      revision: BigInt(revision),
      accountId: this.of.accountId,
      transactionId: transactionIdOf(event),
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
    this.of.aggregate.evolve(this.state, event, { commandId, contentHash, revision, recordedAt, localDate });
  }
}

function largest(a: Micros, b: Micros, c: Micros): Micros {
  const ab = a > b ? a : b;
  return ab > c ? ab : c;
}
