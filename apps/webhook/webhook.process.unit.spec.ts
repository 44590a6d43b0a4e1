// What webhooks are told, and when: from the journal to the receiver.
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { TransactionId } from '@tallystick/ledger-core';
import {
  advise,
  authorise,
  clear,
  expire,
  fund,
  increment,
  pay,
  payment,
  pot,
  refund,
  reverse,
  transfer,
} from '@tallystick/ledger-core/account/commands.suite';
import { GBP } from '@tallystick/ledger-core/account/specification.suite';
import { context, DAY } from '../ledger/ledger-over-memory.suite.js';
import { isSigned, Receiver } from './receiver.suite.js';
import { ann, bob, until, WebhooksOverMemory } from './webhooks-over-memory.suite.js';

let of: WebhooksOverMemory;
let receiver: Receiver;

beforeEach(async () => {
  of = await WebhooksOverMemory.start();
  receiver = await Receiver.start();
});

afterEach(async () => {
  await of.stop();
  await receiver.stop();
  expect(of.reported).toEqual([]);
});

const everything = ['transaction.created', 'transaction.updated'] as const;
const told = () => receiver.received.map(({ body }) => [body.type, body.data.amount]);
const openPot = { type: 'OpenPot' as const, potId: pot, goal: null, style: '', personal: null };
const intoPot = { type: 'DepositToPot' as const, potId: pot, amount: 70n, currency: GBP };
const send = {
  type: 'SendTransfer' as const,
  transferId: transfer('1'),
  destinationAccountId: bob,
  amount: 40n,
  currency: GBP,
  personal: null,
};

async function tellsOf(count: number): Promise<void> {
  await until(`${count} requests`, () => receiver.received.length >= count);
  await of.quiet();
  expect(receiver.received).toHaveLength(count);
}

