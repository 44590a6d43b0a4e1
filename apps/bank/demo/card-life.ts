// Believable card life from a seed: what a customer does in a day. Pure; nothing here knows how it is sent to the bank.

import type { Random } from '../random.js';
import { abroad, type Habit, habits, NOTE, regulars, type Shop } from './habits.js';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const SALARY_DAY = 25;
const SALARY = 2_450_00;
/** Of the rent, to the friend, once there is money. */
const SHARE = 310_00;
/** Every so many days, for so many days. */
const TRIP_EVERY = 41;
const TRIP_DAYS = 3;

export interface Money {
  readonly amount: number;
  readonly currency: string;
}

export interface Purchase {
  readonly kind: 'purchase';
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly shop: Shop;
  readonly channel: Habit['channel'];
  /** Minor units that are authorised, in the account's currency. */
  readonly amount: number;
  /** What the shop asked for, where its currency is another. */
  readonly local: Money | null;
  /** Moves the money at once. */
  readonly single: boolean;
  /** What the shop presents later; null where it lets go of the hold. */
  readonly cleared: { readonly after: number; readonly amount: number } | null;
  readonly refunded: { readonly after: number; readonly amount: number } | null;
}

export type Happening =
  | Purchase
  | { readonly kind: 'salary'; readonly at: number; readonly amount: number }
  /** Positive into the pot. */
  | { readonly kind: 'saving'; readonly at: number; readonly amount: number }
  /** Positive to the friend. */
  | { readonly kind: 'transfer'; readonly at: number; readonly amount: number };

/** All of one day (UTC midnight, milliseconds), in order of time. */
export function dayOf(midnight: number, random: Random): Happening[] {
  const date = new Date(midnight);
  const weekend = date.getUTCDay() % 6 === 0;
  const travelling = Math.floor(midnight / DAY_MS) % TRIP_EVERY < TRIP_DAYS;
  const today: Happening[] = [];
  for (const habit of travelling ? abroad.habits : habits) {
    const share = weekend ? habit.weekend : habit.weekday;
    for (let left = share; left > 0; left--) {
      if (!happens(random, Math.min(1, left))) continue;
      const [from, to] = habit.hours;
      today.push(purchase(habit, midnight + random.between(from * HOUR_MS, to * HOUR_MS), travelling, random));
    }
  }
  for (const { shop, amount, dayOfMonth } of regulars)
    if (date.getUTCDate() === dayOfMonth) today.push(paidOnline(shop, amount, midnight + 6 * HOUR_MS));
  today.push(...besideTheCard(date, midnight, random));
  return today.sort((a, b) => a.at - b.at);
}

/** One thing that happens now, whatever the hour. */
export function somethingAt(at: number, random: Random): Happening {
  const dice = random.below(100);
  if (dice < 3) return { kind: 'saving', at, amount: random.between(1, 6) * 500 };
  if (dice < 6) return { kind: 'transfer', at, amount: random.between(-4, 6) * 350 || 700 };
  if (dice < 7) return { kind: 'salary', at, amount: SALARY / 10 };
  // Something that the customer can not afford.
  if (dice < 10) return paidOnline({ name: 'ROLEX BOUTIQUE BOND ST', mcc: '5944', country: 'GBR' }, 8_950_00, at);
  const away = dice > 91;
  return purchase(random.pick(away ? abroad.habits : habits), at, away, random);
}

function besideTheCard(date: Date, midnight: number, random: Random): Happening[] {
  const found: Happening[] = [];
  if (date.getUTCDate() === SALARY_DAY) found.push({ kind: 'salary', at: midnight + 5 * HOUR_MS, amount: SALARY });
  if (date.getUTCDate() === SALARY_DAY + 1) {
    found.push({ kind: 'transfer', at: midnight + 8 * HOUR_MS, amount: SHARE });
    found.push({ kind: 'saving', at: midnight + 9 * HOUR_MS, amount: 200_00 });
  }
  if (happens(random, 0.06)) {
    const amount = happens(random, 0.6) ? random.between(8, 40) * 100 : -random.between(8, 40) * 100;
    found.push({ kind: 'transfer', at: midnight + 13 * HOUR_MS, amount });
  }
  return found;
}

function purchase(habit: Habit, at: number, away: boolean, random: Random): Purchase {
  const cash = habit.channel === 'atm';
  const amount = random.between(habit.least, habit.most) * (cash ? NOTE : 1);
  const local = away ? { amount: Math.round((amount * abroad.perHundred) / 100), currency: abroad.currency } : null;
  const sent = { kind: 'purchase' as const, at, shop: random.pick(habit.shops), channel: habit.channel, amount, local };
  const after = random.between(6 * HOUR_MS, 2 * DAY_MS);
  const asAuthorised = { ...sent, single: false, cleared: { after, amount }, refunded: null };
  switch (habit.settles) {
    case 'as-authorised':
      return asAuthorised;
    case 'for-less':
      return { ...asAuthorised, cleared: { after, amount: Math.max(1, Math.round(amount * 0.8)) } };
    case 'with-tip':
      return { ...asAuthorised, cleared: { after, amount: Math.round(amount * (happens(random, 0.5) ? 1.125 : 1)) } };
    case 'at-once':
      return { ...sent, single: true, cleared: null, refunded: null };
    case 'may-be-refunded':
      return happens(random, 0.3) ? { ...asAuthorised, refunded: refundOf(amount, after, random) } : asAuthorised;
    case 'reversed':
      return { ...sent, single: false, cleared: null, refunded: null };
  }
}

function refundOf(amount: number, clearedAfter: number, random: Random) {
  const whole = happens(random, 0.6);
  return { after: clearedAfter + random.between(1, 6) * DAY_MS, amount: whole ? amount : Math.ceil(amount / 2) };
}

function paidOnline(shop: Shop, amount: number, at: number): Purchase {
  const cleared = { after: 12 * HOUR_MS, amount };
  return { kind: 'purchase', at, shop, channel: 'online', amount, local: null, single: false, cleared, refunded: null };
}

/** @param share from 0 to 1 */
function happens(random: Random, share: number): boolean {
  return random.happens(Math.round(share * 1_000_000));
}
