// Transactions over HTTP, as the customer API's contract says (section 7).
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { MerchantId, TransactionId } from '@tallystick/ledger-core';
import { authorise, clear, refund } from '@tallystick/ledger-core/account/commands.suite';
import { checkAsync } from '@tallystick/ledger-core/account/replayable.suite';
import fc from 'fast-check';
import { DAY, SECOND } from '../ledger/ledger-over-memory.suite.js';
import { ApiService, joint, mine } from './api-service.suite.js';

interface Shown {
  readonly id: string;
  readonly created: string;
  readonly amount: number;
  readonly merchant: unknown;
}

let api: ApiService;

beforeEach(async () => {
  api = await ApiService.start();
});

afterEach(async () => {
  await api.stop();
  expect(api.reported).toEqual([]);
});

async function page(query = '', account = mine): Promise<Shown[]> {
  const { status, body } = await api.get(`/transactions?account_id=${account}${query}`);
  expect(status).toBe(200);
  return body.transactions;
}

/** As clients do it: each page since the last id of the page before, until one is short. */
async function everyPage(limit: number, between: () => Promise<void> = async () => undefined): Promise<string[]> {
  const ids: string[] = [];
  for (;;) {
    const last = ids.at(-1);
    const rows = await page(`&limit=${limit}${last === undefined ? '' : `&since=${last}`}`);
    ids.push(...rows.map(({ id }) => id));
    if (rows.length < limit) return ids;
    await between();
  }
}

let messages = 0;
const pay = (count: number, amount = 1n) =>
  api.do(mine, ...Array.from({ length: count }, () => authorise(`m${messages++}`, amount)));

describe('an account with transactions', () => {
  it('shows them oldest first, thirty where no limit is given, a hundred at most', async () => {
    await pay(110);
    const all = await page('&limit=500');
    expect(all).toHaveLength(100);
    expect((await page()).map(({ id }) => id)).toEqual(all.slice(0, 30).map(({ id }) => id));
    expect(all.map(({ created }) => created)).toEqual(all.map(({ created }) => created).sort());
  });

  it('has since inclusive for a time and exclusive for an id, before exclusive', async () => {
    await pay(5);
    const [first, second, third, fourth, ...rest] = await page();
    const of = (rows: readonly Shown[]) => rows.map(({ id }) => id);
    expect(of(await page(`&since=${second?.created}`))).toEqual(of([second, third, fourth, ...rest] as Shown[]));
    expect(of(await page(`&since=${second?.id}`))).toEqual(of([third, fourth, ...rest] as Shown[]));
    expect(of(await page(`&before=${third?.created}`))).toEqual(of([first, second] as Shown[]));
    expect(of(await page(`&since=${second?.id}&before=${fourth?.created}`))).toEqual(of([third] as Shown[]));
    expect(await page(`&since=${rest.at(-1)?.id}`)).toEqual([]);
    const raw = second?.created.replace('T', ' ').replace('Z', '+00:00');
    expect(of(await page(`&since=${raw}&limit=1`))).toEqual(of([second] as Shown[]));
    expect(of(await page(`&since=${encodeURIComponent(String(raw))}&limit=1`))).toEqual(of([second] as Shown[]));
  });

  it('keeps a cursor that was amended since', async () => {
    await api.do(mine, authorise('amended', 10n));
    await pay(2);
    const all = await page();
    await api.do(mine, clear('amended', 12n));
    const cursor = all.at(-3)?.id;
    expect((await page(`&since=${cursor}`)).map(({ id }) => id)).toEqual(all.slice(-2).map(({ id }) => id));
  });

  it('does not show what is dated ahead until its time has come, unless it is asked for', async () => {
    const before = await page();
    await api.of.ledger.do(mine, authorise('ahead', 5n), { effectiveAt: api.of.world.now + DAY });
    await api.fill();
    expect(await page()).toEqual(before);
    const later = new Date(Number((api.of.world.now + 2n * DAY) / 1000n)).toISOString();
    expect(await page(`&before=${later}`)).toHaveLength(before.length + 1);
    api.of.world.now += DAY;
    expect(await page()).toHaveLength(before.length + 1);
  });

  it.each([
    ['&limit=0', 400, 'bad_request.bad_param.limit'],
    ['&limit=many', 400, 'bad_request.bad_param.limit'],
    ['&since=soon', 400, 'bad_request.bad_param.since'],
    ['&since=tx_0000none', 400, 'bad_request.bad_param.since'],
    ['&since=tx_000000VIK1dFQQ8KHKVaq3', 400, 'bad_request.bad_param.since'],
    ['&before=tx_000000VIK1dFQQ8KHKVaq3', 400, 'bad_request.bad_param.before'],
    ['&since=2026-05-01T00:00:00Z&before=2026-04-01T00:00:00Z', 400, 'bad_request.bad_time_range'],
    ['&since=2025-01-01T00:00:00Z', 400, 'bad_request.invalid_time_range'],
    ['&since=2026-01-01T00:00:00Z', 403, 'forbidden.verification_required'],
  ])('asked with %p is answered with %p %p', async (query, status, code) => {
    const answer = await api.get(`/transactions?account_id=${mine}${query}`);
    expect([answer.status, answer.body.code]).toEqual([status, code]);
  });

  it('refuses another account’s cursor as it refuses an unknown one', async () => {
    const [theirs] = await page('', joint);
    const answer = await api.get(`/transactions?account_id=${mine}&since=${theirs?.id}`);
    expect(answer).toMatchObject({ status: 400, body: { code: 'bad_request.bad_param.since' } });
  });

  it('is shown whole for a few minutes after an approval only, once it is old', async () => {
    const [first] = await page();
    const status = async (query: string, token = 'token-of-1') =>
      (await api.get(`/transactions?account_id=${mine}${query}`, { token })).status;
    api.of.world.now += 90n * DAY;
    const recent = new Date(Number((api.of.world.now - 89n * DAY) / 1000n)).toISOString();
    expect(await status('')).toBe(403);
    expect(await status(`&since=${first?.id}`)).toBe(403);
    expect(await status(`&since=${recent}`)).toBe(200);
    expect((await api.get(`/transactions/${first?.id}`)).status).toBe(200);
    const known = { userId: 'user_1', clientId: 'c', approved: true, wholeHistoryUntil: api.of.world.now + SECOND };
    api.tokens.set('approved-now', { known, refused: null });
    expect(await status('', 'approved-now')).toBe(200);
    api.of.world.now += SECOND;
    expect(await status('', 'approved-now')).toBe(403);
  });

  it('shows what the view has not seen yet to whom its id was told, and goes on from there', async () => {
    const unseen = async (n: string) => {
      api.of.world.now += SECOND;
      const outcome = await api.of.ledger.do(mine, authorise(n, 425n), { effectiveAt: api.of.world.now });
      return outcome.kind === 'rejected' ? undefined : outcome.answer.transactionId;
    };
    const id = await unseen('told-1');
    expect((await api.get(`/transactions/${id}`)).body).toMatchObject({ transaction: { id, amount: -425 } });
    const next = await unseen('told-2');
    const answer = await api.get(`/transactions?account_id=${mine}&since=${next}`);
    expect(answer).toMatchObject({ status: 200, body: { transactions: [] } });
  });

  it('misses nothing that was under way while it looked for a cursor that the view had not seen', async () => {
    const buy = async (n: string, seconds: bigint) => {
      const outcome = await api.of.ledger.do(mine, authorise(n, 1n), {
        effectiveAt: api.of.world.now + seconds * SECOND,
      });
      return outcome.kind === 'rejected' ? undefined : outcome.answer.transactionId;
    };
    const told = await buy('told', 1n);
    const later = await buy('later', 3n);
    api.of.world.now += 4n * SECOND;
    let late: string | null | undefined;
    const fill = api.fill.bind(api);
    api.fill = async () => {
      await fill();
      late ??= await buy('late', -2n);
    };
    const { body } = await api.get(`/transactions?account_id=${mine}&since=${told}`);
    expect(body.transactions.map(({ id }: Shown) => id)).toEqual([late, later]);
  });

  it('shows one by its id, from whichever of the user’s accounts', async () => {
    for (const account of [mine, joint]) {
      const [one] = await page('', account);
      expect((await api.get(`/transactions/${one?.id}/?account_id=${mine}`)).body).toEqual({ transaction: one });
    }
  });
});

