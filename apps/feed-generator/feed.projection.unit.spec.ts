import { describe, expect, it } from '@jest/globals';
import type { AccountCommand, CurrencyCode, LocalDate, TransactionId } from '@tallystick/ledger-core';
import {
  account,
  adjust,
  advise,
  authorise,
  clear,
  closeDispute,
  dispute,
  expire,
  fund,
  funded,
  increment,
  merchant,
  pay,
  payment,
  pot,
  provisionalCredit,
  refund,
  represent,
  reverse,
  reverseClearing,
  reverseRefund,
  transfer,
  USD,
} from '@tallystick/ledger-core/account/commands.suite';
import { FeedOverMemory } from '../feed/feed-over-memory.suite.js';
import { answerOf, context, DAY, MAY_FIRST, SECOND } from '../ledger/ledger-over-memory.suite.js';

type Item = Awaited<ReturnType<FeedOverMemory['list']>>[number];

const GBP = 'GBP' as CurrencyCode;
const bob = 'acc_bob' as typeof account;

async function begun() {
  const of = new FeedOverMemory();
  await of.ledger.given(account, ...funded(1000n));
  const [funding] = await of.list(account);
  const list = async () => (await of.list(account)).filter(({ id }) => id !== funding?.id);
  return { of, list };
}

/** The items that these commands make, newest first, without the funding. */
async function itemsAfter(...commands: readonly AccountCommand[]): Promise<Item[]> {
  const { of, list } = await begun();
  for (const command of commands) {
    of.world.now += SECOND;
    await of.ledger.do(account, command, { effectiveAt: of.world.now });
  }
  return list();
}

