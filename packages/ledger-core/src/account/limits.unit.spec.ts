import { describe, expect, it } from '@jest/globals';
import type { CardLimits } from '../generated/events.js';
import {
  advise,
  authorise,
  card,
  clear,
  clearPart,
  expire,
  fund,
  increment,
  issue,
  noLimits,
  open,
  refund,
  reverse,
  reverseClearing,
  tx,
} from './commands.suite.js';
import { type AccountUnderTest, DAY, given } from './specification.suite.js';

const limited = (limits: Partial<CardLimits>) =>
  [open(), issue({ limits: { ...noLimits, ...limits } }), fund(100_000n)] as const;

function usage(account: AccountUnderTest, period: string) {
  return account.state.cards.get(card)?.usage.get(period);
}

describe('a card with a daily limit of 500', () => {
  const history = limited({ dailyAmount: 500n });

  it('counts an authorisation and its presentment once', () => {
    const { account } = given(...history, authorise('1', 300n), clear('1', 300n))
      .when(authorise('2', 200n))
      .thenEvents({ type: 'AuthorisationApproved' })
      .when(authorise('3', 1n))
      .thenEvents({ type: 'AuthorisationDeclined', reason: 'daily_amount_limit', responseCode: '61' });
    expect(usage(account, '2026-01-05')).toEqual({ amount: 500n, cash: 0n, count: 2 });
  });

  it('counts what was cleared, on the day of the authorisation', () => {
    const { account } = given(...history, authorise('1', 300n), [clear('1', 350n), { after: 2n * DAY }]);
    expect(usage(account, '2026-01-05')).toEqual({ amount: 350n, cash: 0n, count: 1 });
    expect(usage(account, '2026-01-07')).toBeUndefined();
    expect(usage(account, '2026-01')).toEqual({ amount: 350n, cash: 0n, count: 1 });
  });

  it.each([
    ['a reversal', reverse('1')],
    ['the reversal of its presentment', reverseClearing('clearing 1')],
  ])('gives back what %s takes back', (_, command) => {
    const before =
      command.type === 'ReverseClearing' ? [authorise('1', 500n), clear('1', 500n)] : [authorise('1', 500n)];
    given(...history, ...before, command)
      .when(authorise('2', 500n))
      .thenEvents({ type: 'AuthorisationApproved' });
  });

  it('gives back what expires, on the day of the authorisation', () => {
    const { account } = given(...history, authorise('1', 500n), [expire(tx('c3')), { after: 8n * DAY }]);
    expect(usage(account, '2026-01-05')).toEqual({ amount: 0n, cash: 0n, count: 0 });
  });

  it('does not count declines and refunds', () => {
    given(...history, authorise('1', 501n), authorise('2', 400n), clear('2', 400n), refund('2', 400n))
      .when(authorise('3', 101n))
      .thenEvents({ type: 'AuthorisationDeclined', reason: 'daily_amount_limit' })
      .when(authorise('4', 100n))
      .thenEvents({ type: 'AuthorisationApproved' });
  });

  it('never refuses an advice or a forced presentment, and counts both', () => {
    const { account } = given(...history)
      .when(advise('1', 600n))
      .thenEvents({ type: 'AuthorisationAdvised' })
      .when(clear(null, 700n, 'k'))
      .thenEvents({ type: 'ClearingPosted', forced: true })
      .when(authorise('2', 1n))
      .thenEvents({ type: 'AuthorisationDeclined', reason: 'daily_amount_limit' });
    expect(usage(account, '2026-01-05')).toEqual({ amount: 1300n, cash: 0n, count: 2 });
  });

  it('counts a presentment on its day until the authorisation comes, then on that of the authorisation', () => {
    const { account } = given(...history, clearPart('1', 100n, 1, 2));
    expect(usage(account, '2026-01-05')).toEqual({ amount: 100n, cash: 0n, count: 1 });
    account.do(advise('1', 300n), { after: DAY });
    expect(usage(account, '2026-01-05')).toEqual({ amount: 0n, cash: 0n, count: 0 });
    expect(usage(account, '2026-01-06')).toEqual({ amount: 300n, cash: 0n, count: 1 });
    expect(usage(account, '2026-01')).toEqual({ amount: 300n, cash: 0n, count: 1 });
  });

  it('counts a presentment after a decline on its own day', () => {
    const { account } = given(...history, authorise('1', 501n), [clear('1', 501n), { after: DAY }]);
    expect(usage(account, '2026-01-05')).toBeUndefined();
    expect(usage(account, '2026-01-06')).toEqual({ amount: 501n, cash: 0n, count: 1 });
  });

  it('asks the day of the authorisation when it is raised on a later day', () => {
    given(...history, authorise('1', 300n))
      .when(increment('1', '2', 201n), { after: DAY })
      .thenEvents({ type: 'AuthorisationDeclined', reason: 'daily_amount_limit' })
      .when(authorise('3', 400n))
      .thenEvents({ type: 'AuthorisationApproved' })
      .when(increment('1', '4', 200n))
      .thenEvents({ type: 'AuthorisationIncremented' });
  });

  it('starts again on the next day', () => {
    given(...history, authorise('1', 500n))
      .when(authorise('2', 500n), { after: DAY })
      .thenEvents({ type: 'AuthorisationApproved' });
  });
});

