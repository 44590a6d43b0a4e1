// Folds one event into the account's state, in place: the state is owned by whoever folds, and copying maps that grow with
// the account's history would make every decision cost more than the last.
import type { CardId, LocalDate, Micros, Minor, TransactionId, TransferId } from '../brands.js';
import type {
  AccountEvent,
  CardEvent,
  CardTransaction,
  CardTransactionEvent,
  Money,
  PaymentEvent,
  PotEvent,
  TransferEvent,
} from '../generated/events.js';
import {
  type AccountState,
  type CardState,
  type CardUsage,
  keyString,
  refundPresentment,
  spentOf,
  type TransactionState,
} from './state.js';

export type AccountStreamEvent =
  | AccountEvent
  | CardEvent
  | CardTransactionEvent
  | PotEvent
  | TransferEvent
  | PaymentEvent;

/** What folding needs of an event's metadata. */
export interface EventFacts {
  readonly commandId: string;
  readonly contentHash: string;
  readonly revision: number;
  readonly recordedAt: Micros;
  readonly localDate: LocalDate;
}

/** Changes with every change of what events fold to: a snapshot of another version is not used. */
export const FOLD_VERSION = 'account-1';

const DAY: Micros = 86_400_000_000n;
/** Idempotency keys live this long by recordedAt. */
export const COMMAND_KEYS_KEPT: Micros = 30n * DAY;
/** The dispute horizon: closed transactions and their scheme keys live this long by recordedAt. */
export const TRANSACTIONS_KEPT: Micros = 540n * DAY;
/** Usage rows kept per card: two months of days and as many months. */
const USAGE_ROWS_KEPT = 96;

export function evolve(state: AccountState, event: AccountStreamEvent, facts: EventFacts): void {
  state.revision = facts.revision;
  state.recordedAt = facts.recordedAt;
  if ('balances' in event && event.balances !== null) {
    state.ledger = event.balances.ledger;
    state.held = event.balances.held;
    state.pots = event.balances.pots;
  }
  rememberCommand(state, facts);
  apply(state, event, facts);
}

function rememberCommand(state: AccountState, facts: EventFacts): void {
  if (state.commands.has(facts.commandId)) return;
  const { contentHash, revision, recordedAt } = facts;
  state.commands.set(facts.commandId, { contentHash, revision, recordedAt });
  // A map iterates in order of insertion, and recordedAt never goes backwards: the oldest keys come first.
  for (const [commandId, record] of state.commands) {
    if (record.recordedAt + COMMAND_KEYS_KEPT >= recordedAt) break;
    state.commands.delete(commandId);
  }
}

function apply(state: AccountState, event: AccountStreamEvent, facts: EventFacts): void {
  switch (event.type) {
    case 'AccountOpened':
      state.status = 'OPEN';
      state.accountId = event.accountId;
      state.owners = event.owners;
      state.currency = event.currency;
      state.product = event.product;
      state.overdraftLimit = event.overdraftLimit;
      state.externalReference = event.externalReference;
      return;
    case 'OverdraftLimitSet':
      state.overdraftLimit = event.overdraftLimit;
      return;
    case 'AccountFrozen':
      state.status = 'FROZEN';
      return;
    case 'AccountUnfrozen':
      state.status = 'OPEN';
      return;
    case 'AccountClosed':
      state.status = 'CLOSED';
      return;
    case 'FeeCharged':
    case 'AdjustmentPosted':
    case 'StatementLinePosted':
      return;
    case 'CardIssued':
    case 'CardActivated':
    case 'CardFrozen':
    case 'CardUnfrozen':
    case 'CardReplaced':
    case 'CardReportedLost':
    case 'CardReportedStolen':
    case 'CardCancelled':
    case 'CardControlsSet':
    case 'CardLimitsSet':
      return applyCard(state, event);
    case 'PotOpened':
    case 'PotDeposited':
    case 'PotWithdrawn':
    case 'PotLocked':
    case 'PotUnlocked':
    case 'PotClosed':
      return applyPot(state, event);
    case 'TransferSent':
    case 'TransferReceived':
    case 'TransferReturned':
    case 'TransferCompleted':
    case 'TransferCancelled':
      return applyTransfer(state, event, facts);
    case 'PaymentReceived':
    case 'PaymentSent':
    case 'PaymentConfirmed':
    case 'PaymentReturned':
      return applyPayment(state, event, facts);
    default:
      return applyCardTransaction(state, event, facts);
  }
}