describe("a card transaction's item", () => {
  const paid = [authorise('1', 100n), clear('1', 100n, 'k')];

  it.each<[string, readonly AccountCommand[], Partial<Item>]>([
    ['is minus the hold while it is held', [authorise('1', 100n)], { amount: -100n, status: 'PENDING', settled: null }],
    ['grows with increments', [authorise('1', 100n), increment('1', '2', 5n)], { amount: -105n }],
    ['is set by an advice', [authorise('1', 100n), advise('1', 42n)], { amount: -42n }],
    ['is nothing once reversed', [authorise('1', 100n), reverse('1')], { amount: 0n, status: 'REVERSED' }],
    ['is what was cleared', [authorise('1', 100n), clear('1', 90n)], { amount: -90n, status: 'SETTLED' }],
    ['begins with a presentment', [clear(null, 70n)], { amount: -70n, status: 'SETTLED' }],
    ['is posted at once', [authorise('1', 100n, { singleMessage: true })], { amount: -100n, status: 'SETTLED' }],
    ['shrinks with a reversed presentment', [...paid, reverseClearing('k', 80n)], { amount: -20n }],
    ['has its refund, not net of it', [...paid, refund('1', 30n)], { amount: -100n, refunded: 30n }],
    ['has all its refunds', [...paid, refund('1', 30n, 'r'), refund('1', 20n, 's')], { amount: -100n, refunded: 50n }],
    ['has no refund taken back', [...paid, refund('1', 30n, 'r'), reverseRefund('r', 10n)], { refunded: 20n }],
    ['has its dispute', [...paid, dispute('1', 40n, 'd')], { dispute: { status: 'OPEN', claim: 40n, credited: 0n } }],
    [
      'has what a dispute credited',
      [...paid, dispute('1', 40n, 'd'), provisionalCredit('d'), represent('d')],
      { amount: -100n, dispute: { status: 'REPRESENTED', claim: 40n, credited: 40n } },
    ],
    [
      'has what a refund left of a dispute',
      [...paid, dispute('1', 40n, 'd'), provisionalCredit('d'), refund('1', 30n)],
      { refunded: 30n, dispute: { status: 'OPEN', claim: 10n, credited: 10n } },
    ],
    [
      'has the outcome of its dispute',
      [...paid, dispute('1', 40n, 'd'), provisionalCredit('d'), closeDispute('d', 'LOST')],
      { amount: -100n, dispute: { status: 'LOST', claim: 40n, credited: 0n } },
    ],
    ['is refunded before it is cleared', [authorise('1', 100n), refund('1', 30n)], { amount: -100n, refunded: 30n }],
    [
      'is what was asked, where it was declined',
      [authorise('1', 1001n)],
      { amount: -1001n, status: 'DECLINED', declineReason: 'insufficient_funds', includeInSpending: false },
    ],
    [
      'is no decline any more where the scheme then approved',
      [authorise('1', 1001n), advise('1', 1001n)],
      { amount: -1001n, status: 'PENDING', declineReason: null },
    ],
    [
      'stays what it is where an increment is declined',
      [authorise('1', 100n), increment('1', '2', 2000n)],
      { amount: -100n },
    ],
  ])('%s', async (_, commands, expected) => {
    const items = await itemsAfter(...commands);
    expect(items).toMatchObject([{ accountId: account, currency: 'GBP', kind: 'card', ...expected }]);
    expect(items[0]).toMatchObject({ created: MAY_FIRST + SECOND, description: merchant.descriptor, mcc: '5411' });
  });

  it('tells when it last changed', async () => {
    const [first] = await itemsAfter(authorise('1', 100n));
    const [last] = await itemsAfter(...paid, refund('1', 30n));
    expect(last).toMatchObject({ id: first?.id, created: first?.created, updated: MAY_FIRST + 3n * SECOND });
    expect(last?.revision).toBeGreaterThan(first?.revision ?? 0n);
    expect(last?.settled).toBe(MAY_FIRST + 2n * SECOND);
  });

  it('is nothing once expired', async () => {
    const { of, list } = await begun();
    const { transactionId } = answerOf(await of.ledger.do(account, authorise('1', 100n)));
    of.world.now += 8n * DAY;
    await of.ledger.given(account, expire(transactionId ?? ('' as TransactionId)));
    expect(await list()).toMatchObject([{ amount: 0n, status: 'EXPIRED' }]);
  });

  it('says what was paid abroad', async () => {
    const local = { amount: 120n, currency: USD };
    expect(await itemsAfter(clear(null, 100n, 'k', { local }))).toMatchObject([
      { localAmount: 120n, localCurrency: 'USD' },
    ]);
  });

  it('has the date of its first event, whatever comes later', async () => {
    const { of } = await begun();
    await of.ledger.do(account, authorise('1', 100n), { effectiveAt: MAY_FIRST });
    await of.ledger.do(account, clear('1', 100n), { effectiveAt: MAY_FIRST + 3n * DAY });
    await of.fill();
    const day = '2026-05-01' as LocalDate;
    const asked = { accountId: account, from: day, to: day, by: 'day' as const, minPosition: 1n };
    const { lines } = await of.feed.spending(asked, context);
    expect(lines).toMatchObject([{ period: '2026-05-01', amount: 100n, transactions: 1 }]);
  });
});

