// Disputes: a cleared transaction that the customer contests, from provisional credit to outcome (lifecycles, sections 1 and 3).
// What is claimed of a transaction is never more than what was cleared and not given back; per case, assets:disputes is zero in the end.
import type { Minor, TransactionId } from '../brands.js';
import { chart } from '../chart.js';
import type { CardTransaction, Dispute, DisputeReduced } from '../generated/events.js';
import { max, min } from '../money.js';
import { move } from '../posting.js';
import type {
  CloseDispute,
  CommandContext,
  DisputeCommand,
  OpenDispute,
  PostProvisionalCredit,
  RecordRepresentment,
} from './commands.js';
import { balancesAfter, type Decision, decided, entryOf, exceptionOf, isAmount, reject, repeatOr } from './decision.js';
import { findTransaction } from './holds.js';
import { type AccountState, isOpenDispute } from './state.js';

export function decideDispute(state: AccountState, command: DisputeCommand, context: CommandContext): Decision {
  switch (command.type) {
    case 'OpenDispute':
      return openDispute(state, command, context);
    case 'PostProvisionalCredit':
      return postProvisionalCredit(state, command, context);
    case 'RecordRepresentment':
      return recordRepresentment(state, command);
    case 'CloseDispute':
      return closeDispute(state, command, context);
  }
}

export function hasOpenDispute(state: AccountState): boolean {
  for (const { dispute } of state.disputes.values()) if (isOpenDispute(dispute)) return true;
  return false;
}

function openDispute(state: AccountState, command: OpenDispute, context: CommandContext): Decision {
  const { disputeKey, reason } = command;
  if (command.amount !== null && !isAmount(command.amount)) return reject('InvalidAmount');
  const before = state.disputes.get(disputeKey);
  if (before !== undefined) return repeatOr('DisputeKeyReused', before, context);
  const known = findTransaction(state, command);
  if (known === undefined) return reject('UnknownTransaction');
  const { block, scheme } = known;
  const { currency } = state;
  if (command.currency !== null && command.currency !== currency) return reject('CurrencyMismatch');
  const { transactionId: originalTransactionId, cardId } = block;
  const left = notGivenBack(state, block) - claimedOf(state, originalTransactionId);
  const opened = command.amount ?? left;
  if (left <= 0n || opened > left) return reject('DisputeTooLarge');
  const claimed = { opened, claim: opened, credited: 0n };
  return decided({
    type: 'DisputeOpened',
    dispute: { disputeKey, originalTransactionId, cardId, scheme, status: 'OPEN', currency, ...claimed },
    reason,
    exception: exceptionOf(state),
    balances: balancesAfter(state, {}),
  });
}

/** What was cleared of it and neither taken back, refunded nor paid by the outcome of a dispute. */
function notGivenBack(state: AccountState, block: CardTransaction): Minor {
  let left = block.cleared - block.clearingReversed - block.refunded;
  for (const dispute of disputesOf(state, block.transactionId)) if (!isOpenDispute(dispute)) left -= dispute.credited;
  return left;
}

function claimedOf(state: AccountState, transactionId: TransactionId): Minor {
  let claimed = 0n;
  for (const dispute of disputesOf(state, transactionId)) if (isOpenDispute(dispute)) claimed += dispute.claim;
  return claimed;
}

/** Oldest first. */
function* disputesOf(state: AccountState, transactionId: TransactionId): Generator<Dispute> {
  for (const { dispute } of state.disputes.values()) if (dispute.originalTransactionId === transactionId) yield dispute;
}

function postProvisionalCredit(state: AccountState, command: PostProvisionalCredit, context: CommandContext): Decision {
  const found = openOf(state, command.disputeKey);
  if ('kind' in found) return found;
  const amount = command.amount ?? found.claim - found.credited;
  if (!isAmount(amount)) return reject(command.amount === null ? 'DisputeTooLarge' : 'InvalidAmount');
  if (amount > found.claim - found.credited) return reject('DisputeTooLarge');
  return decided(credited(state, { ...found, credited: found.credited + amount }, amount, context));
}

function credited(state: AccountState, dispute: Dispute, amount: Minor, context: CommandContext, entry = 0) {
  const legs = move(chart.disputes, chart.customer(state.accountId), amount, dispute.currency);
  return {
    type: 'ProvisionalCreditPosted' as const,
    transactionId: context.mint('tx'),
    dispute,
    amount,
    currency: dispute.currency,
    exception: exceptionOf(state),
    entry: entryOf(context, legs, entry),
    balances: balancesAfter(state, { ledger: amount }),
  };
}

