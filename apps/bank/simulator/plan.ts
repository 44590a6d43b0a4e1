// Who is in a world: accounts, their cards and pots, and how their lives begin.
import type {
  AccountCommand,
  AccountId,
  CardControls,
  CardId,
  CardLimits,
  CardToken,
  CurrencyCode,
  LedgerAccount,
  Merchant,
  Micros,
  PaymentId,
  PotId,
} from '@tallystick/ledger-core';
import type { AccountPlan, CardPlan } from './actions.js';
import type { Random } from './random.js';

/** 2026-05-01T00:00Z, in microseconds. */
export const WORLD_BEGINS: Micros = 1_777_593_600_000_000n;
export const SECOND = 1_000_000;
export const HOUR = 3_600 * SECOND;
export const DAY = 24 * HOUR;

export const GBP = 'GBP' as CurrencyCode;
export const USD = 'USD' as CurrencyCode;
export const JPY = 'JPY' as CurrencyCode;
export const NOSTRO = 'assets:nostro:main' as LedgerAccount;
export const SCHEME = 'mastercard';

export const MERCHANTS: readonly [Merchant, ...Merchant[]] = [
  { descriptor: 'CORNER SHOP LONDON', mcc: '5411', category: null, country: 'GBR' },
  { descriptor: 'PUMP 7 M25', mcc: '5542', category: null, country: 'GBR' },
  { descriptor: 'GRAND HOTEL', mcc: '7011', category: null, country: 'FRA' },
  { descriptor: 'LUCKY CASINO', mcc: '7995', category: null, country: null },
  { descriptor: 'NO CATEGORY LTD', mcc: null, category: 'shopping', country: 'USA' },
];

const EVERYTHING: CardControls = { online: true, contactless: true, atm: true, magstripe: true, blockedCategories: [] };
const CAREFUL: CardControls = {
  online: true,
  contactless: true,
  atm: false,
  magstripe: false,
  blockedCategories: ['7995'],
};
const NO_LIMITS: CardLimits = {
  perTransaction: null,
  dailyAmount: null,
  monthlyAmount: null,
  dailyCash: null,
  dailyCount: null,
  monthlyCount: null,
};

export interface Plan {
  readonly accounts: readonly [AccountPlan, ...AccountPlan[]];
  /** Opened late, or never: transfers to it come back before that. */
  readonly latecomer: AccountPlan;
}

export function planOf(draw: Random): Plan {
  const count = draw.between(3, 8);
  const [first, ...others] = Array.from({ length: count }, (_, n) => accountPlan(n, n === 2 ? USD : GBP));
  if (first === undefined) throw new Error('a world has accounts');
  return { accounts: [first, ...others], latecomer: accountPlan(99, GBP) };
}

function accountPlan(n: number, currency: CurrencyCode): AccountPlan {
  const card = (m: number): CardPlan => ({ cardId: `card_${n}_${m}` as CardId, token: `token_${n}_${m}` as CardToken });
  return {
    accountId: `acc_${n}` as AccountId,
    currency,
    cards: [card(0), card(1), card(2)],
    pots: [`pot_${n}_0` as PotId, `pot_${n}_1` as PotId],
  };
}

/** One append: the account, its cards (free, careful, not yet active and soon expired), its first money. */
export function beginning(plan: AccountPlan, draw: Random): AccountCommand[] {
  const { accountId, currency, cards } = plan;
  const commands: AccountCommand[] = [
    {
      type: 'OpenAccount',
      accountId,
      owners: [`user_${accountId}`],
      currency,
      product: 'current',
      overdraftLimit: draw.pick([0n, 0n, 5_000n]),
      externalReference: null,
      personal: null,
    },
  ];
  for (const [n, card] of cards.entries()) commands.push(issue(card, n, draw));
  commands.push(money(accountId, currency, BigInt(draw.between(20_000, 400_000))));
  return commands;
}

function money(accountId: AccountId, currency: CurrencyCode, amount: bigint): AccountCommand {
  const paymentId = `payment_first_${accountId}` as PaymentId;
  return { type: 'ReceivePayment', paymentId, scheme: 'fps', amount, currency, nostro: NOSTRO, personal: null };
}

function issue({ cardId, token }: CardPlan, n: number, draw: Random): AccountCommand {
  return {
    type: 'IssueCard',
    cardId,
    token,
    masked: null,
    holder: null,
    expiry: n === 2 ? draw.pick(['2026-05', '2030-01']) : null,
    active: n !== 2,
    controls: n === 1 ? CAREFUL : EVERYTHING,
    limits: n === 1 ? limits(draw) : NO_LIMITS,
  };
}

/** Each limit is there or not. */
export function limits(draw: Random): CardLimits {
  const some = (low: number, high: number) => (draw.happens(500_000) ? BigInt(draw.between(low, high)) : null);
  return {
    perTransaction: some(2_000, 9_000),
    dailyAmount: some(5_000, 30_000),
    monthlyAmount: some(20_000, 200_000),
    dailyCash: some(2_000, 10_000),
    dailyCount: draw.happens(300_000) ? draw.between(2, 9) : null,
    monthlyCount: draw.happens(300_000) ? draw.between(10, 60) : null,
  };
}

export function controls(draw: Random): CardControls {
  return draw.happens(500_000) ? EVERYTHING : CAREFUL;
}

export const BOOK_ZONE = 'Europe/London';
