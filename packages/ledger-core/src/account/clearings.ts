// Presentments and refunds: always posted, even below zero (lifecycles, section 1).
import type { CardId, CurrencyCode, Minor } from '../brands.js';
import { chart } from '../chart.js';
import type { CardTransaction, Money } from '../generated/events.js';
import { isCurrency, max } from '../money.js';
import { clearingPostings, mirrored, move } from '../posting.js';
import type { CommandContext, PostClearing, PostRefund, ReverseClearing, ReverseRefund } from './commands.js';
import { balancesAfter, type Decision, decided, entryOf, exceptionOf, isAmount, reject, repeatOr } from './decision.js';
import { reducedDisputes } from './disputes.js';
import { closedStatus, doneBefore, findTransaction, isClosed, newBlock, OPEN, remainingHold } from './holds.js';
import { type AccountState, type PresentmentState, refundPresentment, type TransactionState } from './state.js';

export function postClearing(state: AccountState, command: PostClearing, context: CommandContext): Decision {
  const refused = refusePresentment(state, command, command.clearingKey, context);
  if (refused !== undefined) return refused;
  if (command.currency !== state.currency) return suspended(command, command.clearingKey, context, true);
  const known = findTransaction(state, command);
  if (known === undefined && command.transactionId !== null) return reject('UnknownTransaction');
  const before = known?.block ?? newBlock({ ...command, keys: command.originalKeys }, context);
  const repeated = known === undefined ? doneBefore(state, before.transactionId, context) : undefined;
  if (repeated !== undefined) return repeated;
  const open = known?.approved === true && before.status === OPEN;
  const final = isFinal(command, known);
  const cleared = before.cleared + command.amount;
  const closed = final || isClosed(before.status);
  const remaining = remainingHold(before.authorised, cleared, !closed);
  const status = closed ? 'SETTLED' : OPEN;
  const after: CardTransaction = { ...before, currency: state.currency, cleared, remaining, status };
  return decided({
    type: 'ClearingPosted',
    transaction: after,
    scheme: command.scheme,
    clearingKey: command.clearingKey,
    amount: command.amount,
    reconciliation: command.reconciliation,
    sequenceNumber: command.sequenceNumber,
    sequenceCount: command.sequenceCount,
    final,
    forced: !open,
    overCaptured: known?.approved ? max(0n, cleared - max(before.authorised, before.cleared)) : 0n,
    merchant: command.merchant,
    local: command.local,
    transactedAt: command.transactedAt,
    exception: exceptionOf(state),
    entry: entryOf(
      context,
      clearingPostings(
        chart.customer(state.accountId),
        chart.schemeSettlement(command.scheme),
        command,
        command.reconciliation,
      ),
    ),
    released: before.remaining - remaining,
    balances: balancesAfter(state, { ledger: -command.amount, held: remaining - before.remaining }),
  });
}

/** Final on its own word, or when every sequence of a multi-clearing has arrived, in any order. */
function isFinal(command: PostClearing, known: TransactionState | undefined): boolean {
  if (command.sequenceCount === null || command.final) return command.final;
  const seen = new Set(known?.sequences ?? []);
  if (command.sequenceNumber !== null) seen.add(command.sequenceNumber);
  return seen.size >= command.sequenceCount;
}

export function postRefund(state: AccountState, command: PostRefund, context: CommandContext): Decision {
  const refused = refusePresentment(state, command, refundPresentment(command.refundKey), context);
  if (refused !== undefined) return refused;
  if (command.currency !== state.currency)
    return suspended(command, refundPresentment(command.refundKey), context, false);
  const original = findTransaction(state, command);
  if (original === undefined && command.transactionId !== null) return reject('UnknownTransaction');
  const { cardId, scheme, amount, currency, reconciliation, merchant, local, transactedAt } = command;
  const legs = clearingPostings(
    chart.customer(state.accountId),
    chart.schemeSettlement(scheme),
    command,
    reconciliation,
  );
  const refunded = original === undefined ? null : { ...original.block, refunded: original.block.refunded + amount };
  const posted = {
    type: 'RefundPosted' as const,
    transactionId: context.mint('tx'),
    original: refunded,
    cardId,
    scheme,
    refundKey: command.refundKey,
    amount,
    currency,
    reconciliation,
    merchant,
    local,
    transactedAt,
    exception: exceptionOf(state),
    entry: entryOf(context, mirrored(legs)),
    balances: balancesAfter(state, { ledger: amount }),
  };
  return refunded === null
    ? decided(posted)
    : decided(posted, ...reducedDisputes(state, refunded, amount, amount, context));
}

