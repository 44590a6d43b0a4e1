// One decision: a pure function of the account's events (as state), the command and the reference data that it carries.

import type { Minor } from '../brands.js';
import { chart, isGeneralLedger } from '../chart.js';
import { AMOUNT_MAX, isCurrency, MoneyOverflow } from '../money.js';
import { move } from '../posting.js';
import { recordAdvice } from './advices.js';
import { authoriseCard, incrementAuthorisation } from './authorisations.js';
import { decideCard } from './cards.js';
import { postClearing, postRefund, reverseClearing, reverseRefund } from './clearings.js';
import type {
  AccountCommand,
  ChargeFee,
  CommandContext,
  OpenAccount,
  PostAdjustment,
  PostStatementLine,
} from './commands.js';
import { balancesAfter, type Decision, decided, entryOf, isAmount, reject, repeatOr } from './decision.js';
import { decideDispute, hasOpenDispute } from './disputes.js';
import { isForgotten } from './forgetting.js';
import { decideOwner } from './owners.js';
import { decidePot } from './pots.js';
import { expireAuthorisation, reverseAuthorisation } from './reversals.js';
import { cancelAll, decideSchedule } from './schedules.js';
import type { AccountState } from './state.js';
import { decidePayment, decideTransfer } from './transfers.js';

/** Decides; changes nothing. Idempotency comes first, then whether the account exists, then the command's own rules. */
export function decide(state: AccountState, command: AccountCommand, context: CommandContext): Decision {
  const before = state.commands.get(context.commandId);
  if (before !== undefined && !isForgotten(before, context.recordedAt))
    return repeatOr('IdempotencyKeyReused', before, context);
  if (command.type === 'OpenAccount') return openAccount(state, command, context);
  // A transfer to nobody is refused by an event, in the stream that the account will have when it is opened.
  if (state.status === 'NONE' && command.type !== 'ReceiveTransfer') return reject('UnknownAccount');
  try {
    return decideOpened(state, command, context);
  } catch (error) {
    if (error instanceof MoneyOverflow) return reject('BalanceOutOfRange');
    throw error;
  }
}

function decideOpened(
  state: AccountState,
  command: Exclude<AccountCommand, OpenAccount>,
  context: CommandContext,
): Decision {
  switch (command.type) {
    case 'AuthoriseCard':
      return authoriseCard(state, command, context);
    case 'IncrementAuthorisation':
      return incrementAuthorisation(state, command, context);
    case 'RecordAuthorisationAdvice':
      return recordAdvice(state, command, context);
    case 'ReverseAuthorisation':
      return reverseAuthorisation(state, command, context);
    case 'ExpireAuthorisation':
      return expireAuthorisation(state, command, context);
    case 'PostClearing':
      return postClearing(state, command, context);
    case 'PostRefund':
      return postRefund(state, command, context);
    case 'ReverseClearing':
      return reverseClearing(state, command, context);
    case 'ReverseRefund':
      return reverseRefund(state, command, context);
    case 'OpenDispute':
    case 'PostProvisionalCredit':
    case 'RecordRepresentment':
    case 'CloseDispute':
      return decideDispute(state, command, context);
    case 'SetOverdraftLimit':
    case 'FreezeAccount':
    case 'UnfreezeAccount':
    case 'CloseAccount':
      return decideStatus(state, command);
    case 'AddAccountOwner':
    case 'RemoveAccountOwner':
      return decideOwner(state, command);
    case 'ChargeFee':
      return chargeFee(state, command, context);
    case 'PostAdjustment':
      return postAdjustment(state, command, context);
    case 'PostStatementLine':
      return postStatementLine(state, command, context);
    case 'IssueCard':
    case 'ActivateCard':
    case 'FreezeCard':
    case 'UnfreezeCard':
    case 'ReplaceCard':
    case 'ReportCardLost':
    case 'ReportCardStolen':
    case 'CancelCard':
    case 'SetCardControls':
    case 'SetCardLimits':
      return decideCard(state, command, context);
    case 'OpenPot':
    case 'DepositToPot':
    case 'WithdrawFromPot':
    case 'LockPot':
    case 'UnlockPot':
    case 'ClosePot':
      return decidePot(state, command, context);
    case 'SendTransfer':
    case 'ReceiveTransfer':
    case 'ReturnTransfer':
    case 'CompleteTransfer':
    case 'CancelTransfer':
      return decideTransfer(state, command, context);
    case 'SchedulePayment':
    case 'CancelScheduledPayment':
    case 'TakeScheduledPayment':
      return decideSchedule(state, command, context);
    case 'ReceivePayment':
    case 'SendPayment':
    case 'ConfirmPayment':
    case 'ReturnPayment':
      return decidePayment(state, command, context);
  }
}