describe('a webhook', () => {
  it('is told of a transaction, whole, signed, and as JSON', async () => {
    const id = await of.register(`${receiver.url}?from=us`);
    await of.do(ann, openPot, intoPot);
    await tellsOf(1);
    const [request] = receiver.received;
    if (request === undefined) throw new Error('no request');
    const { secret } = await of.first.answers.secret({ webhookId: id }, context);
    expect(isSigned(request, secret ?? '')).toBe(true);
    expect(request.path).toBe('/hook?from=us');
    const seconds = String(Math.floor(of.time.now() / 1_000));
    const [delivery] = await of.log(id);
    expect(request.headers).toMatchObject({
      'content-type': 'application/json',
      'webhook-id': delivery?.id,
      'webhook-timestamp': seconds,
    });
    expect(request.headers).not.toHaveProperty('traceparent');
    expect(request.body).toEqual({
      type: 'transaction.created',
      data: expect.objectContaining({
        id: expect.stringMatching(/^tx_0000/),
        account_id: ann,
        user_id: 'user_ann',
        amount: -70,
        currency: 'GBP',
        scheme: 'uk_retail_pot',
        merchant: null,
        metadata: expect.objectContaining({ pot_id: pot }),
      }),
    });
    expect(delivery).toMatchObject({ type: 'transaction.created', state: 'delivered', dueAt: null });
    expect(delivery?.attempts).toMatchObject([{ status: 200, failure: null }]);
  });

  it('is told of every kind of transaction once: it is created by its first event', async () => {
    await of.register(receiver.url);
    await of.do(ann, authorise('1', 100n), increment('1', '2', 5n), clear('1', 105n), refund('1', 30n));
    await of.do(ann, authorise('3', 9_000_000n), clear(null, 70n, 'forced'), advise('4', 10n, { responseCode: '05' }));
    await of.do(ann, fund(5n, 'p'), pay(6n, 'q'), { type: 'ReturnPayment', paymentId: payment('q'), reason: '' });
    await of.do(ann, send, openPot, intoPot, { type: 'ClosePot', potId: pot });
    await of.do(ann, { type: 'ChargeFee', feeId: 'f', kind: 'monthly', amount: 8n, currency: GBP });
    await tellsOf(11);
    const types = new Set(receiver.received.map(({ body }) => body.type));
    expect(types).toEqual(new Set(['transaction.created']));
    const ids = receiver.received.map(({ body }) => body.data.id);
    expect(new Set(ids).size).toBe(11);
  });

  it('is told of changes where it asks for them', async () => {
    await of.register(receiver.url, { types: everything });
    await of.do(ann, authorise('1', 100n));
    await tellsOf(1);
    await of.do(ann, increment('1', '2', 5n));
    await tellsOf(2);
    await of.do(ann, clear('1', 105n, 'k', { final: false }));
    await tellsOf(3);
    await of.do(ann, clear('1', 20n, 'l'));
    await tellsOf(4);
    expect(told()).toEqual([
      ['transaction.created', -100],
      ['transaction.updated', -105],
      ['transaction.updated', -105],
      ['transaction.updated', -125],
    ]);
  });

  it.each([
    ['authorisation by its clearing of the same time', [clear('1', 100n)], 'transaction.updated'],
    ['authorisation by its reversal', [reverse('1')], 'transaction.updated'],
  ])('knows a change: of an %s', async (_, commands, type) => {
    await of.do(ann, authorise('1', 100n));
    await of.register(receiver.url, { types: everything });
    await of.do(ann, ...commands);
    await tellsOf(1);
    expect(told()[0]?.[0]).toBe(type);
  });

  it('is told of an expiry', async () => {
    await of.register(receiver.url, { types: everything });
    await of.do(ann, authorise('1', 100n));
    await tellsOf(1);
    of.of.world.now += 8n * DAY;
    const transactionId = receiver.received[0]?.body.data.id as TransactionId; // as it was sent
    await of.do(ann, expire(transactionId));
    await tellsOf(2);
    expect(told()[1]).toEqual(['transaction.updated', 0]);
  });

  it('is told with the merchant, where that is known in time', async () => {
    await of.register(receiver.url);
    // The purchase is of now: it is waited for.
    of.of.world.now = BigInt(of.time.now()) * 1_000n;
    await of.do(ann, authorise('1', 100n));
    const [purchase] = await of.of.ledger.streams.read(ann, ({ transactions }) => [...transactions.keys()]);
    await until('it is begun', async () => of.waiting() === 1);
    await of.of.enrich(ann, purchase ?? ('' as TransactionId), {
      merchantId: 'merch_0000shop' as never,
      merchantName: 'The Corner Shop',
    });
    await tellsOf(1);
    expect(receiver.received[0]?.body.data).toMatchObject({
      category: 'groceries',
      merchant: { id: 'merch_0000shop', name: 'The Corner Shop', address: { latitude: 0 } },
    });
  });

  it('is told without the merchant, where that is not known in time', async () => {
    await of.register(receiver.url);
    of.of.world.now = BigInt(of.time.now()) * 1_000n;
    await of.do(ann, authorise('1', 100n));
    await until('it is begun', async () => of.waiting() === 1);
    expect(receiver.received).toEqual([]);
    of.time.advance(2_500);
    await tellsOf(1);
    expect(receiver.received[0]?.body.data).toMatchObject({ merchant: null });
  });

  it('hears of its own account alone, from its registration on, until it is removed', async () => {
    await of.do(ann, fund(1n, 'before'));
    const id = await of.register(receiver.url);
    await of.do(bob, fund(2n, 'others'));
    await of.do(ann, fund(3n, 'own'));
    await tellsOf(1);
    await of.first.answers.remove({ webhookId: id }, context);
    await of.register(receiver.url);
    await of.do(ann, fund(4n, 'after'));
    await tellsOf(2);
    expect(told().map(([, amount]) => amount)).toEqual([3, 4]);
    expect(await of.log(id)).toEqual([]);
  });

  it('hears nothing of an account that its user has no more', async () => {
    const id = await of.register(receiver.url, { userId: 'user_gone' });
    const other = await of.register(receiver.url);
    await of.do(ann, fund(1n, 'p'));
    await tellsOf(1);
    expect(await of.log(id)).toEqual([]);
    expect(await of.log(other)).toHaveLength(1);
    expect(await of.first.metric('webhook_attempts_total')).toEqual([
      'webhook_attempts_total{outcome="dropped"} 1',
      'webhook_attempts_total{outcome="delivered"} 1',
    ]);
  });

  it('is told once for each registration of the same url', async () => {
    const ids = [await of.register(receiver.url), await of.register(receiver.url)];
    await of.do(ann, fund(1n, 'p'));
    await tellsOf(2);
    expect(new Set(ids).size).toBe(2);
    expect(new Set(receiver.received.map(({ headers }) => headers['webhook-id'])).size).toBe(2);
  });
});

describe('the webhooks of a joint account', () => {
  it('are shown to whoever registered them; to a caller of the release before, which names no user, all of the client', async () => {
    const mine = await of.register(receiver.url);
    const theirs = await of.register(receiver.url, { userId: 'user_bob' });
    const clientId = 'oauth2client_spec';
    const shown = async (asking: { clientId: string; userId?: string }) =>
      (await of.first.answers.list({ accountId: ann, ...asking }, context)).webhooks.map(({ id }) => id);
    expect(await shown({ clientId, userId: 'user_bob' })).toEqual([theirs]);
    expect((await shown({ clientId })).sort()).toEqual([mine, theirs].sort());
    expect(await shown({ clientId: 'oauth2client_other' })).toEqual([]);
    const { find } = of.first.answers;
    expect((await find({ webhookId: mine, clientId, userId: 'user_bob' }, context)).found).toBeNull();
    expect((await find({ webhookId: mine, clientId }, context)).found).toMatchObject({ id: mine });
  });
});
