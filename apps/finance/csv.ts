// Journal entries as CSV (RFC 4180), a line per posting. Nothing in it depends on when or where it was written.
import { formatMinor } from '@tallystick/ledger-core';
import type { BookEntry } from './journal-entries.js';

export const CSV_HEADER = 'date,entry_id,type,description,account,currency,debit,credit\r\n';

/** Amounts with the currency's decimals; the other side of a posting is empty. */
export function csvLines({ date, entryId, type, description, postings }: BookEntry): string {
  const entry = `${date},${field(entryId)},${type},${field(description)}`;
  let text = '';
  for (const { account, currency, debit, credit } of postings) {
    text += `${entry},${field(account)},${currency},${amount(debit, currency)},${amount(credit, currency)}\r\n`;
  }
  return text;
}

function amount(minor: bigint, currency: string): string {
  return minor === 0n ? '' : formatMinor(minor, currency);
}

function field(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
