// The trial balance: debits and credits of every account, a fold over journal entries.
import { fieldsReader } from '@tallystick/events';
import type { Position } from '@tallystick/journal';
import type { CurrencyCode, JournalEntry, LedgerAccount, Minor, Posting } from '@tallystick/ledger-core';
import { type AsOf, isEffective, isKnown, readTimes } from './as-of.js';
import { type BookJournal, journalPages } from './journal-pages.js';

export interface Sums {
  readonly currency: CurrencyCode;
  readonly debits: Minor;
  readonly credits: Minor;
  /** debits - credits. */
  readonly balance: Minor;
}

export interface AccountSums extends Sums {
  readonly account: LedgerAccount;
}

interface Running {
  debits: bigint;
  credits: bigint;
}

/** The account of a posting in the books: a pot is an account of its own below its customer's. */
export function bookAccountOf({ account, pot }: Pick<Posting, 'account' | 'pot'>): LedgerAccount {
  return pot === null ? account : (`${account}:${pot}` as LedgerAccount);
}

export class TrialBalance {
  private readonly currencies = new Map<CurrencyCode, Map<LedgerAccount, Running>>();

  add(entry: JournalEntry): void {
    for (const posting of entry.postings) {
      const sums = this.sumsOf(bookAccountOf(posting), posting.currency);
      if (posting.side === 'DEBIT') sums.debits += posting.amount;
      else sums.credits += posting.amount;
    }
  }

  addSums(account: LedgerAccount, currency: CurrencyCode, debits: bigint, credits: bigint): void {
    const sums = this.sumsOf(account, currency);
    sums.debits += debits;
    sums.credits += credits;
  }

  /** Sorted by account, then currency. */
  accounts(): AccountSums[] {
    const rows: AccountSums[] = [];
    for (const [currency, accounts] of this.currencies) {
      for (const [account, { debits, credits }] of accounts) {
        rows.push({ account, currency, debits, credits, balance: debits - credits });
      }
    }
    return rows.sort((a, b) => compare(a.account, b.account) || compare(a.currency, b.currency));
  }

  /** Per currency, sorted by it. In books that balance, debits equal credits in each. */
  totals(): Sums[] {
    const totals: Sums[] = [];
    for (const [currency, accounts] of this.currencies) {
      let [debits, credits] = [0n, 0n];
      for (const sums of accounts.values()) {
        debits += sums.debits;
        credits += sums.credits;
      }
      totals.push({ currency, debits, credits, balance: debits - credits });
    }
    return totals.sort((a, b) => compare(a.currency, b.currency));
  }

  private sumsOf(account: LedgerAccount, currency: CurrencyCode): Running {
    let accounts = this.currencies.get(currency);
    if (accounts === undefined) {
      accounts = new Map();
      this.currencies.set(currency, accounts);
    }
    let sums = accounts.get(account);
    if (sums === undefined) {
      sums = { debits: 0n, credits: 0n };
      accounts.set(account, sums);
    }
    return sums;
  }
}

const readEntry = fieldsReader(['entry']);

/** The trial balance of the journal up to a position. */
export async function trialBalanceOf(
  journal: BookJournal,
  options: AsOf & { readonly upTo: Position; readonly signal: AbortSignal },
): Promise<TrialBalance> {
  const trialBalance = new TrialBalance();
  const timeless = options.at === null && options.knownAt === null;
  for await (const page of journalPages(journal, options)) {
    for (const { metadata, payload } of page) {
      const { entry } = readEntry(payload);
      if (entry === undefined || entry === null) continue;
      if (!timeless) {
        const times = readTimes(metadata);
        if (!isEffective(times, options) || !isKnown(times, options)) continue;
      }
      trialBalance.add(entry);
    }
  }
  return trialBalance;
}

/** By code unit, the same in every process and locale. */
export function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
