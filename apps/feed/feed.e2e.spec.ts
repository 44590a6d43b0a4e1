// The feed over HTTP.
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { TransactionId } from '@tallystick/ledger-core';
import { authorise, clear, open, refund } from '@tallystick/ledger-core/account/commands.suite';
import { account, FeedService, mine, nobodys, others, staffToken } from './feed-service.suite.js';

let service: FeedService;

beforeEach(async () => {
  service = await FeedService.start();
});

afterEach(async () => {
  await service.stop();
  expect(service.reported).toEqual([]);
});

describe('a page of the feed', () => {
  it('shows the items newest first, and goes on after the last one', async () => {
    for (let n = 0; n < 3; n++) await service.pay();
    const paid = await service.pay();
    await service.of.ledger.given(account, clear(paid, 10n, 'k'), refund(paid, 4n));
    const { status, body } = await service.get(`/feed/items?${mine}&limit=3&`, {
      'x-min-ledger-position': await service.head(),
    });
    expect(status).toBe(200);
    expect(body.items).toHaveLength(3);
    expect(body.cursor).toBe(await service.head());
    const rest = await service.get(`/feed/items?${mine}&before=${body.items[2].id}`);
    expect(rest.body.items).toHaveLength(2);
    const shown = [...body.items, ...rest.body.items].find(({ refunded }) => refunded === 4);
    expect(shown).toMatchObject({
      id: expect.stringMatching(/^tx_0000/),
      account_id: account,
      created: '2026-05-01T00:00:00.000Z',
      kind: 'card',
      status: 'SETTLED',
      amount: -10,
      currency: 'GBP',
      category: 'general',
      merchant: null,
      include_in_spending: true,
      basic: null,
    });
    expect((await service.get(`/feed/items/${shown.id}?${mine}`)).body).toEqual({ item: shown });
  });

  it('shows who was paid and where', async () => {
    await service.pay();
    const [one] = (await service.of.list(account)).filter(({ kind }) => kind === 'card');
    const place = { address: null, city: 'Dublin', region: null, country: 'IRL', postcode: null };
    const location = { ...place, latitude: 53_349_800, longitude: null };
    await service.of.enrich(account, one?.id as TransactionId, { location });
    await service.of.fill();
    const { body } = await service.get(`/feed/items/${one?.id}?${mine}`);
    expect(body.item).toMatchObject({
      category: 'groceries',
      merchant: { id: null, name: 'Corner Shop', location: { ...place, latitude: 53.3498, longitude: null } },
    });
  });

  it('refuses an amount that JSON can not hold', async () => {
    const most = 2n ** 53n - 1n;
    const parts = ['k1', 'k2'].map((key) => clear('x', most, key, { final: false }));
    await service.of.ledger.given(account, authorise('x', 1n), ...parts);
    await service.of.fill();
    const { status, body } = await service.get(`/feed/items?${mine}`);
    expect([status, body.code]).toEqual([422, 'unprocessable.amount_out_of_range']);
  });
});

describe('the changes since a cursor', () => {
  it('are each item once, until there are no more', async () => {
    const { body: page } = await service.get(`/feed/items?${mine}`);
    for (let n = 0; n < 2; n++) await service.pay();
    await service.of.ledger.given(account, clear(await service.pay(), 9n, 'k'));
    await service.of.fill();
    const first = await service.get(`/feed/changes?${mine}&since=${page.cursor}&limit=2`);
    expect(first.body).toMatchObject({ more: true, items: [{ amount: -10 }, { amount: -10 }] });
    const second = await service.get(`/feed/changes?${mine}&since=${first.body.cursor}`);
    expect(second.body).toMatchObject({ more: false, cursor: await service.head(), items: [{ amount: -9 }] });
    expect((await service.get(`/feed/changes?${mine}&since=${second.body.cursor}`)).body.items).toEqual([]);
  });
});

