import type { CurrencyCode, EntryId, LedgerAccount, Minor, PotId } from './brands.js';
import { chart } from './chart.js';
import type { JournalEntry, Posting } from './generated/events.js';

export function debit(
  account: LedgerAccount,
  amount: Minor,
  currency: CurrencyCode,
  pot: PotId | null = null,
): Posting {
  return { account, pot, side: 'DEBIT', amount, currency };
}

export function credit(
  account: LedgerAccount,
  amount: Minor,
  currency: CurrencyCode,
  pot: PotId | null = null,
): Posting {
  return { account, pot, side: 'CREDIT', amount, currency };
}

/** A posting's effect on debits minus credits. */
export function signed(posting: Posting): Minor {
  return posting.side === 'DEBIT' ? posting.amount : -posting.amount;
}

/** Why the postings are no journal entry, or undefined where they are: at least two, amounts above zero, sums equal per currency. */
export function whyUnbalanced(postings: readonly Posting[]): string | undefined {
  if (postings.length < 2) return 'an entry has at least two postings';
  const sums = new Map<string, bigint>();
  for (const posting of postings) {
    if (posting.amount <= 0n) return `${posting.account}: the amount ${posting.amount} is not above zero`;
    sums.set(posting.currency, (sums.get(posting.currency) ?? 0n) + signed(posting));
  }
  for (const [currency, sum] of sums) if (sum !== 0n) return `${currency}: debits minus credits is ${sum}`;
  return undefined;
}

/** A balanced entry. An unbalanced one is a broken invariant and stops the process before anything is written. */
export function journalEntry(entryId: EntryId, postings: readonly Posting[]): JournalEntry {
  const why = whyUnbalanced(postings);
  if (why !== undefined) throw new Error(`entry ${entryId} is unbalanced: ${why}`);
  return { entryId, postings };
}

/** The same entry the other way round. */
export function mirrored(postings: readonly Posting[]): Posting[] {
  return postings.map((p) => ({ ...p, side: p.side === 'DEBIT' ? 'CREDIT' : 'DEBIT' }));
}

/** Money leaves `from` for `to`. */
export function move(from: LedgerAccount, to: LedgerAccount, amount: Minor, currency: CurrencyCode): Posting[] {
  return [debit(from, amount, currency), credit(to, amount, currency)];
}

/**
 * Postings of a presentment: the customer pays the billing amount, the scheme is owed the reconciliation amount (DE5 and DE50).
 * Other currency: four legs through equity:fx, so that each currency balances; same currency: the difference is income or expense.
 */
export function clearingPostings(
  customer: LedgerAccount,
  settlement: LedgerAccount,
  billing: { readonly amount: Minor; readonly currency: CurrencyCode },
  reconciliation: { readonly amount: Minor; readonly currency: CurrencyCode } | null,
): Posting[] {
  const { amount, currency } = billing;
  if (reconciliation === null || (reconciliation.currency === currency && reconciliation.amount === amount)) {
    return move(customer, settlement, amount, currency);
  }
  if (reconciliation.currency !== currency) {
    return [
      ...move(customer, chart.fx(currency), amount, currency),
      ...move(chart.fx(reconciliation.currency), settlement, reconciliation.amount, reconciliation.currency),
    ];
  }
  const difference = amount - reconciliation.amount;
  const legs = [debit(customer, amount, currency), credit(settlement, reconciliation.amount, currency)];
  legs.push(difference > 0n ? credit(chart.fxGain, difference, currency) : debit(chart.fxLoss, -difference, currency));
  return legs;
}
