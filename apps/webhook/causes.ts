// What webhooks are told of: every event that makes or changes a row of the transactions list.
import type { WebhookEventType } from '@tallystick/contracts';
import { decodePayload, eventTypeOf, metadataReader } from '@tallystick/events';
import type { RecordedEvent } from '@tallystick/journal';
import {
  type AccountId,
  type EventType,
  type LedgerEvent,
  type Micros,
  TRANSACTION_EVENTS,
  type TransactionEvent,
  type TransactionId,
  transactionChangeOf,
} from '@tallystick/ledger-core';

/** What an event means to whoever wants to hear of it. */
export interface Cause {
  readonly type: WebhookEventType;
  readonly transactionId: TransactionId;
}

/** As much as is read of every event. */
export interface Candidate {
  readonly recorded: RecordedEvent;
  readonly accountId: AccountId;
  readonly effectiveAt: Micros;
  readonly recordedAt: Micros;
}

const TOLD: ReadonlySet<EventType> = new Set<EventType>([...TRANSACTION_EVENTS, 'TransactionEnriched']);
const metadataOf = metadataReader(['accountId', 'effectiveAt', 'recordedAt']);

/** Undefined for what no webhook is told of. */
export function candidateOf(recorded: RecordedEvent): Candidate | undefined {
  if (!TOLD.has(eventTypeOf(recorded.payload))) return undefined;
  const { accountId, effectiveAt, recordedAt } = metadataOf(recorded.metadata);
  return accountId === null ? undefined : { recorded, accountId, effectiveAt, recordedAt };
}

/** Undefined where it changes no transaction after all, such as a declined increment. */
export function causeOf({ recorded, effectiveAt }: Candidate): Cause | undefined {
  const event = decodePayload(recorded.payload);
  if (event.type === 'TransactionEnriched') return { type: 'transaction.updated', transactionId: event.transactionId };
  if (!isTransactionEvent(event)) return undefined;
  const change = transactionChangeOf(event, effectiveAt);
  if (change === undefined) return undefined;
  const { transactionId, facts } = change;
  const isFirst = facts !== null && (!('transaction' in event) || isFirstOfCard(event, effectiveAt));
  return { type: isFirst ? 'transaction.created' : 'transaction.updated', transactionId };
}

/**
 * A card transaction is said what it is more than once: by its authorisation, and by what is presented. The first event has the
 * transaction's own time, and nothing was cleared or held before it.
 */
function isFirstOfCard(event: Extract<TransactionEvent, { transaction: object }>, effectiveAt: Micros): boolean {
  const { createdAt, authorised, cleared } = event.transaction;
  if (createdAt !== effectiveAt) return false;
  switch (event.type) {
    case 'ClearingPosted':
      return authorised === 0n && cleared === event.amount;
    case 'CardPaymentPosted':
      return cleared === event.amount;
    default:
      return cleared === 0n;
  }
}

function isTransactionEvent(event: LedgerEvent): event is TransactionEvent {
  return TOLD.has(event.type) && event.type !== 'TransactionEnriched';
}
