// Folds one event into the account's state, in place: the state is owned by whoever folds, and copying maps that grow with
// the account's history would make every decision cost more than the last.
import type { CardId, Minor, TransactionId, TransferId } from '../brands.js';
import type {
  AccountEvent,
  CardEvent,
  CardTransactionEvent,
  PaymentEvent,
  PotEvent,
  ScheduleEvent,
  TransferEvent,
} from '../generated/events.js';
import { present, unreachable } from './broken-stream.js';
import { applyCardTransaction } from './evolve-card-transaction.js';
import { forgetClosed, forgetCommands, isForgotten } from './forgetting.js';
import { type AccountState, type CardState, type EventFacts, refusalKey, STAFF } from './state.js';

export { COMMAND_KEYS_KEPT, TRANSACTIONS_KEPT } from './forgetting.js';
export type { EventFacts } from './state.js';

export type AccountStreamEvent =
  | AccountEvent
  | CardEvent
  | CardTransactionEvent
  | PotEvent
  | TransferEvent
  | ScheduleEvent
  | PaymentEvent;

/** Changes with every change of what events fold to: a snapshot of another version is not used. */
export const FOLD_VERSION = 'account-7';

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
  const { commandId, contentHash, revision, recordedAt } = facts;
  const before = state.commands.get(commandId);
  if (before !== undefined) {
    if (!isForgotten(before, recordedAt)) return;
    state.commands.delete(commandId);
  }
  state.commands.set(commandId, { contentHash, revision, recordedAt });
  forgetCommands(state.commands, recordedAt);
}

function apply(state: AccountState, event: AccountStreamEvent, facts: EventFacts): void {
  switch (event.type) {
    case 'AccountOpened':
      state.status = 'OPEN';
      state.accountId = event.accountId;
      state.opened = { revision: facts.revision, contentHash: facts.contentHash };
      state.owners = event.owners;
      state.currency = event.currency;
      state.product = event.product;
      state.overdraftLimit = event.overdraftLimit;
      state.externalReference = event.externalReference;
      return;
    case 'AccountOwnerAdded':
    case 'AccountOwnerRemoved':
      state.owners = event.owners;
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
      return applyCard(state, event, facts);
    case 'PotOpened':
    case 'PotDeposited':
    case 'PotWithdrawn':
    case 'PotLocked':
    case 'PotUnlocked':
    case 'PotClosed':
      return applyPot(state, event);
    case 'TransferSent':
    case 'TransferReceived':
    case 'TransferRefused':
    case 'TransferReturned':
    case 'TransferCompleted':
    case 'TransferCancelled':
      return applyTransfer(state, event, facts);
    case 'PaymentScheduled':
    case 'ScheduledPaymentTaken':
    case 'ScheduledPaymentDeferred':
    case 'ScheduledPaymentMissed':
    case 'ScheduledPaymentCancelled':
      return applySchedule(state, event, facts);
    case 'PaymentReceived':
    case 'PaymentSent':
    case 'PaymentConfirmed':
    case 'PaymentReturned':
      return applyPayment(state, event, facts);
    default:
      return applyCardTransaction(state, event, facts);
  }
}

function applyCard(state: AccountState, event: CardEvent, facts: EventFacts): void {
  if (event.type === 'CardIssued') {
    state.cards.set(event.cardId, {
      cardId: event.cardId,
      token: event.token,
      masked: event.masked,
      expiry: event.expiry,
      holder: event.holder,
      status: event.active ? 'ACTIVE' : 'INACTIVE',
      frozen: false,
      frozenByBank: false,
      frozenByCustomer: null,
      controls: event.controls,
      limits: event.limits,
      revision: facts.revision,
      contentHash: facts.contentHash,
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
      if (event.frozenBy === STAFF) card.frozenByBank = true;
      else card.frozenByCustomer = event.frozenBy;
      return;
    case 'CardUnfrozen':
      // Whoever's freeze is to stay freezes again.
      card.frozen = false;
      card.frozenByBank = false;
      card.frozenByCustomer = null;
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
  const { revision, recordedAt, contentHash } = facts;
  const add = (status: 'SENT' | 'RECEIVED' | 'CANCELLED', transactionId: TransactionId | null, amount: Minor) => {
    state.transfers.set(event.transferId, { status, transactionId, amount, revision, recordedAt, contentHash });
    forgetClosed(state, recordedAt);
  };
  switch (event.type) {
    case 'TransferSent':
      add('SENT', event.transactionId, event.amount);
      state.inFlight++;
      return;
    case 'TransferReceived':
      add('RECEIVED', event.transactionId, event.amount);
      return;
    case 'TransferRefused': {
      const key = refusalKey(event.sourceAccountId, event.transferId);
      // To the back of the map where it was refused before with other content: what is let go of first comes first.
      state.refusedTransfers.delete(key);
      state.refusedTransfers.set(key, { revision, recordedAt, contentHash });
      return forgetClosed(state, recordedAt);
    }
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

function applySchedule(state: AccountState, event: ScheduleEvent, facts: EventFacts): void {
  const { schedule } = event;
  if (event.type === 'PaymentScheduled') {
    const { revision, recordedAt, contentHash } = facts;
    state.schedules.set(schedule.scheduleId, { schedule, deferred: false, revision, recordedAt, contentHash });
    return forgetClosed(state, recordedAt);
  }
  const known = present(state.schedules.get(schedule.scheduleId), `schedule ${schedule.scheduleId}`);
  known.schedule = schedule;
  known.deferred = event.type === 'ScheduledPaymentDeferred';
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
      recordedAt: facts.recordedAt,
      contentHash: facts.contentHash,
    });
    forgetClosed(state, facts.recordedAt);
    if (status === 'SENT') state.inFlight++;
    return;
  }
  present(state.payments.get(event.paymentId), `payment ${event.paymentId}`).status =
    event.type === 'PaymentConfirmed' ? 'CONFIRMED' : 'RETURNED';
  state.inFlight--;
}

function cardOf(state: AccountState, cardId: CardId): CardState {
  return present(state.cards.get(cardId), `card ${cardId}`);
}
