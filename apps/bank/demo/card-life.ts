// Believable card life from a seed: what a customer does in a day. Pure; nothing here knows how it is sent to the bank.
import { abroad, type Habit, habits, NOTE, regulars, type Shop } from './habits.js';
import type { Seeded } from './seeded.js';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const SALARY_DAY = 25;
const SALARY = 2_450_00;
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
export function dayOf(midnight: number, seeded: Seeded): Happening[] {
  const date = new Date(midnight);
  const weekend = date.getUTCDay() % 6 === 0;
  const travelling = Math.floor(midnight / DAY_MS) % TRIP_EVERY < TRIP_DAYS;
  const today: Happening[] = [];
  for (const habit of travelling ? abroad.habits : habits) {
    const share = weekend ? habit.weekend : habit.weekday;
    for (let left = share; left > 0; left--) {
      if (!seeded.chance(Math.min(1, left))) continue;
      const [from, to] = habit.hours;
      today.push(purchase(habit, midnight + seeded.between(from * HOUR_MS, to * HOUR_MS), travelling, seeded));
    }
  }
  for (const { shop, amount, dayOfMonth } of regulars)
    if (date.getUTCDate() === dayOfMonth) today.push(paidOnline(shop, amount, midnight + 6 * HOUR_MS));
  today.push(...besideTheCard(date, midnight, seeded));
  return today.sort((a, b) => a.at - b.at);
}

/** One thing that happens now, whatever the hour. */
export function somethingAt(at: number, seeded: Seeded): Happening {
  const dice = seeded.next();
  if (dice < 0.03) return { kind: 'saving', at, amount: seeded.between(1, 6) * 500 };
  if (dice < 0.06) return { kind: 'transfer', at, amount: seeded.between(-4, 6) * 350 || 700 };
  if (dice < 0.07) return { kind: 'salary', at, amount: SALARY / 10 };
  // Something that the customer can not afford.
  if (dice < 0.1) return paidOnline({ name: 'ROLEX BOUTIQUE BOND ST', mcc: '5944', country: 'GBR' }, 8_950_00, at);
  const away = dice > 0.92;
  return purchase(seeded.pick(away ? abroad.habits : habits), at, away, seeded);
}

function besideTheCard(date: Date, midnight: number, seeded: Seeded): Happening[] {
  const found: Happening[] = [];
  if (date.getUTCDate() === SALARY_DAY) found.push({ kind: 'salary', at: midnight + 5 * HOUR_MS, amount: SALARY });
  if (date.getUTCDate() === SALARY_DAY + 1) found.push({ kind: 'saving', at: midnight + 9 * HOUR_MS, amount: 200_00 });
  if (seeded.chance(0.06)) {
    const amount = seeded.chance(0.6) ? seeded.between(8, 40) * 100 : -seeded.between(8, 40) * 100;
    found.push({ kind: 'transfer', at: midnight + 13 * HOUR_MS, amount });
  }
  return found;
}

function purchase(habit: Habit, at: number, away: boolean, seeded: Seeded): Purchase {
  const cash = habit.channel === 'atm';
  const amount = seeded.between(habit.least, habit.most) * (cash ? NOTE : 1);
  const local = away ? { amount: Math.round((amount * abroad.perHundred) / 100), currency: abroad.currency } : null;
  const sent = { kind: 'purchase' as const, at, shop: seeded.pick(habit.shops), channel: habit.channel, amount, local };
  const after = seeded.between(6 * HOUR_MS, 2 * DAY_MS);
  const asAuthorised = { ...sent, single: false, cleared: { after, amount }, refunded: null };
  switch (habit.settles) {
    case 'as-authorised':
      return asAuthorised;
    case 'for-less':
      return { ...asAuthorised, cleared: { after, amount: Math.max(1, Math.round(amount * 0.8)) } };
    case 'with-tip':
      return { ...asAuthorised, cleared: { after, amount: Math.round(amount * (seeded.chance(0.5) ? 1.125 : 1)) } };
    case 'at-once':
      return { ...sent, single: true, cleared: null, refunded: null };
    case 'may-be-refunded':
      return seeded.chance(0.3) ? { ...asAuthorised, refunded: refundOf(amount, after, seeded) } : asAuthorised;
    case 'reversed':
      return { ...sent, single: false, cleared: null, refunded: null };
  }
}

function refundOf(amount: number, clearedAfter: number, seeded: Seeded) {
  const whole = seeded.chance(0.6);
  return { after: clearedAfter + seeded.between(1, 6) * DAY_MS, amount: whole ? amount : Math.ceil(amount / 2) };
}

function paidOnline(shop: Shop, amount: number, at: number): Purchase {
  const cleared = { after: 12 * HOUR_MS, amount };
  return { kind: 'purchase', at, shop, channel: 'online', amount, local: null, single: false, cleared, refunded: null };
}