/** A second presentment that comes again finds the dispute represented: nothing is left to do. */
function recordRepresentment(state: AccountState, command: RecordRepresentment): Decision {
  const { amount, clearingKey } = command;
  if (amount !== null && !isAmount(amount)) return reject('InvalidAmount');
  const found = command.disputeKey === null ? openOfPresentment(state, clearingKey) : openOf(state, command.disputeKey);
  if ('kind' in found) return found;
  if (found.status === 'REPRESENTED') return { kind: 'nothing' };
  return decided({
    type: 'DisputeRepresented',
    dispute: { ...found, status: 'REPRESENTED' },
    amount,
    clearingKey,
    exception: exceptionOf(state),
    balances: balancesAfter(state, {}),
  });
}

/**
 * Won: the scheme pays; absorbed: the bank does. Either way the customer is to have all that is claimed, so what provisional credit lacks is
 * credited with it. Lost: the customer gives provisional credit back.
 */
function closeDispute(state: AccountState, command: CloseDispute, context: CommandContext): Decision {
  const found = openOf(state, command.disputeKey);
  if ('kind' in found) return found;
  const { claim, currency, scheme } = found;
  const exception = exceptionOf(state);
  if (command.outcome === 'LOST') {
    const amount = found.credited;
    const legs = move(chart.customer(state.accountId), chart.disputes, amount, currency);
    return decided({
      type: 'DisputeLost',
      transactionId: amount === 0n ? null : context.mint('tx'),
      dispute: { ...found, status: 'LOST', credited: 0n },
      amount,
      currency,
      exception,
      entry: amount === 0n ? null : entryOf(context, legs),
      balances: balancesAfter(state, { ledger: -amount }),
    });
  }
  const dispute: Dispute = { ...found, status: command.outcome, credited: claim };
  const payer = command.outcome === 'WON' ? chart.schemeSettlement(scheme) : chart.disputeLosses;
  const outcome = {
    type: command.outcome === 'WON' ? ('DisputeWon' as const) : ('DisputeAbsorbed' as const),
    dispute,
    amount: claim,
    currency,
    exception,
    entry: claim === 0n ? null : entryOf(context, move(payer, chart.disputes, claim, currency)),
    balances: balancesAfter(state, {}),
  };
  const lacking = claim - found.credited;
  return lacking === 0n ? decided(outcome) : decided(outcome, credited(state, dispute, lacking, context, 1));
}

/**
 * What money that came back by itself does to the open disputes of its transaction.
 * @param original the transaction as the refund or reversal leaves it
 * @param ledger what the refund or reversal itself adds to the account
 * @param refund the amount of a refund: it takes back provisional credit first, oldest dispute first. Null for a reversal of a presentment: it
 *   takes back only what is more than can still be claimed
 */
export function reducedDisputes(
  state: AccountState,
  original: CardTransaction,
  ledger: Minor,
  refund: Minor | null,
  context: CommandContext,
): readonly DisputeReduced[] {
  if (state.disputes.size === 0) return [];
  const open = [...disputesOf(state, original.transactionId)].filter(isOpenDispute);
  const claimed = claimedOf(state, original.transactionId);
  let cut = refund ?? max(0n, claimed - max(0n, notGivenBack(state, original)));
  const reduced: DisputeReduced[] = [];
  let balance = ledger;
  for (const before of open) {
    const part = min(cut, before.claim);
    if (part === 0n) continue;
    cut -= part;
    const claim = before.claim - part;
    const amount = refund === null ? max(0n, before.credited - claim) : min(before.credited, part);
    balance -= amount;
    const index = reduced.length + 1;
    const legs = move(chart.customer(state.accountId), chart.disputes, amount, before.currency);
    reduced.push({
      type: 'DisputeReduced',
      transactionId: amount === 0n ? null : context.mint('tx', index),
      dispute: { ...before, claim, credited: before.credited - amount },
      amount,
      currency: before.currency,
      exception: exceptionOf(state),
      entry: amount === 0n ? null : entryOf(context, legs, index),
      balances: balancesAfter(state, { ledger: balance }),
    });
  }
  return reduced;
}

function openOf(state: AccountState, disputeKey: string): Dispute | Decision {
  const found = state.disputes.get(disputeKey);
  if (found === undefined) return reject('UnknownDispute');
  return isOpenDispute(found.dispute) ? found.dispute : reject('DisputeClosed');
}

/** The open dispute of the transaction that the presentment was posted to: one that is not answered yet before others. */
function openOfPresentment(state: AccountState, clearingKey: string | null): Dispute | Decision {
  const transactionId = clearingKey === null ? null : (state.presentments.get(clearingKey)?.transactionId ?? null);
  if (transactionId === null) return reject('UnknownDispute');
  const open = [...disputesOf(state, transactionId)].filter(isOpenDispute);
  return open.find(({ status }) => status === 'OPEN') ?? open[0] ?? reject('UnknownDispute');
}