describe('a card with other limits', () => {
  it('limits a month', () => {
    given(...limited({ monthlyAmount: 500n }), authorise('1', 300n))
      .when(authorise('2', 201n), { after: 5n * DAY })
      .thenEvents({ type: 'AuthorisationDeclined', reason: 'monthly_amount_limit' })
      .when(authorise('3', 500n), { after: 27n * DAY })
      .thenEvents({ type: 'AuthorisationApproved' });
  });

  it('asks the limit per transaction of the new total of an increment', () => {
    given(...limited({ perTransaction: 500n }), authorise('1', 300n))
      .when(increment('1', '2', 201n))
      .thenEvents({ type: 'AuthorisationDeclined', reason: 'per_transaction_limit', increment: true })
      .when(increment('1', '3', 200n))
      .thenEvents({ type: 'AuthorisationIncremented' });
  });

  it('counts transactions, not their increments and inquiries', () => {
    given(
      ...limited({ dailyCount: 2 }),
      authorise('1', 10n),
      increment('1', '2', 10n),
      authorise('3', 0n, { kind: 'STATUS_INQUIRY' }),
    )
      .when(authorise('4', 10n))
      .thenEvents({ type: 'AuthorisationApproved' })
      .when(increment('1', '5', 10n))
      .thenEvents({ type: 'AuthorisationIncremented' })
      .when(authorise('6', 10n))
      .thenEvents({ type: 'AuthorisationDeclined', reason: 'daily_count_limit', responseCode: '65' })
      .when(reverse('4'))
      .thenEvents({ type: 'AuthorisationReversed' })
      .when(authorise('7', 10n))
      .thenEvents({ type: 'AuthorisationApproved' });
  });

  it('counts the cash part of cash-back, and all of a withdrawal, for cash', () => {
    given(...limited({ dailyCash: 100n }), authorise('1', 500n, { kind: 'CASHBACK', cashAmount: 60n }))
      .when(authorise('2', 41n, { kind: 'CASH', channel: 'ATM' }))
      .thenEvents({ type: 'AuthorisationDeclined', reason: 'daily_cash_limit' })
      .when(authorise('3', 40n, { kind: 'CASH', channel: 'ATM' }))
      .thenEvents({ type: 'AuthorisationApproved', cashAmount: 40n })
      .when(authorise('4', 500n))
      .thenEvents({ type: 'AuthorisationApproved' })
      .when(reverse('1'))
      .thenEvents({ type: 'AuthorisationReversed' })
      .when(authorise('5', 60n, { kind: 'CASH' }))
      .thenEvents({ type: 'AuthorisationApproved' });
  });

  it('keeps the newest days only', () => {
    const { account } = given(...limited({}));
    for (let day = 0; day < 200; day++) account.do(authorise(`d${day}`, 1n, { singleMessage: true }), { after: DAY });
    const periods = [...(account.state.cards.get(card)?.usage.keys() ?? [])];
    expect(periods.length).toBeLessThanOrEqual(96);
    expect(periods).toContain('2026-07-24');
  });
});
