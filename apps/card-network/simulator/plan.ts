// What the network is going to do, drawn from the seed alone: the n-th story of a seed is the same whatever the bank answers and however fast.
import { FOREIGN, MERCHANTS, type Merchant, type Trade } from './merchants.js';
import type { Local } from './messages.js';
import { Random } from './random.js';

/** In the order of docs/card-network.md. The numbers are how often each comes beside the others. */
export const STORIES = {
  groceries: 30,
  transport: 10,
  restaurant: 8,
  fuel: 6,
  hotel: 4,
  airline: 2,
  online: 6,
  subscription: 4,
  gambling: 1,
  cash: 6,
  refund: 3,
  partial: 2,
  declined: 2,
  repeated: 3,
  lost: 3,
  reduced: 3,
  standin: 3,
  orphan: 2,
  enquiry: 1,
  salary: 1,
} as const;
export type StoryName = keyof typeof STORIES;
export type Mix = ReadonlyMap<StoryName, number>;

/** How a purchase is presented on the following days. */
const PRESENTED = {
  on_time: 70,
  late: 8,
  duplicate: 5,
  changed: 3,
  over_captured: 4,
  taken_back: 3,
  partly_taken_back: 2,
  never: 5,
} as const;
export type Presented = keyof typeof PRESENTED;
const PRESENTED_WEIGHTS = weightsOf<Presented>(PRESENTED);

export interface Plan {
  /** From 0. */
  readonly number: number;
  readonly story: StoryName;
  /** From 0. */
  readonly card: number;
  readonly merchant: Merchant;
  /** Minor units of GBP, more than 3. */
  readonly amount: bigint;
  readonly local: Local | undefined;
  readonly presented: Presented;
  /** Of several presentments, in the order in which they come: 1 to n. */
  readonly sequence: readonly number[];
  /** From 0 to 99: tips, estimates, what is taken back. */
  readonly percent: number;
  /** From 0: which of its ways a story goes. */
  readonly way: number;
  /** An authorisation whose answer is lost is taken back, not repeated. */
  readonly givesUp: boolean;
}

const TRADES: Readonly<Partial<Record<StoryName, readonly Trade[]>>> = {
  groceries: ['groceries'],
  transport: ['transport'],
  restaurant: ['restaurant'],
  fuel: ['fuel'],
  hotel: ['hotel'],
  airline: ['airline'],
  online: ['online'],
  subscription: ['subscription'],
  gambling: ['gambling'],
  cash: ['cash'],
  refund: ['online', 'groceries'],
  declined: ['airline', 'online'],
  partial: ['groceries', 'transport'],
};
const ANY: readonly Trade[] = ['groceries', 'transport', 'restaurant', 'online', 'airline'];
/** Of so many cards one has little: the first, … */
const POOR_EVERY = 10;
const FOR_THE_POOR: ReadonlySet<StoryName> = new Set(['partial', 'declined', 'salary']);
const NOTE = 1_000n;
const WAYS = 60;
const PARTS_MOST = 4;
const GIVES_UP = 0.3;
const PENNIES = 100;

export function planOf(seed: number, number: number, cards: number, mix: Mix): Plan {
  const random = Random.of(seed, 2, number);
  const story = random.weighted(mix);
  const drawnCard = random.integer(0, cards - 1);
  const card = FOR_THE_POOR.has(story) ? drawnCard - (drawnCard % POOR_EVERY) : drawnCard;
  const merchant = random.pick(MERCHANTS.get(random.pick(TRADES[story] ?? ANY)) ?? []);
  // Small amounts are more frequent than large ones.
  const drawn = merchant.from + Math.floor((merchant.to - merchant.from) * random.next() ** 2);
  const amount = merchant.trade === 'cash' ? (BigInt(drawn) / NOTE + 1n) * NOTE : BigInt(drawn);
  return {
    number,
    story,
    card,
    merchant,
    amount,
    local: localOf(merchant, amount),
    presented: random.weighted(PRESENTED_WEIGHTS),
    sequence: random.shuffled(Array.from({ length: random.integer(2, PARTS_MOST) }, (_, part) => part + 1)),
    percent: random.integer(0, 99),
    way: random.integer(0, WAYS - 1),
    givesUp: random.chance(GIVES_UP),
  };
}

/** Minor units of GBP. */
export function overdraftOf(card: number): bigint {
  return card % POOR_EVERY === 0 ? 30_000n : 1_000_000_000n;
}

/** What the terminal abroad shows for so much of the card's money. */
export function localOf({ country }: Merchant, amount: bigint): Local | undefined {
  const foreign = FOREIGN.get(country);
  if (foreign === undefined) return undefined;
  const rate = BigInt(Math.round(foreign.rate * PENNIES));
  return { currency: foreign.currency, number: foreign.number, amount: (amount * rate) / BigInt(PENNIES) + 1n };
}

/** @param text `groceries=40,fuel=5`: these only @throws RangeError that names what is wrong */
export function mixOf(text?: string): Mix {
  const usual = weightsOf<StoryName>(STORIES);
  if (text === undefined) return usual;
  const mix = new Map<StoryName, number>();
  for (const part of text.split(',')) {
    const [name, weight] = part.split('=');
    const story = [...usual.keys()].find((known) => known === name);
    if (story === undefined) throw new RangeError(`no story is called "${name}": ${[...usual.keys()].join(', ')}`);
    if (weight === undefined || !/^\d{1,6}$/.test(weight)) throw new RangeError(`${name}= a whole number`);
    mix.set(story, Number(weight));
  }
  if ([...mix.values()].every((weight) => weight === 0)) throw new RangeError('no weight is above 0');
  return mix;
}

function weightsOf<T extends string>(weights: Readonly<Record<T, number>>): ReadonlyMap<T, number> {
  return new Map(Object.entries(weights) as [T, number][]);
}
