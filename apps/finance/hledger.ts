// Journal entries in the format of hledger (hledger.org, manual: journal format).
import { exponentOf, formatMinor } from '@tallystick/ledger-core';
import type { BookEntry } from './journal-entries.js';
import type { AccountSums } from './trial-balance.js';

/**
 * What stands before the entries: each currency with its decimals and each account, so that `hledger check --strict` passes too.
 * @param accounts every account that the entries name
 */
export function hledgerHeader(accounts: readonly Pick<AccountSums, 'account' | 'currency'>[]): string {
  const currencies = new Set(accounts.map(({ currency }) => currency));
  const names = new Set(accounts.map(({ account }) => accountName(account)));
  const lines = ['; the journal entries of a Tallystick ledger'];
  for (const currency of [...currencies].sort())
    lines.push(`commodity ${currency} 1000.${'0'.repeat(exponentOf(currency))}`);
  for (const name of [...names].sort()) lines.push(`account ${name}`);
  return `${lines.join('\n')}\n`;
}

/** One transaction per entry on its value date, the entry's id as its code. Credits are negative. */
export function hledgerEntry({ date, entryId, description, postings }: BookEntry): string {
  let text = `\n${`${date} (${entryId}) ${descriptionText(description)}`.trimEnd()}\n`;
  for (const { account, currency, debit, credit } of postings) {
    text += `    ${accountName(account)}  ${currency} ${formatMinor(debit - credit, currency)}\n`;
  }
  return text;
}

/** `;` starts a comment, `|` parts payee and note, and a line ends the transaction. */
function descriptionText(description: string): string {
  return description
    .replace(/[;|]|\p{Cc}|\p{Zl}|\p{Zp}/gu, ' ')
    .replace(/\s+/gu, ' ')
    .trim();
}

/** Two spaces end an account's name, and brackets at its ends make a posting virtual. */
function accountName(account: string): string {
  return account.replace(/[;"()[\]*!]|\p{C}|\s/gu, '-');
}
