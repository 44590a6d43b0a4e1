// Pots: sub-balances of the account, so that a move is one event.
import type { CurrencyCode, Minor } from '../brands.js';
import { chart } from '../chart.js';
import { credit, debit } from '../posting.js';
import type { CommandContext, DepositToPot, PotCommand, WithdrawFromPot } from './commands.js';
import { availableOf, balancesAfter, type Decision, decided, entryOf, isAmount, reject } from './decision.js';
import type { AccountState, PotState } from './state.js';

export function decidePot(state: AccountState, command: PotCommand, context: CommandContext): Decision {
  if (state.status === 'CLOSED') return reject('AccountClosed');
  if (command.type === 'OpenPot') {
    if (state.potsById.has(command.potId)) return reject('IdInUse');
    if (command.goal !== null && !isAmount(command.goal)) return reject('InvalidAmount');
    const { potId, goal, personal, style } = command;
    return decided({ type: 'PotOpened', potId, goal, personal, style });
  }
  const pot = state.potsById.get(command.potId);
  if (pot === undefined) return reject('UnknownPot');
  if (pot.closed) return reject('PotClosed');
  switch (command.type) {
    case 'DepositToPot':
      return deposit(state, pot, command, context);
    case 'WithdrawFromPot':
      return withdraw(state, pot, command, context);
    case 'LockPot':
      return decided({ type: 'PotLocked', potId: pot.potId, until: command.until });
    case 'UnlockPot':
      return isLocked(pot, context) ? decided({ type: 'PotUnlocked', potId: pot.potId }) : reject('PotNotLocked');
    case 'ClosePot':
      return close(state, pot, context);
  }
}

function isLocked(pot: PotState, context: CommandContext): boolean {
  return pot.locked && (pot.lockedUntil === null || context.recordedAt < pot.lockedUntil);
}

function deposit(state: AccountState, pot: PotState, command: DepositToPot, context: CommandContext): Decision {
  const { amount, currency } = command;
  if (!isAmount(amount)) return reject('InvalidAmount');
  if (currency !== state.currency) return reject('CurrencyMismatch');
  if (state.status === 'FROZEN') return reject('AccountFrozen');
  if (availableOf(state) < amount) return reject('InsufficientFunds');
  return decided({
    type: 'PotDeposited',
    potId: pot.potId,
    transactionId: context.mint('tx'),
    amount,
    currency,
    potBalance: pot.balance + amount,
    entry: entryOf(context, into(state, pot, amount, currency)),
    balances: balancesAfter(state, { ledger: -amount, pots: amount }),
  });
}

function withdraw(state: AccountState, pot: PotState, command: WithdrawFromPot, context: CommandContext): Decision {
  const { amount, currency } = command;
  if (!isAmount(amount)) return reject('InvalidAmount');
  if (currency !== state.currency) return reject('CurrencyMismatch');
  if (isLocked(pot, context)) return reject('PotLocked');
  if (pot.balance < amount) return reject('InsufficientFunds');
  return decided({
    type: 'PotWithdrawn',
    potId: pot.potId,
    transactionId: context.mint('tx'),
    amount,
    currency,
    potBalance: pot.balance - amount,
    entry: entryOf(context, outOf(state, pot, amount, currency)),
    balances: balancesAfter(state, { ledger: amount, pots: -amount }),
  });
}

function close(state: AccountState, pot: PotState, context: CommandContext): Decision {
  if (isLocked(pot, context)) return reject('PotLocked');
  const returned = pot.balance;
  return decided({
    type: 'PotClosed',
    potId: pot.potId,
    transactionId: context.mint('tx'),
    returned,
    currency: state.currency,
    entry: returned === 0n ? null : entryOf(context, outOf(state, pot, returned, state.currency)),
    balances: balancesAfter(state, { ledger: returned, pots: -returned }),
  });
}

function into(state: AccountState, pot: PotState, amount: Minor, currency: CurrencyCode) {
  const customer = chart.customer(state.accountId);
  return [debit(customer, amount, currency), credit(customer, amount, currency, pot.potId)];
}

function outOf(state: AccountState, pot: PotState, amount: Minor, currency: CurrencyCode) {
  const customer = chart.customer(state.accountId);
  return [debit(customer, amount, currency, pot.potId), credit(customer, amount, currency)];
}
