// Folds the events of card transactions, refunds and presentments.
import type { CardId, Minor, TransactionId } from '../brands.js';
import type { CardTransaction, CardTransactionEvent, Money, SchemeKeys } from '../generated/events.js';
import { present, unreachable } from './broken-stream.js';
import { count, redate } from './card-usage.js';
import { forgetClosed } from './forgetting.js';
import { type AccountState, type EventFacts, keyString, refundPresentment, type TransactionState } from './state.js';

type Of<T extends CardTransactionEvent['type']> = Extract<CardTransactionEvent, { type: T }>;

export function applyCardTransaction(state: AccountState, event: CardTransactionEvent, facts: EventFacts): void {
  switch (event.type) {
    case 'AuthorisationApproved':
      return approve(state, event, facts, { unreduced: event.approved });
    case 'AuthorisationAdvised':
      return approve(state, event, facts, { unreduced: event.amount, advised: true });
    case 'CardPaymentPosted':
      return approve(state, event, facts, { unreduced: event.amount, single: true });
    case 'AuthorisationDeclined':
      return decline(state, event, facts);
    case 'AuthorisationIncremented':
      return increment(state, event, facts);
    case 'AuthorisationReversed':
      return reverse(state, event);
    case 'AuthorisationAdjusted':
      return adjust(state, event);
    case 'AuthorisationExpired':
      return count(state, transactionOf(state, event.transaction.transactionId), event.transaction);
    case 'CardPaymentReversed': {
      const transaction = transactionOf(state, event.transaction.transactionId);
      transaction.paymentReversed += event.amount;
      return count(state, transaction, event.transaction);
    }
    case 'ReversalRecorded':
      return awaitOriginal(state, event, facts);
    case 'ClearingPosted':
      return clear(state, event, facts);
    case 'ClearingSuspended': {
      const { clearingKey, cardId } = event;
      return addPresentment(state, clearingKey, { ...event, reconciliation: null }, facts, { cardId });
    }
    case 'RefundPosted': {
      const { cardId, transactionId: refundTransactionId } = event;
      const transactionId = event.original?.transactionId ?? null;
      addPresentment(state, refundPresentment(event.refundKey), event, facts, {
        cardId,
        transactionId,
        refundTransactionId,
      });
      return refresh(state, event.original);
    }
    case 'RefundReversed':
      reducePresentment(state, refundPresentment(event.refundKey), event.amount);
      return refresh(state, event.original);
    case 'ClearingReversed':
      reducePresentment(state, event.clearingKey, event.amount);
      return count(state, transactionOf(state, event.transaction.transactionId), event.transaction);
    case 'DisputeOpened': {
      const { revision, recordedAt, contentHash } = facts;
      state.disputes.set(event.dispute.disputeKey, { dispute: event.dispute, revision, recordedAt, contentHash });
      return forgetClosed(state, recordedAt);
    }
    case 'ProvisionalCreditPosted':
    case 'DisputeReduced':
    case 'DisputeRepresented':
    case 'DisputeWon':
    case 'DisputeLost':
    case 'DisputeAbsorbed': {
      const { disputeKey } = event.dispute;
      present(state.disputes.get(disputeKey), `dispute ${disputeKey}`).dispute = event.dispute;
      return;
    }
    default:
      return unreachable(event);
  }
}

interface Beginning {
  readonly scheme: string;
  readonly kind: TransactionState['kind'];
  readonly cashAmount?: Minor;
  readonly unreduced?: Minor;
  readonly authorisationSeen?: boolean;
  readonly approved?: boolean;
  readonly advised?: boolean;
  readonly single?: boolean;
}

/** A new transaction, or a new beginning of one that a presentment or a decline began; `count` then sets the amounts. */
function begin(state: AccountState, block: CardTransaction, facts: EventFacts, how: Beginning): TransactionState {
  const before = state.transactions.get(block.transactionId);
  if (before !== undefined) count(state, before, { ...before.block, remaining: 0n, cleared: 0n, clearingReversed: 0n });
  const transaction: TransactionState = {
    block,
    kind: how.kind,
    single: how.single ?? false,
    authorisationSeen: how.authorisationSeen ?? true,
    approved: how.approved ?? false,
    advised: how.advised ?? false,
    scheme: how.scheme,
    firstRevision: before?.authorisationSeen ? before.firstRevision : facts.revision,
    contentHash: facts.contentHash,
    recordedAt: before?.recordedAt ?? facts.recordedAt,
    limitDate: facts.localDate,
    counted: 0n,
    cashAmount: how.cashAmount ?? 0n,
    unreduced: how.unreduced ?? 0n,
    increments: null,
    paymentReversed: 0n,
    sequences: before?.sequences ?? null,
  };
  state.transactions.set(block.transactionId, transaction);
  if (block.keys !== null) state.byKeys.set(keyString(block.cardId, block.keys), block.transactionId);
  forgetClosed(state, facts.recordedAt);
  return transaction;
}

function approve(
  state: AccountState,
  event: Of<'AuthorisationApproved' | 'AuthorisationAdvised' | 'CardPaymentPosted'>,
  facts: EventFacts,
  how: Pick<Beginning, 'unreduced' | 'advised' | 'single'>,
): void {
  const { scheme, kind, cashAmount, transaction: block } = event;
  const transaction = begin(state, block, facts, { ...how, scheme, kind, cashAmount, approved: true });
  takeWaitingReversal(state, block.cardId, block.keys);
  count(state, transaction, block);
}