function openAccount(state: AccountState, command: OpenAccount, context: CommandContext): Decision {
  if (state.opened !== null) return repeatOr('IdInUse', state.opened, context);
  if (!isLimit(command.overdraftLimit)) return reject('InvalidAmount');
  if (!isCurrency(command.currency)) return reject('InvalidCurrency');
  const { accountId, owners, currency, product, overdraftLimit, externalReference, personal } = command;
  const balances = { ledger: 0n, held: 0n, available: overdraftLimit, pots: 0n };
  return decided({
    type: 'AccountOpened',
    accountId,
    owners,
    currency,
    product,
    overdraftLimit,
    externalReference,
    personal,
    balances,
  });
}

function isLimit(overdraftLimit: Minor): boolean {
  return overdraftLimit >= 0n && overdraftLimit <= AMOUNT_MAX;
}

type StatusCommand = Extract<
  AccountCommand,
  { type: 'SetOverdraftLimit' | 'FreezeAccount' | 'UnfreezeAccount' | 'CloseAccount' }
>;

function decideStatus(state: AccountState, command: StatusCommand): Decision {
  if (state.status === 'CLOSED') return reject('AccountClosed');
  switch (command.type) {
    case 'SetOverdraftLimit': {
      if (!isLimit(command.overdraftLimit)) return reject('InvalidAmount');
      const balances = balancesAfter({ ...state, overdraftLimit: command.overdraftLimit }, {});
      return decided({ type: 'OverdraftLimitSet', overdraftLimit: command.overdraftLimit, balances });
    }
    case 'FreezeAccount':
      return state.status === 'FROZEN'
        ? reject('AccountFrozen')
        : decided({ type: 'AccountFrozen', reason: command.reason });
    case 'UnfreezeAccount':
      return state.status === 'FROZEN' ? decided({ type: 'AccountUnfrozen' }) : reject('AccountNotFrozen');
    case 'CloseAccount': {
      const empty = state.ledger === 0n && state.held === 0n && state.pots === 0n && state.inFlight === 0;
      if (!empty || hasOpenDispute(state)) return reject('AccountNotEmpty');
      return decided({ type: 'AccountClosed' }, ...cancelAll(state));
    }
  }
}

function chargeFee(state: AccountState, command: ChargeFee, context: CommandContext): Decision {
  const { feeId, kind, amount, currency } = command;
  if (!isAmount(amount)) return reject('InvalidAmount');
  if (state.status === 'CLOSED') return reject('AccountClosed');
  if (currency !== state.currency) return reject('CurrencyMismatch');
  const entry = entryOf(context, move(chart.customer(state.accountId), chart.fees, amount, currency));
  const balances = balancesAfter(state, { ledger: -amount });
  return decided({
    type: 'FeeCharged',
    feeId,
    transactionId: context.mint('tx'),
    kind,
    amount,
    currency,
    entry,
    balances,
  });
}

function postAdjustment(state: AccountState, command: PostAdjustment, context: CommandContext): Decision {
  const { adjustmentId, amount, currency, reason, proposedBy, approvedBy, contra } = command;
  if (!isAmount(amount < 0n ? -amount : amount)) return reject('InvalidAmount');
  if (proposedBy === approvedBy) return reject('FourEyesRequired');
  if (!isGeneralLedger(contra)) return reject('UnknownLedgerAccount');
  if (state.status === 'CLOSED') return reject('AccountClosed');
  if (currency !== state.currency) return reject('CurrencyMismatch');
  const customer = chart.customer(state.accountId);
  const legs = amount > 0n ? move(contra, customer, amount, currency) : move(customer, contra, -amount, currency);
  return decided({
    type: 'AdjustmentPosted',
    adjustmentId,
    transactionId: context.mint('tx'),
    amount,
    currency,
    reason,
    proposedBy,
    approvedBy,
    contra,
    entry: entryOf(context, legs),
    balances: balancesAfter(state, { ledger: amount }),
  });
}

function postStatementLine(state: AccountState, command: PostStatementLine, context: CommandContext): Decision {
  const { lineId, amount, currency, description, statedBalance } = command;
  if (amount !== 0n && !isAmount(amount < 0n ? -amount : amount)) return reject('InvalidAmount');
  if (currency !== state.currency) return reject('CurrencyMismatch');
  const customer = chart.customer(state.accountId);
  const nostro = chart.nostro('import');
  const legs = amount > 0n ? move(nostro, customer, amount, currency) : move(customer, nostro, -amount, currency);
  return decided({
    type: 'StatementLinePosted',
    lineId,
    transactionId: context.mint('tx'),
    amount,
    currency,
    description,
    statedBalance,
    entry: amount === 0n ? null : entryOf(context, legs),
    balances: balancesAfter(state, { ledger: amount }),
  });
}
