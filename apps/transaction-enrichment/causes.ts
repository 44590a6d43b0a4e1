// What the process reads of the journal: events that name who was paid, and corrections of merchants.
import { decodeMetadata, eventTypeOf, fieldsReader, metadataReader } from '@tallystick/events';
import type { RecordedEvent } from '@tallystick/journal';
import type {
  AccountId,
  CardTransaction,
  EventMetadata,
  EventType,
  Merchant,
  MerchantId,
  TransactionId,
} from '@tallystick/ledger-core';

/** Of the event that an enrichment follows from. */
export type CauseMetadata = Pick<
  EventMetadata,
  'commandId' | 'correlationId' | 'effectiveAt' | 'localDate' | 'recordedAt' | 'traceparent'
>;

/** A transaction for which somebody was named. */
export interface NamedTransaction {
  readonly kind: 'transaction';
  readonly position: bigint;
  readonly accountId: AccountId;
  readonly transactionId: TransactionId;
  readonly originalTransactionId: TransactionId | null;
  readonly merchant: Merchant;
  /** An earlier event may have named the merchant of this transaction already. */
  readonly mayFollow: boolean;
  readonly metadata: CauseMetadata;
}

export interface CorrectedMerchant {
  readonly kind: 'correction';
  readonly position: bigint;
  readonly merchantId: MerchantId;
  readonly metadata: CauseMetadata;
}

export type Cause = NamedTransaction | CorrectedMerchant;

const NAMING: ReadonlySet<EventType> = new Set<EventType>([
  'AuthorisationApproved',
  'AuthorisationAdvised',
  'AuthorisationDeclined',
  'CardPaymentPosted',
  'ClearingPosted',
  'RefundPosted',
]);

const fieldsOf = fieldsReader(['transaction', 'transactionId', 'original', 'merchant', 'increment', 'amount']);
const correctedOf = fieldsReader(['merchantId']);
const metadataOf = metadataReader([
  'accountId',
  'commandId',
  'correlationId',
  'effectiveAt',
  'localDate',
  'recordedAt',
  'traceparent',
]);

/** Undefined for what names nobody new. */
export function causeOf({ payload, metadata, position, stream }: RecordedEvent): Cause | undefined {
  const type = eventTypeOf(payload);
  if (NAMING.has(type)) return namedTransactionOf(payload, metadata, position);
  if (type !== 'MerchantCorrected') return undefined;
  const { merchantId } = correctedOf(payload);
  if (merchantId === undefined || merchantId === null) throw new Error(`${stream}: a correction of nobody`);
  return { kind: 'correction', position, merchantId, metadata: decodeMetadata(metadata) };
}

function namedTransactionOf(
  payload: Uint8Array,
  metadataBytes: Uint8Array,
  position: bigint,
): NamedTransaction | undefined {
  const { type, transaction, transactionId, original, merchant, increment, amount } = fieldsOf(payload);
  // A declined increment says nothing that its transaction did not.
  if (increment === true || merchant === undefined) return undefined;
  const metadata = metadataOf(metadataBytes);
  const { accountId } = metadata;
  const id = transaction?.transactionId ?? transactionId;
  if (accountId === null || id === undefined || id === null) return undefined;
  return {
    kind: 'transaction',
    position,
    accountId,
    transactionId: id,
    originalTransactionId: original?.transactionId ?? null,
    merchant,
    mayFollow: transaction !== undefined && mayFollow(type, transaction, amount ?? 0n, metadata.effectiveAt),
    metadata,
  };
}

/** A clearing comes after its authorisation or an earlier part, unless it is all that its transaction has. */
function mayFollow(type: EventType, transaction: CardTransaction, amount: bigint, effectiveAt: bigint): boolean {
  if (type !== 'ClearingPosted') return transaction.createdAt !== effectiveAt;
  return transaction.authorised > 0n || transaction.keys !== null || transaction.cleared !== amount;
}
