import { describe, expect, it } from '@jest/globals';
import type { CardId } from '../brands.js';
import { type DeclineReason, declines } from '../declines.js';
import type { CardControls, CardLimits } from '../generated/events.js';
import type { AuthoriseCard } from './commands.js';
import { authorise, card, funded, keys, USD } from './commands.suite.js';
import { given, START } from './specification.suite.js';
import { type AccountState, type CardState, keyString } from './state.js';

interface Obstacle {
  readonly state?: (state: AccountState) => void;
  readonly card?: Partial<CardState>;
  readonly controls?: Partial<CardControls>;
  readonly limits?: Partial<CardLimits>;
  readonly command?: Partial<AuthoriseCard>;
  /** Obstacles of one slot cannot stand in the way together: a card has one status. */
  readonly slot?: string;
}

const AMOUNT = 100n;

/** How to fail each rung, in the order of the ladder. */
const obstacles: Readonly<Record<DeclineReason, Obstacle>> = {
  unknown_card: { command: { cardId: 'card_9' as CardId } },
  already_reversed: {
    state: ({ waitingReversals }) => {
      waitingReversals.set(keyString(card, keys('1')), { replacement: null, recordedAt: START });
    },
  },
  card_lost: { card: { status: 'LOST' }, slot: 'card status' },
  card_stolen: { card: { status: 'STOLEN' }, slot: 'card status' },
  card_cancelled: { card: { status: 'CANCELLED' }, slot: 'card status' },
  card_expired: { card: { expiry: '2025-12' } },
  card_not_activated: { card: { status: 'INACTIVE' }, slot: 'card status' },
  card_frozen: { card: { frozen: true } },
  wrong_cvc: { command: { cvc: 'NO_MATCH' } },
  account_closed: {
    state: (state) => {
      state.status = 'CLOSED';
    },
    slot: 'account status',
  },
  account_frozen: {
    state: (state) => {
      state.status = 'FROZEN';
    },
    slot: 'account status',
  },
  currency_mismatch: { command: { currency: USD } },
  amount_over_maximum: { command: { maximum: AMOUNT - 1n } },
  channel_off: { controls: { online: false } },
  category_blocked: { controls: { blockedCategories: ['5411'] } },
  per_transaction_limit: { limits: { perTransaction: AMOUNT - 1n } },
  daily_amount_limit: { limits: { dailyAmount: AMOUNT - 1n } },
  monthly_amount_limit: { limits: { monthlyAmount: AMOUNT - 1n } },
  daily_cash_limit: { limits: { dailyCash: 49n } },
  daily_count_limit: { limits: { dailyCount: 0 } },
  monthly_count_limit: { limits: { monthlyCount: 0 } },
  insufficient_funds: {
    state: (state) => {
      state.ledger = AMOUNT - 1n;
    },
  },
};

const ladder = Object.keys(declines) as DeclineReason[];

function decisionWith(failing: readonly DeclineReason[], overrides: Partial<AuthoriseCard> = {}) {
  const { account } = given(...funded(1000n));
  let command = authorise('1', AMOUNT, { kind: 'CASHBACK', cashAmount: 50n, channel: 'ONLINE' });
  let issued = account.state.cards.get(card);
  if (issued === undefined) throw new Error('no card');
  for (const reason of failing) {
    const obstacle = obstacles[reason];
    const controls: CardControls = { ...issued.controls, ...obstacle.controls };
    const limits: CardLimits = { ...issued.limits, ...obstacle.limits };
    issued = { ...issued, ...obstacle.card, controls, limits };
    command = { ...command, ...obstacle.command };
    obstacle.state?.(account.state);
  }
  account.state.cards.set(card, issued);
  // The book knows nothing of a state that was bent by hand, so the command is decided and not appended.
  return account.decide({ ...command, ...overrides });
}

function reasonOf(decision: ReturnType<typeof decisionWith>): unknown {
  const event = decision.kind === 'events' ? decision.events[0] : undefined;
  if (event?.type === 'AuthorisationDeclined') return event.reason;
  return event?.type ?? decision;
}

describe('the decline ladder', () => {
  it('is tested rung by rung in its own order', () => {
    expect(Object.keys(obstacles)).toEqual(ladder);
  });

  it('lets pass what fails no rung', () => {
    expect(reasonOf(decisionWith([]))).toBe('AuthorisationApproved');
  });

  it.each(ladder)('declines with %s', (reason) => {
    expect(decisionWith([reason])).toMatchObject({
      events: [{ type: 'AuthorisationDeclined', reason, responseCode: declines[reason].responseCode }],
    });
  });

  const pairs = ladder.flatMap((first, index) => ladder.slice(index + 1).map((second) => [first, second] as const));
  const possible = pairs.filter(([first, second]) => {
    const { slot } = obstacles[first];
    return slot === undefined || slot !== obstacles[second].slot;
  });

  it.each(possible)('reports %s where %s fails too', (first, second) => {
    expect(reasonOf(decisionWith([second, first]))).toBe(first);
    expect(reasonOf(decisionWith([first, second]))).toBe(first);
  });

  it('reports the first of everything at once', () => {
    expect(reasonOf(decisionWith(ladder))).toBe('unknown_card');
    expect(reasonOf(decisionWith(ladder.slice(1)))).toBe('already_reversed');
  });

  it('treats a replaced card as cancelled', () => {
    const { account } = given(...funded(1000n));
    const issued = account.state.cards.get(card);
    if (issued !== undefined) issued.status = 'REPLACED';
    expect(reasonOf(account.decide(authorise('1', AMOUNT)))).toBe('card_cancelled');
  });

  it('lets a card be used to the end of the month of its expiry', () => {
    const { account } = given(...funded(1000n));
    const issued = account.state.cards.get(card);
    if (issued !== undefined) account.state.cards.set(card, { ...issued, expiry: '2026-01' });
    expect(reasonOf(account.decide(authorise('1', AMOUNT)))).toBe('AuthorisationApproved');
  });

  it.each([
    ['ATM', 'atm'],
    ['CONTACTLESS', 'contactless'],
    ['MAGSTRIPE', 'magstripe'],
    ['ONLINE', 'online'],
  ] as const)('asks the switch of the channel %s', (channel, name) => {
    const { account } = given(...funded(1000n));
    const issued = account.state.cards.get(card);
    if (issued !== undefined) issued.controls = { ...issued.controls, [name]: false };
    expect(reasonOf(account.decide(authorise('1', AMOUNT, { channel })))).toBe('channel_off');
    expect(reasonOf(account.decide(authorise('1', AMOUNT, { channel: 'CHIP' })))).toBe('AuthorisationApproved');
  });

  const withoutMoney = ladder.filter((reason) => !/amount|limit|funds/.test(reason));
  const ofMoney = ladder.filter((reason) => !withoutMoney.includes(reason));

  it.each([
    ['a status inquiry', { kind: 'STATUS_INQUIRY', amount: 0n, cashAmount: 0n } as const],
    ['money coming in', { kind: 'CREDIT', cashAmount: 0n } as const],
  ])('does not ask %s for amount, limits and what is available', (_, overrides) => {
    expect(reasonOf(decisionWith(ofMoney, overrides))).toBe('AuthorisationApproved');
    for (const reason of withoutMoney) expect(reasonOf(decisionWith([reason], overrides))).toBe(reason);
  });
});
