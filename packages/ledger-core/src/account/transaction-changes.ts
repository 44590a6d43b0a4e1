// What an event says of a transaction, as every view that has a row per transaction tells it.
import type { Micros, Minor, TransactionId } from '../brands.js';
import type { CardTransaction, Dispute, LedgerEvent, Merchant, Money } from '../generated/events.js';

export type TransactionKind =
  | 'card'
  | 'refund'
  | 'dispute'
  | 'pot'
  | 'transfer'
  | 'payment'
  | 'fee'
  | 'adjustment'
  | 'statement-line';

/** What a transaction is; a later event's replaces it whole. */
export interface TransactionFacts {
  readonly kind: TransactionKind;
  /** effectiveAt of the transaction's first event. */
  readonly created: Micros;
  readonly description: string;
  readonly merchant: Merchant | null;
  /** What was paid abroad. */
  readonly local: Money | null;
  /** For a refund or money of a dispute: the transaction refunded or disputed. For a pot move, a transfer, a payment or a line: the pot, the transfer, … */
  readonly related: string | null;
}

export interface TransactionChange {
  readonly transactionId: TransactionId;
  /** Null where it stays what it was. */
  readonly facts: TransactionFacts | null;
  /** Minor units, negative for money out; -(remaining hold + cleared - clearing reversals) for a card transaction, never net of refunds. */
  readonly amount: Minor;
  readonly currency: string;
  /** PENDING, DECLINED, REVERSED, EXPIRED, SETTLED, RETURNED. */
  readonly status: string;
  readonly declineReason: string | null;
  /** Whether money was posted, at the event's effectiveAt. */
  readonly settles: boolean;
}

export const TRANSACTION_EVENTS = [
  'AuthorisationApproved',
  'AuthorisationDeclined',
  'AuthorisationIncremented',
  'AuthorisationAdvised',
  'AuthorisationAdjusted',
  'AuthorisationReversed',
  'AuthorisationExpired',
  'CardPaymentPosted',
  'CardPaymentReversed',
  'ClearingPosted',
  'ClearingReversed',
  'RefundPosted',
  'RefundReversed',
  'ProvisionalCreditPosted',
  'DisputeReduced',
  'DisputeLost',
  'PotDeposited',
  'PotWithdrawn',
  'PotClosed',
  'TransferSent',
  'TransferReceived',
  'TransferReturned',
  'PaymentReceived',
  'PaymentSent',
  'PaymentReturned',
  'FeeCharged',
  'AdjustmentPosted',
  'StatementLinePosted',
] as const satisfies readonly LedgerEvent['type'][];

/** What is said of a dispute; those that move the customer's money are transactions of their own. */
export const DISPUTE_EVENTS = [
  'DisputeOpened',
  'ProvisionalCreditPosted',
  'DisputeReduced',
  'DisputeRepresented',
  'DisputeWon',
  'DisputeLost',
  'DisputeAbsorbed',
] as const satisfies readonly LedgerEvent['type'][];

export type TransactionEvent = Extract<LedgerEvent, { readonly type: (typeof TRANSACTION_EVENTS)[number] }>;

type CardEvent = Extract<TransactionEvent, { readonly transaction: CardTransaction }>;
type RefundEvent = Extract<TransactionEvent, { readonly refundKey: string }>;
type DisputeEvent = Extract<TransactionEvent, { readonly dispute: Dispute }>;
type MoneyEvent = Exclude<TransactionEvent, CardEvent | RefundEvent | DisputeEvent>;

/**
 * The change of the one transaction that the event is about (lifecycles, section 7); undefined where it changes none: a declined
 * increment, a pot that was closed empty, a dispute lost before anything was credited.
 * @param effectiveAt the event's, microseconds since 1970
 */
export function transactionChangeOf(event: TransactionEvent, effectiveAt: Micros): TransactionChange | undefined {
  if ('transaction' in event) return cardChange(event);
  if ('refundKey' in event) return refundChange(event, effectiveAt);
  if ('dispute' in event) return disputeChange(event, effectiveAt);
  return moneyChange(event, effectiveAt);
}

function cardChange(event: CardEvent): TransactionChange | undefined {
  const { transaction } = event;
  switch (event.type) {
    case 'AuthorisationApproved':
    case 'AuthorisationAdvised':
      return ofBlock(transaction, factsOfUse(event), false);
    case 'CardPaymentPosted':
    case 'ClearingPosted':
      return ofBlock(transaction, factsOfUse(event), true);
    case 'AuthorisationDeclined':
      return event.increment ? undefined : declined(event);
    case 'AuthorisationIncremented':
    case 'AuthorisationAdjusted':
    case 'AuthorisationReversed':
    case 'AuthorisationExpired':
    case 'CardPaymentReversed':
    case 'ClearingReversed':
      return ofBlock(transaction, null, false);
  }
}

