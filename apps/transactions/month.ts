// What a transaction's id tells of its time: `tx_0000`, then nine base62 characters of milliseconds since 1970.
import type { Micros, TransactionId } from '@tallystick/ledger-core';

const DIGITS = new Map([...'0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'].map((c, i) => [c, i]));
const DAY_MS = 86_400_000;

const months = new Map<number, string>();

/** The month, `YYYY-MM` in UTC, and the time, cut to milliseconds, of the transaction's first event. */
export function monthOf(transactionId: TransactionId): { readonly month: string; readonly createdAt: Micros } {
  const start = transactionId.indexOf('_') + 5;
  let milliseconds = 0;
  for (let i = start; i < start + 9; i++) {
    const digit = DIGITS.get(transactionId.charAt(i));
    if (digit === undefined) throw new Error(`${transactionId} is not an id of ours`);
    milliseconds = milliseconds * 62 + digit;
  }
  return { month: monthOfDay(Math.floor(milliseconds / DAY_MS)), createdAt: BigInt(milliseconds) * 1000n };
}

function monthOfDay(day: number): string {
  let month = months.get(day);
  if (month === undefined) {
    month = new Date(day * DAY_MS).toISOString().slice(0, 7);
    months.set(day, month);
  }
  return month;
}
