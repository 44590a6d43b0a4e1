import type { AccountId, EventMetadata, LedgerEvent, LocalDate, Micros, TransactionId } from '@tallystick/ledger-core';
import { schemaVersionOf } from './codec.js';
import { type EncodedEvent, encodeEvent } from './encode-event.js';

/** Who is behind an event; the context of a call is one. */
export interface Origin {
  readonly actor: string;
  readonly correlationId: string;
  readonly causationId?: string | null | undefined;
  readonly traceparent?: string | null | undefined;
}

/** What is known of an event that is about to be appended, besides the event itself. */
export interface NewEvent {
  readonly stream: string;
  /** That it will have in its stream, from 0. */
  readonly revision: number;
  /** Whose it is, and so its partition; null for none. */
  readonly accountId: AccountId | null;
  readonly commandId: string;
  /** Hash of what must be equal for a repeat to be the same. */
  readonly contentHash: string;
  readonly source: string;
  readonly origin: Origin;
  readonly effectiveAt: Micros;
  readonly recordedAt: Micros;
  readonly localDate: LocalDate;
}

/**
 * The only event of its command, with its metadata, as bytes.
 * @throws EncodingError where the event or its metadata do not fit their schemas
 */
export function encodeNewEvent(event: LedgerEvent, of: NewEvent): EncodedEvent {
  const { origin } = of;
  const metadata: EventMetadata = {
    type: event.type,
    schemaVersion: schemaVersionOf(event.type),
    stream: of.stream,
    revision: BigInt(of.revision),
    accountId: of.accountId,
    transactionId: transactionIdOf(event),
    commandId: of.commandId,
    contentHash: of.contentHash,
    source: of.source,
    correlationId: origin.correlationId,
    causationId: origin.causationId ?? null,
    traceparent: origin.traceparent ?? null,
    effectiveAt: of.effectiveAt,
    recordedAt: of.recordedAt,
    localDate: of.localDate,
    actor: origin.actor,
  };
  return encodeEvent(event, metadata, 0);
}

/** The transaction that an event is about; null for none. */
export function transactionIdOf(event: LedgerEvent): TransactionId | null {
  if ('transaction' in event) return event.transaction.transactionId;
  return 'transactionId' in event ? event.transactionId : null;
}