describe('money that moves otherwise', () => {
  const openPot = { type: 'OpenPot' as const, potId: pot, goal: null, style: '', personal: null };
  const intoPot = { type: 'DepositToPot' as const, potId: pot, amount: 70n, currency: GBP };
  const line = { lineId: 'l', currency: GBP, description: 'A LINE', statedBalance: null };
  const send = {
    type: 'SendTransfer' as const,
    transferId: transfer('1'),
    destinationAccountId: bob,
    amount: 40n,
    currency: GBP,
    personal: null,
  };

  it.each<[string, readonly AccountCommand[], readonly Partial<Item>[]]>([
    ['a refund of nothing known', [refund(null, 30n)], [{ amount: 30n, kind: 'refund', related: null }]],
    [
      'a refund of nothing known, taken back',
      [refund(null, 30n, 'r'), reverseRefund('r')],
      [{ amount: 0n, kind: 'refund', status: 'REVERSED', includeInSpending: false }],
    ],
    ['a payment in', [fund(5n, 'p')], [{ amount: 5n, kind: 'payment', category: 'income', includeInSpending: false }]],
    ['a payment out', [pay(5n, 'p')], [{ amount: -5n, kind: 'payment', category: 'general', includeInSpending: true }]],
    [
      'a payment that came back',
      [pay(5n, 'p'), { type: 'ReturnPayment', paymentId: payment('p'), reason: '' }],
      [{ amount: 0n, status: 'RETURNED', description: 'fps', includeInSpending: false }],
    ],
    [
      'a transfer out',
      [send],
      [{ amount: -40n, kind: 'transfer', description: bob, category: 'transfers', includeInSpending: false }],
    ],
    [
      'a transfer that came back',
      [send, { type: 'ReturnTransfer', transferId: transfer('1'), reason: '' }],
      [{ amount: 0n, kind: 'transfer', status: 'RETURNED' }],
    ],
    [
      'a transfer refused, which is none of the customer',
      [
        {
          type: 'ReceiveTransfer',
          transferId: transfer('1'),
          sourceAccountId: bob,
          amount: 9n,
          currency: USD,
          personal: null,
        },
      ],
      [],
    ],
    [
      'a pot',
      [openPot, intoPot, { type: 'ClosePot', potId: pot }],
      [
        { amount: 70n, kind: 'pot', category: 'savings', includeInSpending: false },
        { amount: -70n, kind: 'pot', related: pot },
      ],
    ],
    [
      'a fee',
      [{ type: 'ChargeFee', feeId: 'f', kind: 'monthly', amount: 5n, currency: GBP }],
      [{ amount: -5n, kind: 'fee', includeInSpending: true }],
    ],
    ['an adjustment', [adjust({ amount: -5n })], [{ amount: -5n, kind: 'adjustment', includeInSpending: false }]],
    [
      'a statement line',
      [{ type: 'PostStatementLine', ...line, amount: -5n }],
      [{ amount: -5n, kind: 'statement-line', includeInSpending: true }],
    ],
  ])('has its item: %s', async (_, commands, expected) => {
    const items = await itemsAfter(...commands);
    expect(items).toMatchObject(expected);
    expect(items).toHaveLength(expected.length);
  });
});

describe('an enrichment', () => {
  it('revises the item, and a later one replaces it', async () => {
    const { of, list } = await begun();
    const { transactionId } = answerOf(await of.ledger.do(account, authorise('1', 100n)));
    const id = transactionId ?? ('' as TransactionId);
    const [before] = await list();
    expect(before).toMatchObject({ merchant: null, category: 'general' });
    const location = {
      address: null,
      city: 'Dublin',
      region: null,
      country: 'IRL',
      postcode: null,
      latitude: 53_349_800,
      longitude: -6_260_300,
    };
    await of.enrich(account, id, { location });
    const [after] = await list();
    expect(after).toMatchObject({ category: 'groceries', merchant: { name: 'Corner Shop', location, confidence: 90 } });
    expect(after?.revision).toBeGreaterThan(before?.revision ?? 0n);
    await of.enrich(account, id, { category: 'eating_out', merchantName: 'Corner Café' });
    expect(await list()).toMatchObject([
      { amount: -100n, category: 'eating_out', merchant: { name: 'Corner Café', location: null } },
    ]);
  });

  it('of a linked refund leaves the feed as it is', async () => {
    const { of, list } = await begun();
    await of.ledger.given(account, authorise('1', 100n), clear('1', 100n));
    const refunded = answerOf(await of.ledger.do(account, refund('1', 30n)));
    const before = await list();
    const originalTransactionId = before[0]?.id as TransactionId;
    await of.enrich(account, refunded.transactionId ?? originalTransactionId, { originalTransactionId });
    expect(await list()).toEqual(before);
  });

  it('of what is in no feed makes no item, and no change', async () => {
    const { of, list } = await begun();
    const { transactionId } = answerOf(await of.ledger.do(account, authorise('1', 100n)));
    const before = await list();
    const asked = { accountId: account, after: 0n, minPosition: 1n, limit: 100 };
    const changes = await of.feed.changes(asked, context);
    const elsewhere = `${transactionId?.slice(0, -1)}_` as TransactionId;
    await of.enrich(account, elsewhere);
    expect(await list()).toEqual(before);
    expect((await of.feed.get({ accountId: account, itemId: elsewhere, minPosition: 0n }, context)).found).toBeNull();
    const again = await of.feed.changes(asked, context);
    expect(again.items).toEqual(changes.items);
    expect(again.position).toBeGreaterThan(changes.position);
  });
});