function applyCard(state: AccountState, event: CardEvent): void {
  if (event.type === 'CardIssued') {
    state.cards.set(event.cardId, {
      cardId: event.cardId,
      token: event.token,
      masked: event.masked,
      expiry: event.expiry,
      status: event.active ? 'ACTIVE' : 'INACTIVE',
      frozen: false,
      controls: event.controls,
      limits: event.limits,
      usage: new Map(),
    });
    return;
  }
  const card = cardOf(state, event.cardId);
  switch (event.type) {
    case 'CardActivated':
      card.status = 'ACTIVE';
      return;
    case 'CardFrozen':
      card.frozen = true;
      return;
    case 'CardUnfrozen':
      card.frozen = false;
      return;
    case 'CardReplaced':
      card.status = 'REPLACED';
      return;
    case 'CardReportedLost':
      card.status = 'LOST';
      return;
    case 'CardReportedStolen':
      card.status = 'STOLEN';
      return;
    case 'CardCancelled':
      card.status = 'CANCELLED';
      return;
    case 'CardControlsSet':
      card.controls = event.controls;
      return;
    case 'CardLimitsSet':
      card.limits = event.limits;
      return;
    default:
      return unreachable(event);
  }
}

function applyPot(state: AccountState, event: PotEvent): void {
  if (event.type === 'PotOpened') {
    state.potsById.set(event.potId, {
      potId: event.potId,
      balance: 0n,
      locked: false,
      lockedUntil: null,
      closed: false,
    });
    return;
  }
  const pot = present(state.potsById.get(event.potId), `pot ${event.potId}`);
  switch (event.type) {
    case 'PotDeposited':
    case 'PotWithdrawn':
      pot.balance = event.potBalance;
      return;
    case 'PotLocked':
      pot.locked = true;
      pot.lockedUntil = event.until;
      return;
    case 'PotUnlocked':
      pot.locked = false;
      return;
    case 'PotClosed':
      pot.closed = true;
      pot.balance = 0n;
      return;
    default:
      return unreachable(event);
  }
}

function applyTransfer(state: AccountState, event: TransferEvent, facts: EventFacts): void {
  const { revision, contentHash } = facts;
  const add = (status: 'SENT' | 'RECEIVED' | 'CANCELLED', transactionId: TransactionId | null, amount: Minor) =>
    state.transfers.set(event.transferId, { status, transactionId, amount, revision, contentHash });
  switch (event.type) {
    case 'TransferSent':
      add('SENT', event.transactionId, event.amount);
      state.inFlight++;
      return;
    case 'TransferReceived':
      add('RECEIVED', event.transactionId, event.amount);
      return;
    case 'TransferCancelled':
      add('CANCELLED', null, 0n);
      return;
    case 'TransferReturned':
    case 'TransferCompleted':
      settleTransfer(state, event.transferId, event.type === 'TransferReturned' ? 'RETURNED' : 'COMPLETED');
      return;
    default:
      return unreachable(event);
  }
}

function settleTransfer(state: AccountState, transferId: TransferId, status: 'RETURNED' | 'COMPLETED'): void {
  present(state.transfers.get(transferId), `transfer ${transferId}`).status = status;
  state.inFlight--;
}

function applyPayment(state: AccountState, event: PaymentEvent, facts: EventFacts): void {
  if (event.type === 'PaymentReceived' || event.type === 'PaymentSent') {
    const { transactionId, amount, nostro } = event;
    const status = event.type === 'PaymentSent' ? 'SENT' : 'RECEIVED';
    state.payments.set(event.paymentId, {
      status,
      transactionId,
      amount,
      nostro,
      revision: facts.revision,
      contentHash: facts.contentHash,
    });
    if (status === 'SENT') state.inFlight++;
    return;
  }
  present(state.payments.get(event.paymentId), `payment ${event.paymentId}`).status =
    event.type === 'PaymentConfirmed' ? 'CONFIRMED' : 'RETURNED';
  state.inFlight--;
}