describe('a payment whose merchant is known', () => {
  it('has the merchant’s id, or all of it where it is expanded, however that is written', async () => {
    await api.do(mine, authorise('shop', 10n), clear('shop', 10n), refund('shop', 4n));
    const rows = await page();
    const [original, refunded] = rows.slice(-2);
    const enriched = { merchantId: 'merch_0000spec' as MerchantId };
    await api.of.enrich(mine, original?.id as TransactionId, enriched);
    await api.of.enrich(mine, refunded?.id as TransactionId, {
      ...enriched,
      originalTransactionId: original?.id as TransactionId,
    });
    await api.fill();
    const merchants = async (query: string) => (await page(query)).slice(-2).map(({ merchant }) => merchant);
    expect(await merchants('')).toEqual(['merch_0000spec', 'merch_0000spec']);
    const whole = expect.objectContaining({ id: 'merch_0000spec', name: 'Corner Shop', category: 'groceries' });
    for (const expansion of [
      'expand[]=merchant',
      'expand%5B%5D=merchant',
      'expand=merchant',
      'expand[]=account&expand[]=merchant',
    ])
      expect(await merchants(`&${expansion}`)).toEqual([whole, whole]);
    expect(await merchants('&expand[]=everything')).toEqual(['merch_0000spec', 'merch_0000spec']);
    expect((await page()).at(-1)).toMatchObject({ metadata: { original_transaction_id: original?.id } });
    const { body } = await api.get(`/transactions/${original?.id}?expand[]=merchant`);
    expect(body.transaction.merchant).toEqual(whole);
  });
});

describe('a reader who goes from page to page while transactions arrive', () => {
  it('misses none and sees none twice', async () => {
    await checkAsync(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 7 }),
        fc.array(fc.record({ count: fc.integer({ min: 0, max: 9 }), later: fc.integer({ min: 0, max: 2_000 }) }), {
          maxLength: 8,
        }),
        async (limit, arrivals) => {
          const waiting = [...arrivals];
          const seen = await everyPage(limit, async () => {
            const next = waiting.shift();
            if (next === undefined) return;
            api.of.world.now += BigInt(next.later) * 1000n;
            await pay(next.count);
          });
          const all = await everyPage(100);
          expect(new Set(seen).size).toBe(seen.length);
          expect(seen).toEqual(all.slice(0, seen.length));
        },
      ),
      20,
    );
  });
});
