// Transfers between accounts (two events on two streams, through in transit) and payments to and from other banks.
import type { CurrencyCode, Minor } from '../brands.js';
import { chart, isGeneralLedger } from '../chart.js';
import type { PaymentSent, TransferSent } from '../generated/events.js';
import { move } from '../posting.js';
import { type RejectionName, rejections } from '../rejections.js';
import type {
  CommandContext,
  PaymentCommand,
  ReceivePayment,
  ReceiveTransfer,
  SendPayment,
  SendTransfer,
  TransferCommand,
} from './commands.js';
import {
  availableOf,
  balancesAfter,
  canCredit,
  type Decision,
  decided,
  entryOf,
  exceptionOf,
  isAmount,
  reject,
  repeatOr,
} from './decision.js';
import { type AccountState, type PaymentState, refusalKey, type TransferState } from './state.js';

export function decideTransfer(state: AccountState, command: TransferCommand, context: CommandContext): Decision {
  const known = state.transfers.get(command.transferId);
  switch (command.type) {
    case 'SendTransfer':
      return send(state, command, context, known);
    case 'ReceiveTransfer':
      return receive(state, command, context, known);
    case 'CancelTransfer':
      if (known === undefined) return decided({ type: 'TransferCancelled', transferId: command.transferId });
      return known.status === 'CANCELLED'
        ? { kind: 'repeat', revision: known.revision }
        : reject('TransferNotInFlight');
    case 'CompleteTransfer':
      if (known === undefined) return reject('UnknownTransfer');
      if (known.status !== 'SENT')
        return known.status === 'COMPLETED' ? { kind: 'nothing' } : reject('TransferNotInFlight');
      return decided({ type: 'TransferCompleted', transferId: command.transferId });
    case 'ReturnTransfer': {
      if (known?.transactionId == null) return reject('UnknownTransfer');
      if (known.status !== 'SENT')
        return known.status === 'RETURNED' ? { kind: 'nothing' } : reject('TransferNotInFlight');
      const { amount, transactionId } = known;
      return decided({
        type: 'TransferReturned',
        transferId: command.transferId,
        transactionId,
        amount,
        currency: state.currency,
        reason: command.reason,
        exception: exceptionOf(state),
        entry: entryOf(
          context,
          move(chart.transfersInTransit, chart.customer(state.accountId), amount, state.currency),
        ),
        balances: balancesAfter(state, { ledger: amount }),
      });
    }
  }
}

function send(
  state: AccountState,
  command: SendTransfer,
  context: CommandContext,
  known: TransferState | undefined,
): Decision {
  if (!isAmount(command.amount)) return reject('InvalidAmount');
  if (known !== undefined)
    return known.status === 'CANCELLED' ? reject('TransferCancelled') : repeatOr('IdInUse', known, context);
  if (command.destinationAccountId === state.accountId) return reject('SameAccount');
  const refused = refusalToSend(state, command);
  return refused === undefined ? decided(transferSent(state, command, context)) : reject(refused);
}

/** Of a transfer that `refusalToSend` has nothing against. */
export function transferSent(
  state: AccountState,
  { transferId, destinationAccountId, amount, currency, personal }: Omit<SendTransfer, 'type'>,
  context: CommandContext,
): TransferSent {
  return {
    type: 'TransferSent',
    transferId,
    transactionId: context.mint('tx'),
    destinationAccountId,
    amount,
    currency,
    personal,
    entry: entryOf(context, move(chart.customer(state.accountId), chart.transfersInTransit, amount, currency)),
    balances: balancesAfter(state, { ledger: -amount }),
  };
}

/**
 * An event either way: what is refused goes back to its sender, so the same question, however late, must find the refusal, whatever
 * became of the account meanwhile. Only what no sender can have sent is rejected.
 */
function receive(
  state: AccountState,
  command: ReceiveTransfer,
  context: CommandContext,
  known: TransferState | undefined,
): Decision {
  const { transferId, sourceAccountId, amount, currency, personal } = command;
  if (!isAmount(amount)) return reject('InvalidAmount');
  const refused = state.refusedTransfers.get(refusalKey(sourceAccountId, transferId));
  for (const before of [refused, known])
    if (before?.contentHash === context.contentHash) return { kind: 'repeat', revision: before.revision };
  const reason = refused !== undefined || known !== undefined ? 'IdInUse' : refusalOf(state, amount, currency);
  if (reason !== undefined) {
    const { responseCode } = rejections[reason];
    return decided({ type: 'TransferRefused', transferId, sourceAccountId, amount, currency, reason, responseCode });
  }
  return decided({
    type: 'TransferReceived',
    transferId,
    transactionId: context.mint('tx'),
    sourceAccountId,
    amount,
    currency,
    personal,
    entry: entryOf(context, move(chart.transfersInTransit, chart.customer(state.accountId), amount, currency)),
    balances: balancesAfter(state, { ledger: amount }),
  });
}