function applyCardTransaction(state: AccountState, event: CardTransactionEvent, facts: EventFacts): void {
  switch (event.type) {
    case 'AuthorisationApproved': {
      const transaction = begin(state, event.transaction, facts, {
        scheme: event.scheme,
        kind: event.kind,
        cashAmount: event.cashAmount,
      });
      takeWaitingReversal(state, event.transaction);
      return count(state, transaction, event.transaction);
    }
    case 'AuthorisationAdvised': {
      const transaction = begin(state, event.transaction, facts, {
        scheme: event.scheme,
        kind: event.kind,
        cashAmount: event.cashAmount,
        advised: true,
      });
      takeWaitingReversal(state, event.transaction);
      return count(state, transaction, event.transaction);
    }
    case 'CardPaymentPosted': {
      const transaction = begin(state, event.transaction, facts, {
        scheme: event.scheme,
        kind: event.kind,
        cashAmount: event.cashAmount,
        single: true,
      });
      return count(state, transaction, event.transaction);
    }
    case 'AuthorisationDeclined':
      if (!event.increment) begin(state, event.transaction, facts, { scheme: event.scheme, kind: event.kind });
      return;
    case 'AuthorisationIncremented': {
      const transaction = transactionOf(state, event.transaction.transactionId);
      if (event.incrementKeys !== null) {
        const key = keyString(event.transaction.cardId, event.incrementKeys);
        transaction.increments ??= new Map();
        transaction.increments.set(key, event.increment);
        state.byKeys.set(key, event.transaction.transactionId);
      }
      return count(state, transaction, event.transaction);
    }
    case 'AuthorisationReversed': {
      const transaction = transactionOf(state, event.transaction.transactionId);
      if (event.reversedKeys !== null) {
        transaction.increments?.set(keyString(event.transaction.cardId, event.reversedKeys), 0n);
      }
      return count(state, transaction, event.transaction);
    }
    case 'AuthorisationAdjusted': {
      const transaction = transactionOf(state, event.transaction.transactionId);
      if (!transaction.authorisationSeen) {
        transaction.authorisationSeen = true;
        transaction.advised = true;
        transaction.firstRevision = facts.revision;
      }
      takeWaitingReversal(state, event.transaction);
      return count(state, transaction, event.transaction);
    }
    case 'AuthorisationExpired':
    case 'CardPaymentReversed':
      return count(state, transactionOf(state, event.transaction.transactionId), event.transaction);
    case 'ReversalRecorded':
      if (event.cardId !== null)
        state.waitingReversals.set(keyString(event.cardId, event.keys), { replacement: event.replacement });
      return;
    case 'ClearingPosted': {
      const { transactionId } = event.transaction;
      const transaction =
        state.transactions.get(transactionId) ??
        begin(state, event.transaction, facts, { scheme: event.scheme, kind: 'PURCHASE', authorisationSeen: false });
      if (event.sequenceNumber !== null) {
        transaction.sequences ??= new Set();
        transaction.sequences.add(event.sequenceNumber);
      }
      addPresentment(state, event.clearingKey, event, event.transaction.cardId, transactionId, facts);
      return count(state, transaction, event.transaction);
    }
    case 'ClearingSuspended':
      addPresentment(state, event.clearingKey, { ...event, reconciliation: null }, event.cardId, null, facts);
      return;
    case 'RefundPosted':
      addPresentment(
        state,
        refundPresentment(event.refundKey),
        event,
        event.cardId,
        event.original?.transactionId ?? null,
        facts,
        event.transactionId,
      );
      return refresh(state, event.original);
    case 'RefundReversed':
      reducePresentment(state, refundPresentment(event.refundKey), event.amount);
      return refresh(state, event.original);
    case 'ClearingReversed':
      reducePresentment(state, event.clearingKey, event.amount);
      return count(state, transactionOf(state, event.transaction.transactionId), event.transaction);
    default:
      return unreachable(event);
  }
}

interface Beginning {
  readonly scheme: string;
  readonly kind: TransactionState['kind'];
  readonly cashAmount?: Minor;
  readonly advised?: boolean;
  readonly single?: boolean;
  readonly authorisationSeen?: boolean;
}

function begin(state: AccountState, block: CardTransaction, facts: EventFacts, how: Beginning): TransactionState {
  const before = state.transactions.get(block.transactionId);
  const transaction: TransactionState = {
    // What the transaction counted before stays counted until `count` takes the difference.
    block: before?.block ?? { ...block, authorised: 0n, remaining: 0n, cleared: 0n, clearingReversed: 0n },
    kind: how.kind,
    single: how.single ?? false,
    authorisationSeen: how.authorisationSeen ?? true,
    advised: how.advised ?? false,
    scheme: how.scheme,
    firstRevision: before?.authorisationSeen ? before.firstRevision : facts.revision,
    contentHash: facts.contentHash,
    recordedAt: facts.recordedAt,
    limitDate: before?.limitDate ?? facts.localDate,
    cashAmount: how.cashAmount ?? 0n,
    increments: before?.increments ?? null,
    sequences: before?.sequences ?? null,
  };
  if (block.status === 'DECLINED') transaction.block = block;
  state.transactions.set(block.transactionId, transaction);
  if (block.keys !== null) state.byKeys.set(keyString(block.cardId, block.keys), block.transactionId);
  forgetOld(state, facts.recordedAt);
  return transaction;
}

