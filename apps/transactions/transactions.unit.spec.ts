import { describe, expect, it } from '@jest/globals';
import type { AccountCommand, CardId, CurrencyCode, Micros, TransactionId } from '@tallystick/ledger-core';
import {
  account,
  adjust,
  advise,
  authorise,
  clear,
  expire,
  fund,
  funded,
  increment,
  issue,
  merchant,
  pay,
  payment,
  pot,
  refund,
  reverse,
  reverseClearing,
  reverseRefund,
  transfer,
  USD,
} from '@tallystick/ledger-core/account/commands.suite';
import { answerOf, context, DAY, MAY_FIRST, SECOND } from '../ledger/ledger-over-memory.suite.js';
import { CustomerViews, type Listed, rowsAfter } from './customer-views.suite.js';

const GBP = 'GBP' as CurrencyCode;
const bob = 'acc_bob' as typeof account;

const partly = { final: false };

describe("a card transaction's row", () => {
  it.each<[string, readonly AccountCommand[], Partial<Listed>]>([
    ['is minus the hold while it is held', [authorise('1', 100n)], { amount: -100n, status: 'PENDING', settled: null }],
    ['grows with increments', [authorise('1', 100n), increment('1', '2', 5n)], { amount: -105n, status: 'PENDING' }],
    ['is the part that was approved', [authorise('1', 1100n, { partialAllowed: true })], { amount: -1000n }],
    ['is set by an advice', [authorise('1', 100n), advise('1', 42n)], { amount: -42n, status: 'PENDING' }],
    ['is what was advised', [advise('1', 42n)], { amount: -42n, status: 'PENDING' }],
    ['shrinks with a partial reversal', [authorise('1', 100n), reverse('1', 30n)], { amount: -30n, status: 'PENDING' }],
    ['is nothing once reversed', [authorise('1', 100n), reverse('1')], { amount: 0n, status: 'REVERSED' }],
    ['is the hold and what is cleared', [authorise('1', 100n), clear('1', 60n, 'k', partly)], { amount: -100n }],
    ['is what was cleared', [authorise('1', 100n), clear('1', 90n)], { amount: -90n, status: 'SETTLED' }],
    ['is more than was authorised', [authorise('1', 100n), clear('1', 130n)], { amount: -130n, status: 'SETTLED' }],
    ['begins with a presentment', [clear(null, 70n)], { amount: -70n, status: 'SETTLED', kind: 'card' }],
    ['is posted at once', [authorise('1', 100n, { singleMessage: true })], { amount: -100n, status: 'SETTLED' }],
    [
      'shrinks with a reversed single message',
      [authorise('1', 100n, { singleMessage: true }), reverse('1', 30n)],
      { amount: -30n, status: 'SETTLED' },
    ],
    [
      'shrinks with a reversed presentment',
      [authorise('1', 100n), clear('1', 90n, 'k'), reverseClearing('k', 80n)],
      { amount: -10n, status: 'SETTLED' },
    ],
    [
      'is nothing once its presentment is reversed',
      [authorise('1', 100n), clear('1', 90n, 'k'), reverseClearing('k')],
      { amount: 0n, status: 'REVERSED' },
    ],
    [
      'is what was asked, where it was declined',
      [authorise('1', 1001n)],
      { amount: -1001n, status: 'DECLINED', declineReason: 'insufficient_funds', settled: null },
    ],
    [
      'is declined by the scheme',
      [advise('1', 10n, { responseCode: '05' })],
      { amount: -10n, status: 'DECLINED', declineReason: 'stand_in' },
    ],
    [
      'is no decline any more where the scheme then approved',
      [authorise('1', 1001n), advise('1', 1001n)],
      { amount: -1001n, status: 'PENDING', declineReason: null },
    ],
    [
      'is no decline any more where it was presented all the same',
      [authorise('1', 1001n), clear('1', 1001n)],
      { amount: -1001n, status: 'SETTLED', declineReason: null },
    ],
    [
      'stays what it is where an increment is declined',
      [authorise('1', 100n), increment('1', '2', 2000n)],
      { amount: -100n, status: 'PENDING', declineReason: null },
    ],
    [
      'stays posted where its authorisation comes late and is declined',
      [clear('1', 1001n, 'k'), authorise('1', 1001n)],
      { amount: -1001n, status: 'SETTLED', declineReason: null },
    ],
    ['is nothing for a status inquiry', [authorise('1', 0n, { kind: 'STATUS_INQUIRY' })], { amount: 0n }],
  ])('%s', async (_, commands, expected) => {
    const rows = await rowsAfter(...commands);
    expect(rows).toMatchObject([{ accountId: account, currency: 'GBP', kind: 'card', ...expected }]);
    expect(rows[0]).toMatchObject({ created: MAY_FIRST + SECOND, description: merchant.descriptor, mcc: merchant.mcc });
    expect(rows[0]?.id).toMatch(/^tx_0000[0-9A-Za-z]{18}$/);
  });

  it('is nothing once expired', async () => {
    const of = new CustomerViews();
    await of.ledger.given(account, ...funded(1000n));
    const { transactionId } = answerOf(await of.ledger.do(account, authorise('1', 100n)));
    of.world.now += 8n * DAY;
    await of.ledger.given(account, expire(transactionId ?? ('' as TransactionId)));
    expect((await of.list(account)).find(({ id }) => id === transactionId)).toMatchObject({
      amount: 0n,
      status: 'EXPIRED',
    });
  });

  it('is not there for a presentment in another currency, which the customer never sees', async () => {
    expect(await rowsAfter(clear(null, 70n, 'k', { currency: USD }))).toEqual([]);
  });

  it('is settled when its presentment counts, and says what was paid abroad', async () => {
    const local = { amount: 120n, currency: USD };
    const rows = await rowsAfter(authorise('1', 100n), clear('1', 100n, 'k', { local }));
    expect(rows).toMatchObject([{ settled: MAY_FIRST + 2n * SECOND, localAmount: 120n, localCurrency: 'USD' }]);
  });
});

