// What a card transaction and its presentments look like, beside what an event says of them.
import type { CardTransaction, SchemeKeys } from '@tallystick/ledger-core';
import type { Invariants } from './invariants.js';
import type { NaiveAccount, NaiveTransaction, Presentment } from './naive-account.js';

const FORMULA = 'the transaction is by the one formula';
const FIELDS = ['authorised', 'remaining', 'cleared', 'clearingReversed', 'refunded', 'status', 'expiresAt'] as const;

export function keyOf(cardId: string, keys: SchemeKeys): string {
  return `${cardId}|${keys.acquirer}|${keys.stan}|${keys.rrn}|${keys.transmittedAt}`;
}

/** Settled where money moved, else what closed it. */
export function closedAs({ cleared, clearingReversed }: NaiveTransaction, by: string): string {
  return cleared - clearingReversed > 0n ? 'SETTLED' : by;
}

/** Every amount that the event carries is the clerk's. */
export function compareBlock(invariants: Invariants, is: NaiveTransaction, block: CardTransaction, type: string): void {
  const wrong = FIELDS.find((field) => is[field] !== block[field]);
  invariants.holds(FORMULA, wrong === undefined, () => {
    const field = wrong ?? 'status';
    return [`${field} of ${is.id} after ${type}`, is[field], block[field]];
  });
}

export function postOnce(invariants: Invariants, account: NaiveAccount, key: string, presentment: Presentment): void {
  const once = !account.presentments.has(key);
  invariants.holds('a presentment or refund is posted once', once, () => [key, 'once', 'twice']);
  account.presentments.set(key, presentment);
}

export function takeBack(invariants: Invariants, account: NaiveAccount, key: string, amount: bigint): void {
  const presentment = account.presentments.get(key);
  const left = presentment?.left ?? 0n;
  invariants.holds('a reversal takes back at most what is left', amount > 0n && amount <= left, () => [
    key,
    `at most ${left}`,
    amount,
  ]);
  if (presentment === undefined) return;
  presentment.left -= amount;
  // Its key is free again.
  if (presentment.left === 0n) account.presentments.delete(key);
}

/** The amount, or less where a partial reversal waits for it. */
export function least(amount: bigint, waiting: bigint | null | undefined): bigint {
  return typeof waiting === 'bigint' && waiting < amount ? waiting : amount;
}

export function max(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}
