// What events of the account itself, its cards, pots, transfers and payments do to the clerk's sheet.
import type { LedgerEvent } from '@tallystick/ledger-core';
import type { Invariants } from './invariants.js';
import type { NaiveAccount } from './naive-account.js';

export function applyAccountEvent(account: NaiveAccount, event: LedgerEvent, invariants: Invariants): void {
  switch (event.type) {
    case 'AccountOpened':
      account.status = 'OPEN';
      account.currency = event.currency;
      account.overdraftLimit = event.overdraftLimit;
      return;
    case 'OverdraftLimitSet':
      account.overdraftLimit = event.overdraftLimit;
      return;
    case 'AccountFrozen':
      account.status = 'FROZEN';
      return;
    case 'AccountUnfrozen':
      account.status = 'OPEN';
      return;
    case 'AccountClosed':
      account.status = 'CLOSED';
      return;
    case 'FeeCharged':
      return row(account, event.transactionId, -event.amount, event.currency);
    case 'AdjustmentPosted':
    case 'StatementLinePosted':
      return row(account, event.transactionId, event.amount, event.currency);
    case 'TransferSent':
    case 'PaymentSent':
      account.inFlight++;
      account.payments.set('transferId' in event ? event.transferId : event.paymentId, {
        amount: event.amount,
        status: 'SENT',
      });
      return row(account, event.transactionId, -event.amount, event.currency);
    case 'TransferReceived':
    case 'PaymentReceived':
      return row(account, event.transactionId, event.amount, event.currency);
    case 'TransferReturned':
    case 'PaymentReturned':
      end(account, 'transferId' in event ? event.transferId : event.paymentId);
      return row(account, event.transactionId, 0n, event.currency, 'RETURNED');
    case 'TransferCompleted':
      return end(account, event.transferId);
    case 'PaymentConfirmed':
      return end(account, event.paymentId);
    default:
      applyPotOrCard(account, event, invariants);
  }
}

function applyPotOrCard(account: NaiveAccount, event: LedgerEvent, invariants: Invariants): void {
  if ('potId' in event) {
    if (event.type === 'PotOpened') account.potsById.set(event.potId, { balance: 0n, locked: false, closed: false });
    const pot = account.potsById.get(event.potId);
    if (pot === undefined) return;
    if (event.type === 'PotDeposited') pot.balance += event.amount;
    if (event.type === 'PotWithdrawn') pot.balance -= event.amount;
    if (event.type === 'PotDeposited' || event.type === 'PotWithdrawn') {
      invariants.same('a pot has what was moved into it', pot.balance, event.potBalance, () => event.potId);
      row(account, event.transactionId, event.type === 'PotDeposited' ? -event.amount : event.amount, event.currency);
    }
    if (event.type === 'PotLocked' || event.type === 'PotUnlocked') pot.locked = event.type === 'PotLocked';
    if (event.type !== 'PotClosed') return;
    invariants.same('a pot has what was moved into it', pot.balance, event.returned, () => event.potId);
    Object.assign(pot, { balance: 0n, closed: true });
    if (event.returned > 0n) row(account, event.transactionId, event.returned, event.currency);
    return;
  }
  applyCard(account, event);
}

function applyCard(account: NaiveAccount, event: LedgerEvent): void {
  if (event.type === 'CardIssued') {
    const { cardId, expiry, controls, limits, active } = event;
    account.cards.set(cardId, { status: active ? 'ACTIVE' : 'INACTIVE', frozen: false, expiry, controls, limits });
    return;
  }
  const card = 'cardId' in event ? account.cards.get(event.cardId ?? '') : undefined;
  if (card === undefined) return;
  if (event.type === 'CardActivated') card.status = 'ACTIVE';
  if (event.type === 'CardFrozen' || event.type === 'CardUnfrozen') card.frozen = event.type === 'CardFrozen';
  if (event.type === 'CardReplaced') card.status = 'REPLACED';
  if (event.type === 'CardReportedLost') card.status = 'LOST';
  if (event.type === 'CardReportedStolen') card.status = 'STOLEN';
  if (event.type === 'CardCancelled') card.status = 'CANCELLED';
  if (event.type === 'CardControlsSet') card.controls = event.controls;
  if (event.type === 'CardLimitsSet') card.limits = event.limits;
}

function row(account: NaiveAccount, id: string, amount: bigint, currency: string, status = 'SETTLED'): void {
  account.rows.set(id, { amount, status, currency, refundOf: null });
}

function end(account: NaiveAccount, id: string): void {
  account.inFlight--;
  const sent = account.payments.get(id);
  if (sent !== undefined) sent.status = 'ENDED';
}