describe('a refund', () => {
  const paid = [authorise('1', 100n), clear('1', 100n)];

  it('is a row of its own that names its original, whose amount stays', async () => {
    const [refunded, original] = await rowsAfter(...paid, refund('1', 30n));
    expect(original).toMatchObject({ amount: -100n, status: 'SETTLED', kind: 'card' });
    expect(refunded).toMatchObject({ amount: 30n, status: 'SETTLED', kind: 'refund', related: original?.id });
    expect(refunded?.settled).toBe(refunded?.created);
  });

  it('names nothing where no original was found', async () => {
    expect(await rowsAfter(refund(null, 30n))).toMatchObject([{ amount: 30n, kind: 'refund', related: null }]);
  });

  it.each([
    [10n, { amount: 20n, status: 'SETTLED' }],
    [null, { amount: 0n, status: 'REVERSED' }],
  ])('keeps what is left of it where %p is reversed', async (amount, left) => {
    const [refunded, original] = await rowsAfter(...paid, refund('1', 30n, 'r'), reverseRefund('r', amount));
    expect(refunded).toMatchObject({ ...left, kind: 'refund', created: MAY_FIRST + 3n * SECOND });
    expect(original).toMatchObject({ amount: -100n });
  });
});

describe('money that moves otherwise', () => {
  const openPot = { type: 'OpenPot' as const, potId: pot, goal: null, style: '', personal: null };
  const intoPot = { type: 'DepositToPot' as const, potId: pot, amount: 70n, currency: GBP };
  const outOfPot = { type: 'WithdrawFromPot' as const, potId: pot, amount: 30n, currency: GBP };
  const line = {
    type: 'PostStatementLine' as const,
    lineId: 'l',
    currency: GBP,
    description: 'A LINE',
    statedBalance: null,
  };
  const send = {
    type: 'SendTransfer' as const,
    transferId: transfer('1'),
    destinationAccountId: bob,
    amount: 40n,
    currency: GBP,
    personal: null,
  };
  const receive = {
    type: 'ReceiveTransfer' as const,
    transferId: transfer('1'),
    sourceAccountId: bob,
    amount: 9n,
    currency: GBP,
    personal: null,
  };

  it.each<[string, readonly AccountCommand[], readonly Partial<Listed>[]]>([
    ['a payment in', [fund(5n, 'p')], [{ amount: 5n, kind: 'payment', related: 'payment_p' }]],
    ['a payment out', [pay(5n, 'p')], [{ amount: -5n, kind: 'payment', status: 'SETTLED' }]],
    [
      'a payment that came back',
      [pay(5n, 'p'), { type: 'ReturnPayment', paymentId: payment('p'), reason: '' }],
      [{ amount: 0n, status: 'RETURNED', description: 'fps', created: MAY_FIRST + SECOND }],
    ],
    ['a transfer out', [send], [{ amount: -40n, kind: 'transfer', description: bob, status: 'SETTLED' }]],
    [
      'a transfer that came back',
      [send, { type: 'ReturnTransfer', transferId: transfer('1'), reason: '' }],
      [{ amount: 0n, kind: 'transfer', status: 'RETURNED', description: bob, created: MAY_FIRST + SECOND }],
    ],
    ['a transfer in', [receive], [{ amount: 9n, kind: 'transfer', related: 'transfer_1' }]],
    ['a transfer refused, which is none of the customer', [{ ...receive, currency: USD }], []],
    [
      'a pot, and what it gives back when it is closed',
      [openPot, intoPot, outOfPot, { type: 'ClosePot', potId: pot }],
      [
        { amount: 40n, kind: 'pot', related: pot },
        { amount: 30n, kind: 'pot' },
        { amount: -70n, kind: 'pot' },
      ],
    ],
    ['a pot closed empty', [openPot, { type: 'ClosePot', potId: pot }], []],
    [
      'a fee',
      [{ type: 'ChargeFee', feeId: 'f', kind: 'monthly', amount: 5n, currency: GBP }],
      [{ amount: -5n, kind: 'fee', description: 'monthly' }],
    ],
    ['an adjustment', [adjust({ amount: -5n })], [{ amount: -5n, kind: 'adjustment', description: 'goodwill' }]],
    ['a statement line', [{ ...line, amount: -5n }], [{ amount: -5n, kind: 'statement-line', related: 'l' }]],
    ['a statement line of nothing', [{ ...line, amount: 0n }], [{ amount: 0n, kind: 'statement-line' }]],
  ])('has its row: %s', async (_, commands, expected) => {
    expect(await rowsAfter(...commands)).toMatchObject(expected);
  });

  it('does not make an account of one that only refused', async () => {
    const of = new CustomerViews();
    expect(answerOf(await of.ledger.do(bob, { ...receive, sourceAccountId: account })).type).toBe('TransferRefused');
    expect(await of.list(bob)).toEqual([]);
    expect((await of.balance.get({ accountId: bob, minPosition: 1n }, context)).found).toBeNull();
    expect((await of.accounts.get({ accountId: bob }, context)).found).toBeNull();
    expect((await of.accounts.list({ after: null, limit: 9 }, context)).accounts).toEqual([]);
  });
});