export function reverseClearing(state: AccountState, command: ReverseClearing, context: CommandContext): Decision {
  const presentment = state.presentments.get(command.clearingKey);
  const known = presentment?.transactionId == null ? undefined : state.transactions.get(presentment.transactionId);
  if (presentment === undefined || known === undefined) return reject('UnknownPresentment');
  const amount = command.amount ?? presentment.left;
  if (!isAmount(amount)) return reject('InvalidAmount');
  if (amount > presentment.left) return reject('ReversalTooLarge');
  const block = { ...known.block, clearingReversed: known.block.clearingReversed + amount };
  const status = block.status === 'SETTLED' ? closedStatus(block, 'REVERSED') : block.status;
  const reversed = {
    type: 'ClearingReversed' as const,
    transaction: { ...block, status },
    clearingKey: command.clearingKey,
    amount,
    exception: exceptionOf(state),
    entry: entryOf(context, mirrored(reversalLegs(state, presentment, amount))),
    balances: balancesAfter(state, { ledger: amount }),
  };
  return decided(reversed, ...reducedDisputes(state, block, amount, null, context));
}

export function reverseRefund(state: AccountState, command: ReverseRefund, context: CommandContext): Decision {
  const refund = state.presentments.get(refundPresentment(command.refundKey));
  if (refund?.refundTransactionId == null) return reject('UnknownPresentment');
  const amount = command.amount ?? refund.left;
  if (!isAmount(amount)) return reject('InvalidAmount');
  if (amount > refund.left) return reject('ReversalTooLarge');
  const original = refund.transactionId === null ? undefined : state.transactions.get(refund.transactionId);
  return decided({
    type: 'RefundReversed',
    transactionId: refund.refundTransactionId,
    original: original === undefined ? null : { ...original.block, refunded: original.block.refunded - amount },
    refundKey: command.refundKey,
    amount,
    left: refund.left - amount,
    currency: state.currency,
    exception: exceptionOf(state),
    entry: entryOf(context, reversalLegs(state, refund, amount)),
    balances: balancesAfter(state, { ledger: -amount }),
  });
}

/** The presentment's legs for a part of it; the scheme's share of another currency goes pro rata, rounded towards zero, the rest with the last part. */
function reversalLegs(state: AccountState, presentment: PresentmentState, amount: Minor) {
  const customer = chart.customer(state.accountId);
  const settlement = chart.schemeSettlement(presentment.scheme);
  const { reconciliation } = presentment;
  if (reconciliation === null) return move(customer, settlement, amount, state.currency);
  const upTo = (part: Minor) => (reconciliation.amount * part) / presentment.amount;
  const done = presentment.amount - presentment.left;
  const share = upTo(done + amount) - upTo(done);
  if (share === 0n && reconciliation.currency !== state.currency)
    return move(customer, chart.fx(state.currency), amount, state.currency);
  if (share === 0n) return move(customer, chart.fxGain, amount, state.currency);
  return clearingPostings(
    customer,
    settlement,
    { amount, currency: state.currency },
    { amount: share, currency: reconciliation.currency },
  );
}

function refusePresentment(
  state: AccountState,
  command: {
    readonly amount: Minor;
    readonly currency: CurrencyCode;
    readonly reconciliation: Money | null;
    readonly local: Money | null;
    readonly cardId: CardId;
  },
  key: string,
  context: CommandContext,
): Decision | undefined {
  if (!isAmount(command.amount)) return reject('InvalidAmount');
  const { reconciliation, local } = command;
  if (reconciliation !== null && !isAmount(reconciliation.amount)) return reject('InvalidAmount');
  if (local !== null && !isAmount(local.amount)) return reject('InvalidAmount');
  for (const currency of [command.currency, reconciliation?.currency, local?.currency])
    if (currency !== undefined && currency !== state.currency && !isCurrency(currency))
      return reject('InvalidCurrency');
  if (!state.cards.has(command.cardId)) return reject('UnknownCard');
  const before = state.presentments.get(key);
  return before === undefined ? undefined : repeatOr('ClearingKeyReused', before, context);
}

/** Another currency than the account's: the scheme is owed all the same, the customer is not touched. */
function suspended(command: PostClearing | PostRefund, key: string, context: CommandContext, owed: boolean): Decision {
  const { cardId, scheme, amount, currency, merchant, reconciliation } = command;
  const legs = clearingPostings(chart.suspense, chart.schemeSettlement(scheme), { amount, currency }, reconciliation);
  return decided({
    type: 'ClearingSuspended',
    clearingKey: key,
    cardId,
    scheme,
    amount,
    currency,
    reason: 'currency_mismatch',
    merchant,
    entry: entryOf(context, owed ? legs : mirrored(legs)),
  });
}