function decline(state: AccountState, event: Of<'AuthorisationDeclined'>, facts: EventFacts): void {
  if (event.increment) return;
  const { scheme, kind, transaction: block } = event;
  const known = state.transactions.get(block.transactionId);
  if (known === undefined) {
    begin(state, block, facts, { scheme, kind, advised: event.reason === 'stand_in' });
    return;
  }
  // A presentment came first: the transaction stays what it is, and a repeat of the authorisation finds its decline.
  known.authorisationSeen = true;
  known.kind = kind;
  known.firstRevision = facts.revision;
  known.contentHash = facts.contentHash;
  known.block = block;
}

function increment(state: AccountState, event: Of<'AuthorisationIncremented'>, facts: EventFacts): void {
  const { transaction: block, increment: amount, incrementKeys } = event;
  const transaction = transactionOf(state, block.transactionId);
  transaction.unreduced += amount;
  if (incrementKeys !== null) {
    const key = keyString(block.cardId, incrementKeys);
    const { revision, contentHash } = facts;
    transaction.increments ??= new Map();
    transaction.increments.set(key, { amount, reversed: false, covered: false, revision, contentHash });
    state.byKeys.set(key, block.transactionId);
    takeWaitingReversal(state, block.cardId, incrementKeys);
  }
  count(state, transaction, block);
}

function reverse(state: AccountState, event: Of<'AuthorisationReversed'>): void {
  const { transaction: block, reversedKeys, replacement } = event;
  const transaction = transactionOf(state, block.transactionId);
  if (replacement !== null) for (const each of transaction.increments?.values() ?? []) each.covered = true;
  if (reversedKeys !== null) {
    const reversed = incrementOfKeys(transaction, block.cardId, reversedKeys);
    reversed.reversed = true;
    transaction.unreduced -= reversed.amount;
  }
  count(state, transaction, block);
}

/** The advised total takes the place of all increments before it; an advised increment changes only its own. */
function adjust(state: AccountState, event: Of<'AuthorisationAdjusted'>): void {
  const { transaction: block, incrementKeys } = event;
  const transaction = transactionOf(state, block.transactionId);
  const change = block.authorised - transaction.block.authorised;
  if (incrementKeys !== null) {
    incrementOfKeys(transaction, block.cardId, incrementKeys).amount += change;
    transaction.unreduced += change;
  } else {
    for (const each of transaction.increments?.values() ?? []) each.amount = 0n;
    transaction.unreduced = block.authorised;
  }
  count(state, transaction, block);
}

function clear(state: AccountState, event: Of<'ClearingPosted'>, facts: EventFacts): void {
  const { transaction: block, scheme, clearingKey, sequenceNumber } = event;
  const { transactionId, cardId } = block;
  const transaction =
    state.transactions.get(transactionId) ??
    begin(state, block, facts, { scheme, kind: 'PURCHASE', authorisationSeen: false });
  // Nothing approved and nothing counted yet, a decline perhaps: it counts on the day it was posted.
  if (!transaction.approved && transaction.counted === 0n) redate(state, transaction, facts.localDate);
  if (sequenceNumber !== null) {
    transaction.sequences ??= new Set();
    transaction.sequences.add(sequenceNumber);
  }
  addPresentment(state, clearingKey, event, facts, { cardId, transactionId });
  count(state, transaction, block);
}

/** The transaction as a refund leaves it; refunds don't count for limits. */
function refresh(state: AccountState, block: CardTransaction | null): void {
  if (block === null) return;
  const transaction = state.transactions.get(block.transactionId);
  if (transaction !== undefined) transaction.block = block;
}

function addPresentment(
  state: AccountState,
  key: string,
  event: { readonly scheme: string; readonly amount: Minor; readonly reconciliation: Money | null },
  facts: EventFacts,
  of: {
    readonly cardId: CardId;
    readonly transactionId?: TransactionId | null;
    readonly refundTransactionId?: TransactionId;
  },
): void {
  const { scheme, amount, reconciliation } = event;
  const { revision, recordedAt, contentHash } = facts;
  state.presentments.set(key, {
    transactionId: of.transactionId ?? null,
    refundTransactionId: of.refundTransactionId ?? null,
    cardId: of.cardId,
    revision,
    recordedAt,
    contentHash,
    scheme,
    amount,
    reconciliation,
    left: amount,
  });
  forgetClosed(state, recordedAt);
}

function reducePresentment(state: AccountState, key: string, amount: Minor): void {
  const presentment = present(state.presentments.get(key), `presentment ${key}`);
  presentment.left -= amount;
  if (presentment.left === 0n) state.presentments.delete(key);
}

/** The newest goes to the back, so that the oldest stay first. */
function awaitOriginal(state: AccountState, event: Of<'ReversalRecorded'>, facts: EventFacts): void {
  if (event.cardId === null) return;
  const key = keyString(event.cardId, event.keys);
  state.waitingReversals.delete(key);
  state.waitingReversals.set(key, { replacement: event.replacement, recordedAt: facts.recordedAt });
  forgetClosed(state, facts.recordedAt);
}

function takeWaitingReversal(state: AccountState, cardId: CardId, keys: SchemeKeys | null): void {
  if (keys !== null && state.waitingReversals.size > 0) state.waitingReversals.delete(keyString(cardId, keys));
}

function incrementOfKeys(transaction: TransactionState, cardId: CardId, keys: SchemeKeys) {
  const key = keyString(cardId, keys);
  return present(transaction.increments?.get(key), `increment ${key}`);
}

function transactionOf(state: AccountState, transactionId: TransactionId): TransactionState {
  return present(state.transactions.get(transactionId), `transaction ${transactionId}`);
}