describe('a list over months, written with dates that go backwards and forwards', () => {
  async function scattered(count: number) {
    const of = new CustomerViews();
    await of.ledger.given(account, ...funded(100_000n), issue({ cardId: 'card_2' as CardId }));
    const dates: Micros[] = [];
    for (let n = 0; n < count; n++) {
      const effectiveAt = MAY_FIRST - BigInt((n * 7919) % 1100) * DAY + BigInt(n % 3);
      dates.push(effectiveAt);
      await of.ledger.do(account, authorise(`${n}`, 1n), { effectiveAt });
      if (n % 10 === 0) await of.fill();
    }
    return { of, dates };
  }

  it.each([1, 2, 7, 1000])('has no gap and nothing twice, newest first, by pages of %d', async (limit) => {
    const { of, dates } = await scattered(120);
    const rows = await of.list(account, limit);
    expect(rows).toHaveLength(121);
    expect(new Set(rows.map(({ id }) => id)).size).toBe(121);
    const created = rows.map((row) => row.created / 1000n);
    expect(created).toEqual([...dates, MAY_FIRST].map((at) => at / 1000n).sort((a, b) => (a < b ? 1 : -1)));
  });

  it('goes on after a row that came between two pages', async () => {
    const { of } = await scattered(30);
    const page = { accountId: account, minPosition: 1n, limit: 10 };
    const { transactions: first } = await of.transactions.list({ ...page, before: null }, context);
    await of.ledger.do(account, authorise('new', 1n), { effectiveAt: MAY_FIRST + DAY });
    await of.ledger.do(account, authorise('old', 1n), { effectiveAt: MAY_FIRST - 2000n * DAY });
    const before = first.at(-1)?.id ?? null;
    const { transactions: rest } = await of.transactions.list({ ...page, limit: 1000, before }, context);
    expect(first).toHaveLength(10);
    expect(rest).toHaveLength(22);
  });

  it('has each of its rows by its id, and no other account’s', async () => {
    const { of } = await scattered(3);
    for (const row of await of.list(account)) {
      const asked = { transactionId: row.id, clientId: null, minPosition: 0n };
      const { found } = await of.transactions.get({ ...asked, accountId: account }, context);
      expect(found).toEqual({ ...row, written: null, attachments: [] });
      expect((await of.transactions.get({ ...asked, accountId: bob }, context)).found).toBeNull();
    }
  });

  it.each(['', 'tx_1', 'acc_000000VIK1ae8jCL7MX8oc', 'tx_0000zzzzzzzzzzzzzzzzzz', 'tx_0000-0VIK1ae8jCL7MX8oc'])(
    'says that %p is no transaction',
    async (id) => {
      const of = new CustomerViews();
      await of.fill();
      const transactionId = id as TransactionId;
      const get = of.transactions.get({ accountId: account, transactionId, clientId: null, minPosition: 0n }, context);
      expect((await get).found).toBeNull();
      const list = of.transactions.list(
        { accountId: account, before: transactionId, minPosition: 0n, limit: 1 },
        context,
      );
      await expect(list).rejects.toMatchObject({ code: 'bad_request.bad_param.before', retryable: false });
    },
  );
});