/** Replaces the transaction's block, and moves what the card has spent by the difference. */
function count(state: AccountState, transaction: TransactionState, block: CardTransaction): void {
  const before = spentOf(transaction.block);
  const after = spentOf(block);
  const card = state.cards.get(block.cardId);
  if (card !== undefined && transaction.limitDate !== null && before !== after) {
    const cash = minimum(transaction.cashAmount, after) - minimum(transaction.cashAmount, before);
    const times = (after > 0n ? 1 : 0) - (before > 0n ? 1 : 0);
    spend(card, transaction.limitDate, after - before, cash, times);
    spend(card, transaction.limitDate.slice(0, 7), after - before, cash, times);
  }
  transaction.block = block;
}

function spend(card: CardState, period: string, amount: Minor, cash: Minor, times: number): void {
  const usage = card.usage.get(period);
  if (usage !== undefined) {
    usage.amount += amount;
    usage.cash += cash;
    usage.count += times;
    return;
  }
  card.usage.set(period, { amount, cash, count: times } satisfies CardUsage);
  if (card.usage.size > USAGE_ROWS_KEPT) forgetOldestUsage(card);
}

function forgetOldestUsage(card: CardState): void {
  let oldest: string | undefined;
  for (const period of card.usage.keys()) if (oldest === undefined || period < oldest) oldest = period;
  if (oldest !== undefined) card.usage.delete(oldest);
}

function refresh(state: AccountState, block: CardTransaction | null): void {
  if (block === null) return;
  const transaction = state.transactions.get(block.transactionId);
  if (transaction !== undefined) transaction.block = block;
}

function addPresentment(
  state: AccountState,
  key: string,
  event: { readonly scheme: string; readonly amount: Minor; readonly reconciliation: Money | null },
  cardId: CardId,
  transactionId: TransactionId | null,
  facts: EventFacts,
  refundTransactionId: TransactionId | null = null,
): void {
  const { scheme, amount, reconciliation } = event;
  const { revision, recordedAt, contentHash } = facts;
  state.presentments.set(key, {
    transactionId,
    refundTransactionId,
    cardId,
    revision,
    recordedAt,
    contentHash,
    scheme,
    amount,
    reconciliation,
    left: amount,
  });
}

function reducePresentment(state: AccountState, key: string, amount: Minor): void {
  const presentment = present(state.presentments.get(key), `presentment ${key}`);
  presentment.left -= amount;
  if (presentment.left === 0n) state.presentments.delete(key);
}

function takeWaitingReversal(state: AccountState, block: CardTransaction): void {
  if (block.keys !== null) state.waitingReversals.delete(keyString(block.cardId, block.keys));
}

/** Lets go of what has passed the dispute horizon and is closed; maps iterate from the oldest. */
function forgetOld(state: AccountState, now: Micros): void {
  const horizon = now - TRANSACTIONS_KEPT;
  for (const [transactionId, transaction] of state.transactions) {
    if (transaction.recordedAt >= horizon || transaction.block.status === 'PENDING') break;
    state.transactions.delete(transactionId);
    const { cardId, keys } = transaction.block;
    if (keys !== null) state.byKeys.delete(keyString(cardId, keys));
    for (const key of transaction.increments?.keys() ?? []) state.byKeys.delete(key);
  }
  for (const [key, presentment] of state.presentments) {
    if (presentment.recordedAt >= horizon) break;
    state.presentments.delete(key);
  }
}

function cardOf(state: AccountState, cardId: CardId): CardState {
  return present(state.cards.get(cardId), `card ${cardId}`);
}

function transactionOf(state: AccountState, transactionId: TransactionId): TransactionState {
  return present(state.transactions.get(transactionId), `transaction ${transactionId}`);
}

/** An event about something that the stream never made: the journal is broken, and nothing may be decided from it. */
function present<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new Error(`the stream speaks of ${what} before it exists`);
  return value;
}

function unreachable(event: never): never {
  throw new Error(`unknown event ${JSON.stringify(event)}`);
}

function minimum(a: Minor, b: Minor): Minor {
  return a < b ? a : b;
}