function refusalOf(state: AccountState, amount: Minor, currency: CurrencyCode): RejectionName | undefined {
  if (state.status === 'NONE') return 'UnknownAccount';
  if (state.status === 'CLOSED') return 'AccountClosed';
  if (currency !== state.currency) return 'CurrencyMismatch';
  return canCredit(state, amount) ? undefined : 'BalanceOutOfRange';
}

/** What every decision to send money out asks of the account; undefined where it may go. */
export function refusalToSend(
  state: AccountState,
  command: { readonly amount: bigint; readonly currency: string },
): RejectionName | undefined {
  if (state.status === 'CLOSED') return 'AccountClosed';
  if (state.status === 'FROZEN') return 'AccountFrozen';
  if (command.currency !== state.currency) return 'CurrencyMismatch';
  return availableOf(state) < command.amount ? 'InsufficientFunds' : undefined;
}

export function decidePayment(state: AccountState, command: PaymentCommand, context: CommandContext): Decision {
  const known = state.payments.get(command.paymentId);
  if (command.type === 'ReceivePayment' || command.type === 'SendPayment') {
    if (!isAmount(command.amount)) return reject('InvalidAmount');
    if (!isGeneralLedger(command.nostro)) return reject('UnknownLedgerAccount');
    if (known !== undefined) return repeatOr('IdInUse', known, context);
    return command.type === 'ReceivePayment'
      ? receivePayment(state, command, context)
      : sendPayment(state, command, context);
  }
  if (known === undefined) return reject('UnknownPayment');
  if (command.type === 'ConfirmPayment') return confirm(state, command.paymentId, known, context);
  if (known.status !== 'SENT') return known.status === 'RETURNED' ? { kind: 'nothing' } : reject('PaymentNotInFlight');
  const { amount, transactionId } = known;
  return decided({
    type: 'PaymentReturned',
    paymentId: command.paymentId,
    transactionId,
    amount,
    currency: state.currency,
    reason: command.reason,
    exception: exceptionOf(state),
    entry: entryOf(context, move(chart.paymentsInTransit, chart.customer(state.accountId), amount, state.currency)),
    balances: balancesAfter(state, { ledger: amount }),
  });
}

function receivePayment(state: AccountState, command: ReceivePayment, context: CommandContext): Decision {
  const { paymentId, scheme, amount, currency, nostro, personal } = command;
  if (state.status === 'CLOSED') return reject('AccountClosed');
  if (currency !== state.currency) return reject('CurrencyMismatch');
  const entry = entryOf(context, move(nostro, chart.customer(state.accountId), amount, currency));
  const balances = balancesAfter(state, { ledger: amount });
  return decided({
    type: 'PaymentReceived',
    paymentId,
    transactionId: context.mint('tx'),
    scheme,
    amount,
    currency,
    nostro,
    personal,
    entry,
    balances,
  });
}

function sendPayment(state: AccountState, command: SendPayment, context: CommandContext): Decision {
  const refused = refusalToSend(state, command);
  return refused === undefined ? decided(paymentSent(state, command, context)) : reject(refused);
}

/** Of a payment that `refusalToSend` has nothing against. */
export function paymentSent(
  state: AccountState,
  { paymentId, scheme, amount, currency, nostro, personal }: Omit<SendPayment, 'type'>,
  context: CommandContext,
): PaymentSent {
  return {
    type: 'PaymentSent',
    paymentId,
    transactionId: context.mint('tx'),
    scheme,
    amount,
    currency,
    nostro,
    personal,
    entry: entryOf(context, move(chart.customer(state.accountId), chart.paymentsInTransit, amount, currency)),
    balances: balancesAfter(state, { ledger: -amount }),
  };
}

function confirm(
  state: AccountState,
  paymentId: SendPayment['paymentId'],
  known: PaymentState,
  context: CommandContext,
): Decision {
  if (known.status !== 'SENT') return known.status === 'CONFIRMED' ? { kind: 'nothing' } : reject('PaymentNotInFlight');
  const entry = entryOf(context, move(chart.paymentsInTransit, known.nostro, known.amount, state.currency));
  return decided({ type: 'PaymentConfirmed', paymentId, amount: known.amount, entry });
}
