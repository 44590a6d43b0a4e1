// Small streams whose newest event says all there is to know: one for each thing that a customer's program writes.
import { hash } from 'node:crypto';
import type { BookDate, CallContext } from '@tallystick/contracts';
import { decodeMetadata, decodePayload, encodeNewEvent } from '@tallystick/events';
import { type Journal, JournalUnavailable, NO_STREAM, RevisionConflict } from '@tallystick/journal';
import type { AccountId, LedgerEvent, Micros } from '@tallystick/ledger-core';
import { CallCancelled, CallFailed } from '@tallystick/transport';

export interface NewestEventsPorts {
  readonly journal: Pick<Journal, 'append' | 'readStream'>;
  /** Microseconds since 1970. */
  readonly clock: () => Micros;
  readonly bookDate: BookDate;
}

/** The newest event of a stream. */
export interface Newest {
  readonly event: LedgerEvent;
  readonly accountId: AccountId;
  readonly commandId: string;
  readonly recordedAt: Micros;
  readonly revision: number;
  readonly position: bigint;
}

export interface Change {
  readonly stream: string;
  readonly commandId: string;
  readonly source: string;
  readonly context: CallContext;
}

/** What is to be appended after the newest event, or the answer where nothing is. */
export type Decided<Answer> =
  | { readonly answer: Answer }
  | {
      readonly event: LedgerEvent & { readonly personal?: Uint8Array | null };
      readonly accountId: AccountId;
      readonly answered: (appended: { readonly position: bigint; readonly recordedAt: Micros }) => Answer;
    };

const ATTEMPTS = 50;

export class NewestEvents {
  constructor(private readonly ports: NewestEventsPorts) {}

  /** @throws CallFailed */
  async newest(stream: string): Promise<Newest | undefined> {
    try {
      return await this.read(stream);
    } catch (error) {
      throw failureOf(error);
    }
  }

  /**
   * Appends what follows from the newest event; where somebody else was faster, or nobody knows whether it was stored, it is decided
   * again from what is there: changes that are made at one time are all kept.
   * @throws CallFailed where the journal does not answer: the same command again goes on from what is there
   */
  async change<Answer>(
    change: Change,
    decide: (newest: Newest | undefined) => Promise<Decided<Answer>>,
  ): Promise<Answer> {
    for (let attempt = 1; ; attempt++) {
      // Whoever has gone may have asked for something newer since: it must not be written over.
      if (change.context.signal.aborted) throw new CallCancelled(change.context.signal.reason);
      try {
        const newest = await this.read(change.stream);
        const decided = await decide(newest);
        if ('answer' in decided) return decided.answer;
        return decided.answered(await this.append(change, decided, newest));
      } catch (error) {
        if (!isUncertain(error) || attempt === ATTEMPTS) throw failureOf(error);
      }
    }
  }

  private async read(stream: string): Promise<Newest | undefined> {
    const [stored] = await this.ports.journal.readStream(stream, { direction: 'backwards', limit: 1 });
    if (stored === undefined) return undefined;
    const { accountId, commandId, recordedAt } = decodeMetadata(stored.metadata);
    if (accountId === null) throw new Error(`${stream} holds an event of no account`);
    const { revision, position } = stored;
    return { event: decodePayload(stored.payload), accountId, commandId, recordedAt, revision, position };
  }

  private async append<Answer>(
    { stream, commandId, source, context }: Change,
    { event, accountId }: Extract<Decided<Answer>, { readonly event: LedgerEvent }>,
    newest: Newest | undefined,
  ): Promise<{ readonly position: bigint; readonly recordedAt: Micros }> {
    const now = this.ports.clock();
    const recordedAt = newest !== undefined && newest.recordedAt > now ? newest.recordedAt : now;
    const revision = newest?.revision ?? NO_STREAM;
    const encoded = encodeNewEvent(event, {
      stream,
      revision: revision + 1,
      accountId,
      commandId,
      // Of the sealed bytes: a hash of the text itself would outlive its erasure.
      contentHash: hash('sha256', event.personal ?? '', 'base64url'),
      source,
      origin: context,
      effectiveAt: now,
      recordedAt,
      localDate: this.ports.bookDate(now),
    });
    const { position } = await this.ports.journal.append(stream, revision, [encoded]);
    return { position, recordedAt };
  }
}

function isUncertain(error: unknown): boolean {
  return error instanceof RevisionConflict || (error instanceof JournalUnavailable && error.outcomeUnknown);
}

function failureOf(error: unknown): unknown {
  if (!(error instanceof JournalUnavailable || error instanceof RevisionConflict)) return error;
  return new CallFailed({ code: 'unavailable', message: 'the journal does not answer now', retryable: true }, error);
}
