// What a transaction's id tells of its time: `tx_0000`, then nine base62 characters of milliseconds since 1970.
import type { TransactionId } from '@tallystick/ledger-core';

const DIGITS = new Map([...'0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'].map((c, i) => [c, i]));
const DAY_MS = 86_400_000;
/** The last day that a Date can hold. */
const LAST_DAY = 100_000_000;

const months = new Map<number, string>();

/**
 * The month, `YYYY-MM` in UTC, of the transaction's first event.
 * @throws TypeError where it is not an id of ours
 */
export function monthOf(transactionId: TransactionId): string {
  const day = dayOf(transactionId);
  if (day === undefined) throw new TypeError('not the id of a transaction');
  let month = months.get(day);
  if (month === undefined) {
    month = new Date(day * DAY_MS).toISOString().slice(0, 7);
    months.set(day, month);
  }
  return month;
}

/** False for an id that we can not have made. */
export function tellsItsMonth(transactionId: TransactionId): boolean {
  return transactionId.startsWith('tx_0000') && dayOf(transactionId) !== undefined;
}

function dayOf(transactionId: TransactionId): number | undefined {
  const start = transactionId.indexOf('_') + 5;
  let milliseconds = 0;
  for (let i = start; i < start + 9; i++) {
    const digit = DIGITS.get(transactionId.charAt(i));
    if (digit === undefined) return undefined;
    milliseconds = milliseconds * 62 + digit;
  }
  const day = Math.floor(milliseconds / DAY_MS);
  return day > LAST_DAY ? undefined : day;
}
