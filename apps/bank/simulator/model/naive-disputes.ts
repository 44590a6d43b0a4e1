// Disputes as a clerk keeps them: what is claimed of each transaction, and what the customer has of it.
import type { CardTransactionEvent, Dispute } from '@tallystick/ledger-core';
import type { Invariants } from './invariants.js';
import type { NaiveAccount } from './naive-account.js';

export type DisputeEvent = Extract<CardTransactionEvent, { readonly dispute: Dispute }>;

const MONEY = 'a dispute moves the money that it must';

export function applyDispute(invariants: Invariants, account: NaiveAccount, event: DisputeEvent): void {
  const { disputeKey, originalTransactionId: of, claim, credited } = event.dispute;
  const where = () => `${event.type} of ${disputeKey}`;
  if (event.type === 'DisputeOpened') {
    invariants.holds('a dispute is opened once', !account.disputes.has(disputeKey), () => [disputeKey, 'none', 'one']);
    const left = leftOf(account, of);
    invariants.holds('no more is disputed than was not given back', claim > 0n && claim <= left, () => [
      where(),
      `at most ${left}`,
      claim,
    ]);
    account.disputes.set(disputeKey, { of, open: true, claim, paid: 0n, cost: 0n });
    return;
  }
  const is = account.disputes.get(disputeKey);
  invariants.holds('a dispute is opened first', is !== undefined, () => [where(), 'a dispute', 'none']);
  if (is === undefined) return;
  switch (event.type) {
    case 'ProvisionalCreditPosted':
      is.paid += event.amount;
      is.cost += event.amount;
      row(account, event.transactionId, event.amount, event.currency, of);
      invariants.same(MONEY, is.paid, credited, where);
      break;
    case 'DisputeReduced':
      is.paid -= event.amount;
      is.cost -= event.amount;
      is.claim = claim;
      if (event.transactionId !== null) row(account, event.transactionId, -event.amount, event.currency, of);
      invariants.same(MONEY, is.paid, credited, where);
      break;
    case 'DisputeRepresented':
      break;
    case 'DisputeWon':
    case 'DisputeAbsorbed':
      invariants.same(MONEY, is.claim, event.amount, where);
      is.cost -= event.amount;
      is.open = false;
      break;
    case 'DisputeLost':
      invariants.same(MONEY, is.paid, event.amount, where);
      Object.assign(is, { paid: 0n, cost: is.cost - event.amount, open: false });
      if (event.transactionId !== null) row(account, event.transactionId, -event.amount, event.currency, of);
  }
  invariants.holds(MONEY, is.claim === claim && is.paid >= 0n && is.paid <= claim, () => [where(), claim, is]);
}

/** What was cleared of the transaction, neither taken back nor refunded, nor claimed by a dispute that is open or was not lost. */
function leftOf(account: NaiveAccount, transactionId: string): bigint {
  const transaction = account.transactions.get(transactionId);
  let left = transaction === undefined ? 0n : transaction.cleared - transaction.clearingReversed - transaction.refunded;
  for (const { of, open, claim, paid } of account.disputes.values())
    if (of === transactionId) left -= open ? claim : paid;
  return left;
}

/** When nothing is under way: a closed case has cost nothing, an open one what the customer has, and never more than can be claimed. */
export function checkDisputes(invariants: Invariants, account: NaiveAccount): void {
  for (const [disputeKey, { open, paid, cost, of, claim }] of account.disputes) {
    invariants.same('per case assets:disputes is zero when closed', open ? paid : 0n, cost, () => disputeKey);
    if (!open || claim === 0n) continue;
    invariants.holds('no more is disputed than was not given back', leftOf(account, of) >= 0n, () => [
      disputeKey,
      'at least 0 left',
      leftOf(account, of),
    ]);
  }
}

function row(account: NaiveAccount, id: string, amount: bigint, currency: string, of: string): void {
  account.rows.set(id, { amount, status: 'SETTLED', currency, refundOf: of });
}
