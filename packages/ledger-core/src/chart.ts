// The chart of accounts (lifecycles, section 3). Customers' accounts are the bank's liabilities.
import type { AccountId, LedgerAccount } from './brands.js';

const account = (name: string) => name as LedgerAccount;

export const CUSTOMERS = 'liabilities:customers:';

export const chart = {
  customer: (accountId: AccountId) => account(CUSTOMERS + accountId),
  schemeSettlement: (scheme: string) => account(`liabilities:scheme-settlement:${scheme}`),
  transfersInTransit: account('liabilities:in-transit:transfers'),
  paymentsInTransit: account('liabilities:in-transit:payments'),
  nostro: (bank: string) => account(`assets:nostro:${bank}`),
  suspense: account('assets:suspense:clearing'),
  fees: account('income:fees'),
  interchange: account('income:interchange'),
  schemeFees: account('expense:scheme-fees'),
  fxGain: account('income:fx'),
  fxLoss: account('expense:fx'),
  fx: (currency: string) => account(`equity:fx:${currency}`),
  adjustments: account('expense:adjustments'),
  disputes: account('assets:disputes'),
  disputeLosses: account('expense:dispute-losses'),
} as const;

const GENERAL_LEDGER =
  /^(liabilities:(scheme-settlement:[a-z0-9-]+|in-transit:(transfers|payments))|assets:(nostro:[a-z0-9-]+|suspense:clearing|disputes)|income:(fees|interchange|fx)|expense:(scheme-fees|fx|adjustments|dispute-losses)|equity:fx:[A-Z]{3})$/;

/** True for an account of the bank itself: never a stream, always a sum over postings. */
export function isGeneralLedger(name: string): name is LedgerAccount {
  return GENERAL_LEDGER.test(name);
}

/** The customer account that a ledger account stands for, or undefined for one of the bank itself. */
export function customerOf(name: LedgerAccount): AccountId | undefined {
  return name.startsWith(CUSTOMERS) ? (name.slice(CUSTOMERS.length) as AccountId) : undefined;
}