function ofBlock(block: CardTransaction, facts: TransactionFacts | null, settles: boolean): TransactionChange {
  const { transactionId, currency, status } = block;
  const amount = -(block.remaining + block.cleared - block.clearingReversed);
  return { transactionId, facts, amount, currency, status, declineReason: null, settles };
}

function factsOfUse({
  transaction,
  merchant,
  local,
}: {
  readonly transaction: CardTransaction;
  readonly merchant: Merchant;
  readonly local: Money | null;
}): TransactionFacts {
  const { createdAt } = transaction;
  return { kind: 'card', created: createdAt, description: merchant.descriptor, merchant, local, related: null };
}

/** A late authorisation may be declined where the money is posted already: then its transaction is no decline. */
function declined(event: Extract<CardEvent, { readonly type: 'AuthorisationDeclined' }>): TransactionChange {
  const { transactionId, currency, status } = event.transaction;
  const facts = factsOfUse(event);
  if (status !== 'DECLINED') return ofBlock(event.transaction, facts, false);
  const { requested, reason } = event;
  return { transactionId, facts, amount: -requested, currency, status, declineReason: reason, settles: false };
}

function refundChange(event: RefundEvent, effectiveAt: Micros): TransactionChange {
  const { transactionId, currency } = event;
  if (event.type === 'RefundReversed') {
    const status = event.left === 0n ? 'REVERSED' : 'SETTLED';
    return { transactionId, facts: null, amount: event.left, currency, status, declineReason: null, settles: false };
  }
  const { merchant, local, original } = event;
  const facts: TransactionFacts = {
    kind: 'refund',
    created: effectiveAt,
    description: merchant.descriptor,
    merchant,
    local,
    related: original === null ? null : original.transactionId,
  };
  return {
    transactionId,
    facts,
    amount: event.amount,
    currency,
    status: 'SETTLED',
    declineReason: null,
    settles: true,
  };
}

function disputeChange(event: DisputeEvent, effectiveAt: Micros): TransactionChange | undefined {
  const { transactionId, dispute, currency } = event;
  if (transactionId === null) return undefined;
  const facts = factsOf('dispute', effectiveAt, dispute.disputeKey, dispute.originalTransactionId);
  const amount = event.type === 'ProvisionalCreditPosted' ? event.amount : -event.amount;
  return { transactionId, facts, amount, currency, status: 'SETTLED', declineReason: null, settles: true };
}

function moneyChange(event: MoneyEvent, at: Micros): TransactionChange | undefined {
  switch (event.type) {
    case 'PotDeposited':
      return posted(event, -event.amount, factsOf('pot', at, event.potId, event.potId));
    case 'PotWithdrawn':
      return posted(event, event.amount, factsOf('pot', at, event.potId, event.potId));
    case 'PotClosed':
      return event.returned === 0n
        ? undefined
        : posted(event, event.returned, factsOf('pot', at, event.potId, event.potId));
    case 'TransferSent':
      return posted(event, -event.amount, factsOf('transfer', at, event.destinationAccountId, event.transferId));
    case 'TransferReceived':
      return posted(event, event.amount, factsOf('transfer', at, event.sourceAccountId, event.transferId));
    case 'PaymentReceived':
      return posted(event, event.amount, factsOf('payment', at, event.scheme, event.paymentId));
    case 'PaymentSent':
      return posted(event, -event.amount, factsOf('payment', at, event.scheme, event.paymentId));
    case 'TransferReturned':
    case 'PaymentReturned':
      return returned(event);
    case 'FeeCharged':
      return posted(event, -event.amount, factsOf('fee', at, event.kind, null));
    case 'AdjustmentPosted':
      return posted(event, event.amount, factsOf('adjustment', at, event.reason, null));
    case 'StatementLinePosted':
      return posted(event, event.amount, factsOf('statement-line', at, event.description, event.lineId));
  }
}

function factsOf(
  kind: TransactionKind,
  created: Micros,
  description: string,
  related: string | null,
): TransactionFacts {
  return { kind, created, description, merchant: null, local: null, related };
}

function posted({ transactionId, currency }: MoneyEvent, amount: Minor, facts: TransactionFacts): TransactionChange {
  return { transactionId, facts, amount, currency, status: 'SETTLED', declineReason: null, settles: true };
}

function returned({ transactionId, currency }: MoneyEvent): TransactionChange {
  return {
    transactionId,
    facts: null,
    amount: 0n,
    currency,
    status: 'RETURNED',
    declineReason: null,
    settles: false,
  };
}
