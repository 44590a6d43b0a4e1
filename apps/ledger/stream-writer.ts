// One stream's commands: load, decide, append, answer. One append is in flight at a time; all commands that wait meanwhile are decided
// against the evolving state and appended in one go, so a hot account costs one round trip for many commands.

import type { CallContext } from '@tallystick/contracts';
import { type EncodedEvent, type Journal, JournalUnavailable, NO_STREAM, RevisionConflict } from '@tallystick/journal';
import type { AccountId, Micros } from '@tallystick/ledger-core';
import { CallCancelled, type CallFailed, CallScope } from '@tallystick/transport';
import type { Aggregate, Decided, StreamState } from './aggregate.js';
import type { Envelope, Outcome } from './envelope.js';
import { Round, type RoundOf } from './round.js';

export interface WriterPorts {
  readonly journal: Journal;
  /** Microseconds since 1970. */
  readonly clock: () => Micros;
  /** Waits before an append whose outcome is unknown is sent again. */
  readonly pause: (attempt: number) => Promise<void>;
  /** Told of every failure of the journal that callers learn of only as `unavailable`. */
  readonly report?: (error: unknown) => void;
}

/** Loads a state, from a snapshot where there is one, up to the stream's newest event. */
export type Load<State> = () => Promise<State>;

interface Waiting<Command> {
  readonly envelopes: readonly Envelope<Command>[];
  readonly context: CallContext;
  readonly resolve: (outcomes: Outcome[]) => void;
  readonly reject: (error: unknown) => void;
}

const SEQUENCES_PER_APPEND = 512;
/** Of an append whose outcome is unknown. */
const ATTEMPTS = 8;
/** Whoever was outrun reads before it decides again, so that it is slower than the other, again and again; each time one of them has gone on. */
const DECISIONS = 64;

export class StreamWriter<State extends StreamState, Command extends Decided> {
  private waiting: Waiting<Command>[] = [];
  private running = false;
  private state: State | undefined;
  private readonly of: RoundOf<State, Command>;

  constructor(
    private readonly ports: WriterPorts,
    private readonly aggregate: Aggregate<State, Command>,
    readonly stream: string,
    accountId: AccountId | null,
    private readonly load: Load<State>,
  ) {
    this.of = { journal: ports.journal, clock: ports.clock, stream, accountId, aggregate };
  }

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
   * Decides the commands one after the other, in one append; after a decline or a rejection, first or repeated, the rest is not decided
   * and has no outcome. A caller who has gone may be asking another ledger by now, and what that one answers must stay true: his commands
   * are no longer decided.
   * @throws CallFailed for a caller who has gone; JournalUnavailable, RevisionConflict where the outcome stays unknown: the same command again gets the true answer
   */
  execute(envelopes: readonly Envelope<Command>[], context: CallContext): Promise<Outcome[]> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ envelopes, context, resolve, reject });
      if (this.running) return;
      this.running = true;
      void this.drain();
    });
  }

  private async drain(): Promise<void> {
    while (this.waiting.length > 0) await this.settle(this.waiting.splice(0, SEQUENCES_PER_APPEND));
    this.running = false;
  }

  /** Answers each of the batch, whatever happens. */
  private async settle(batch: readonly Waiting<Command>[]): Promise<void> {
    let waiting = batch;
    try {
      for (let attempt = 1; ; attempt++) {
        const state = this.state ?? (await this.load());
        this.state = state;
        waiting = withoutGone(waiting);
        if (waiting.length === 0) return;
        const outcomes = await this.decideAndAppend(state, waiting, attempt);
        if (outcomes === undefined) continue;
        for (let i = 0; i < waiting.length; i++) waiting[i]?.resolve(outcomes[i] ?? []);
        return;
      }
    } catch (error) {
      this.state = undefined;
      if (isOperational(error)) this.ports.report?.(error);
      // A command that can't be decided must not take with it those that only waited beside it.
      if (waiting.length > 1 && !isOperational(error)) for (const item of waiting) await this.settle([item]);
      else for (const item of waiting) item.reject(error);
    }
  }

  /** @returns undefined where it must be decided again */
  private async decideAndAppend(
    state: State,
    waiting: readonly Waiting<Command>[],
    attempt: number,
  ): Promise<Outcome[][] | undefined> {
    const round = new Round(this.of, state);
    try {
      await round.decide(waiting.map(({ envelopes }) => envelopes));
      return await round.outcomes(await this.makeDurable(state, round));
    } catch (error) {
      // Our decisions are undone: what stands is in the journal, so read it and decide again (rule 6).
      this.state = undefined;
      if (!(error instanceof RevisionConflict) || attempt === DECISIONS) throw error;
      return undefined;
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
}

/** The journal's failure and nobody's fault: the same call again may succeed. */
export function isOperational(error: unknown): error is JournalUnavailable | RevisionConflict {
  return error instanceof JournalUnavailable || error instanceof RevisionConflict;
}

/** Those whose callers still wait; the others are told why they don't. */
function withoutGone<Command>(waiting: readonly Waiting<Command>[]): readonly Waiting<Command>[] {
  if (waiting.every(({ context }) => goneFor(context) === undefined)) return waiting;
  return waiting.filter(({ context, reject }) => {
    const reason = goneFor(context);
    if (reason !== undefined) reject(reason);
    return reason === undefined;
  });
}

/** A scope is asked without having it make its signal. */
function goneFor(context: CallContext): CallFailed | undefined {
  if (context instanceof CallScope) return context.cancelledBy();
  return context.signal.aborted ? new CallCancelled(context.signal.reason) : undefined;
}
