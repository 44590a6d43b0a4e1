// The streams `enrichment-<account>`: each is its own memory of what was done. Causes are handled in order of position, and within one
// cause in order of transaction id, so the newest event of a stream says what of its account is done.
import { type EncodedEvent, encodeNewEvent, fieldsReader, metadataReader } from '@tallystick/events';
import { type Journal, JournalUnavailable, NO_STREAM, RevisionConflict } from '@tallystick/journal';
import type { AccountId, Micros, TransactionEnriched, TransactionId } from '@tallystick/ledger-core';
import type { CauseMetadata } from './causes.js';

export interface Enrichment {
  readonly event: TransactionEnriched;
  /** Of what must be equal for a repeat to be the same. */
  readonly contentHash: string;
  readonly cause: CauseMetadata;
}

/** The newest event of a stream. */
export interface StreamEnd {
  readonly revision: number;
  readonly position: bigint;
  readonly recordedAt: Micros;
  readonly causePosition: bigint;
  readonly transactionId: TransactionId | null;
}

export interface EnrichmentStreamsPorts {
  readonly journal: Journal;
  /** Microseconds since 1970. */
  readonly clock: () => Micros;
  readonly actor: string;
}

const SOURCE = 'process.enrichment';
const ENDS_KEPT = 20_000;
const ATTEMPTS = 4;
const NOTHING: StreamEnd = {
  revision: NO_STREAM,
  position: 0n,
  recordedAt: 0n,
  causePosition: -1n,
  transactionId: null,
};

const payloadOf = fieldsReader(['causePosition', 'transactionId']);
const metadataOf = metadataReader(['recordedAt']);

export class EnrichmentStreams {
  private readonly ends = new Map<AccountId, StreamEnd>();

  constructor(private readonly ports: EnrichmentStreamsPorts) {}

  async end(accountId: AccountId): Promise<StreamEnd> {
    const known = this.ends.get(accountId);
    if (known !== undefined) return known;
    const options = { direction: 'backwards' as const, limit: 1 };
    const [newest] = await this.ports.journal.readStream(streamOf(accountId), options);
    let end = NOTHING;
    if (newest !== undefined) {
      const { causePosition, transactionId } = payloadOf(newest.payload);
      const { recordedAt } = metadataOf(newest.metadata);
      const { revision, position } = newest;
      end = {
        revision,
        position,
        recordedAt,
        causePosition: causePosition ?? 0n,
        transactionId: transactionId ?? null,
      };
    }
    this.keep(accountId, end);
    return end;
  }

  /**
   * Appends what of these is not there yet, in one append; they are in order.
   * @throws JournalUnavailable, RevisionConflict: the same call again goes on from what is there
   */
  async append(accountId: AccountId, enrichments: readonly Enrichment[]): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      const end = await this.end(accountId);
      const left = enrichments.filter(({ event }) => !isDone(end, event.causePosition, event.transactionId));
      if (left.length === 0) return;
      const { encoded, recordedAt } = this.encode(accountId, left, end);
      try {
        const appended = await this.ports.journal.append(streamOf(accountId), end.revision, encoded);
        const last = left.at(-1)?.event ?? end;
        const { causePosition, transactionId } = last;
        this.keep(accountId, { ...appended, recordedAt, causePosition, transactionId });
        return;
      } catch (error) {
        // What stands is in the journal, so what is left is told from it anew.
        this.ends.delete(accountId);
        if (!isUncertain(error) || attempt === ATTEMPTS) throw error;
      }
    }
  }

  private encode(
    accountId: AccountId,
    enrichments: readonly Enrichment[],
    end: StreamEnd,
  ): { readonly encoded: readonly EncodedEvent[]; readonly recordedAt: Micros } {
    const now = this.ports.clock();
    let recordedAt = later(end.recordedAt, now);
    const encoded: EncodedEvent[] = [];
    for (const { event, contentHash, cause } of enrichments) {
      recordedAt = later(recordedAt, cause.recordedAt);
      const { correlationId, commandId: causationId, traceparent, effectiveAt, localDate } = cause;
      const of = {
        stream: streamOf(accountId),
        revision: end.revision + 1 + encoded.length,
        accountId,
        commandId: `${SOURCE}/${accountId}/${event.causePosition}-${event.transactionId}`,
        contentHash,
        source: SOURCE,
        origin: { actor: this.ports.actor, correlationId, causationId, traceparent },
        effectiveAt,
        recordedAt,
        localDate,
      };
      encoded.push(encodeNewEvent(event, of));
    }
    return { encoded, recordedAt };
  }

  private keep(accountId: AccountId, end: StreamEnd): void {
    if (this.ends.size >= ENDS_KEPT) this.ends.clear();
    this.ends.set(accountId, end);
  }
}

/** Whether the stream has gone past this enrichment. */
export function isDone(end: StreamEnd, causePosition: bigint, transactionId: TransactionId): boolean {
  if (causePosition !== end.causePosition) return causePosition < end.causePosition;
  return end.transactionId !== null && transactionId <= end.transactionId;
}

function later(left: Micros, right: Micros): Micros {
  return left < right ? right : left;
}

function streamOf(accountId: AccountId): string {
  return `enrichment-${accountId}`;
}

function isUncertain(error: unknown): boolean {
  return error instanceof RevisionConflict || (error instanceof JournalUnavailable && error.outcomeUnknown);
}