describe('access', () => {
  const paths = ['/feed/items?', '/feed/items/tx_1?', '/feed/changes?since=jrnl1.0&', '/feed/live?'];
  const all = [...paths, '/feed/spending?from=2026-05-01&to=2026-05-02&by=day&'];

  it.each(all)('is for an account’s owner and the staff: %s', async (path) => {
    expect((await service.get(`${path}account_id=${others}`)).body.code).toBe('forbidden.insufficient_permissions');
    expect((await service.get(`${path}account_id=${nobodys}`)).body.code).toBe('forbidden.insufficient_permissions');
    const none = await fetch(`${service.url}${path}${mine}`);
    expect([none.status, JSON.parse(await none.text()).code]).toEqual([401, 'unauthorized.auth_required']);
    const guess = await service.get(`${path}${mine}`, { authorization: 'Bearer customer_user_1_guess' });
    expect([guess.status, guess.body.code]).toEqual([401, 'unauthorized.bad_access_token']);
  });

  it('lets the staff see any', async () => {
    const authorization = `Bearer ${staffToken}`;
    expect((await service.get(`/feed/items?account_id=${others}`, { authorization })).body.items).toHaveLength(1);
  });

  it('has a new account at once, where its owner names what they wrote', async () => {
    await service.of.ledger.given(nobodys, open({ accountId: nobodys, owners: ['user_1'] }));
    const headers = { 'x-min-ledger-position': await service.head() };
    expect((await service.get(`/feed/items?account_id=${nobodys}`, headers)).status).toBe(200);
  });
});

describe('a request that is wrong', () => {
  it.each<[string, number, string]>([
    ['/feed/items', 400, 'bad_request.missing_param.account_id'],
    ['/feed/items?account_id=1', 400, 'bad_request.bad_param.account_id'],
    [`/feed/items?${mine}&limit=0`, 400, 'bad_request.bad_param.limit'],
    [`/feed/items?${mine}&limit=101`, 400, 'bad_request.bad_param.limit'],
    [`/feed/items?${mine}&before=tx_1`, 400, 'bad_request.bad_param.before'],
    [`/feed/items/tx_1?${mine}`, 404, 'not_found.item'],
    [`/feed/changes?${mine}`, 400, 'bad_request.missing_param.since'],
    [`/feed/changes?${mine}&since=1`, 400, 'bad_request.bad_param.since'],
    [`/feed/changes?${mine}&since=other.1`, 400, 'bad_request.bad_param.since'],
    [`/feed/live?${mine}&since=other.1`, 400, 'bad_request.bad_param.since'],
    [`/feed/spending?${mine}&to=2026-05-01&by=day`, 400, 'bad_request.missing_param.from'],
    [`/feed/spending?${mine}&from=2026-02-30&to=2026-05-01&by=day`, 400, 'bad_request.bad_param.from'],
    [`/feed/spending?${mine}&from=2026-05-02&to=2026-05-01&by=day`, 400, 'bad_request.bad_time_range'],
    [`/feed/spending?${mine}&from=2020-05-02&to=2026-05-01&by=day`, 400, 'bad_request.invalid_time_range'],
    [`/feed/spending?${mine}&from=2026-05-01&to=2026-05-01&by=year`, 400, 'bad_request.bad_param.by'],
  ])('says so: GET %s', async (path, status, code) => {
    const answer = await service.get(path);
    expect([answer.status, answer.body.code]).toEqual([status, code]);
  });

  it('says so: a position of another ledger', async () => {
    const { body } = await service.get(`/feed/items?${mine}`, { 'x-min-ledger-position': 'other.1' });
    expect(body.code).toBe('bad_request.bad_param.x-min-ledger-position');
  });
});

describe('what was spent', () => {
  it('is shown by day', async () => {
    await service.pay();
    await service.of.fill();
    const { body } = await service.get(`/feed/spending?${mine}&from=2026-05-01&to=2026-05-01&by=day`);
    expect(body).toEqual({
      spending: [{ period: '2026-05-01', category: 'general', currency: 'GBP', amount: 10, transactions: 1 }],
    });
  });
});
