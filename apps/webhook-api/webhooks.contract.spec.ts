// Webhooks as customers' programs know them (customer API, section 11), and what there is beyond.
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { joint, mine } from '../api/api-service.suite.js';
import { isSigned, Receiver } from '../webhook/receiver.suite.js';
import { until } from '../webhook/webhooks-over-memory.suite.js';
import { OTHER_CLIENT, WebhookApiService } from './webhook-api-service.suite.js';

const URL_OF = 'https://hooks.example/';

let api: WebhookApiService;

beforeAll(async () => {
  api = await WebhookApiService.start();
});

afterEach(async () => {
  for (const account of [mine, joint])
    for (const token of ['token-of-1', OTHER_CLIENT])
      for (const id of await ids(account, token)) await api.send(`/webhooks/${id}`, { method: 'DELETE', token });
});

afterAll(async () => {
  await api.stop();
  expect(api.reported).toEqual([]);
});

async function ids(account: string = mine, token = 'token-of-1'): Promise<string[]> {
  const { body } = await api.get(`/webhooks?account_id=${account}`, { token });
  return body.webhooks.map(({ id }: { id: string }) => id);
}

describe('POST /webhooks', () => {
  it('registers a url, from a form and from JSON', async () => {
    const fields = { account_id: mine, url: URL_OF };
    for (const answer of [await api.form('/webhooks', fields), await api.json('/webhooks', fields)]) {
      expect(answer.status).toBe(200);
      expect(answer.body).toEqual({
        webhook: { id: expect.stringMatching(/^webhook_0000[0-9A-Za-z]{18}$/), account_id: mine, url: URL_OF },
      });
    }
  });

  it('makes two of the same url, and ten at most for a client and an account', async () => {
    const made = new Set<string>();
    for (let n = 0; n < 10; n++) made.add(await api.register(mine));
    expect(made.size).toBe(10);
    expect(new Set(await ids())).toEqual(made);
    const tooMany = await api.form('/webhooks', { account_id: mine, url: URL_OF });
    expect(tooMany).toMatchObject({ status: 400, body: { code: 'bad_request.too_many_webhooks' } });
    expect(await api.register(mine, URL_OF, OTHER_CLIENT)).toMatch(/^webhook_/);
    expect(await api.register(joint)).toMatch(/^webhook_/);
    await api.send(`/webhooks/${[...made][0]}`, { method: 'DELETE' });
    expect(await api.register(mine)).toMatch(/^webhook_/);
  });

  it('makes ten at most, however many are asked for at once', async () => {
    const asked = Array.from({ length: 25 }, () => api.form('/webhooks', { account_id: mine, url: URL_OF }));
    const statuses = (await Promise.all(asked)).map(({ status }) => status);
    expect(statuses.filter((status) => status === 200)).toHaveLength(10);
    expect(await ids()).toHaveLength(10);
  });

  it.each([
    ['no url', { account_id: mine }, 'bad_request.missing_param.url'],
    ['no account', { url: URL_OF }, 'bad_request.missing_param.account_id'],
    ['an empty url', { account_id: mine, url: '' }, 'bad_request.bad_param.url'],
    ['a path', { account_id: mine, url: '/hook' }, 'bad_request.bad_param.url'],
    ['no scheme', { account_id: mine, url: 'hooks.example/x' }, 'bad_request.bad_param.url'],
    ['another scheme', { account_id: mine, url: 'ftp://hooks.example/' }, 'bad_request.bad_param.url'],
    ['a file', { account_id: mine, url: 'file:///etc/passwd' }, 'bad_request.bad_param.url'],
    ['a name and password', { account_id: mine, url: 'https://a:b@hooks.example/' }, 'bad_request.bad_param.url'],
    ['a fragment', { account_id: mine, url: 'https://hooks.example/#a' }, 'bad_request.bad_param.url'],
    ['an empty fragment', { account_id: mine, url: 'https://hooks.example/#' }, 'bad_request.bad_param.url'],
    ['a space', { account_id: mine, url: 'https://hooks.example/a b' }, 'bad_request.bad_param.url'],
    ['a line break', { account_id: mine, url: 'https://hooks.example/\r\nx: y' }, 'bad_request.bad_param.url'],
    ['a backslash', { account_id: mine, url: 'https:\\\\hooks.example/' }, 'bad_request.bad_param.url'],
    ['no host', { account_id: mine, url: 'https://' }, 'bad_request.bad_param.url'],
    ['a bad port', { account_id: mine, url: 'https://hooks.example:99999/' }, 'bad_request.bad_param.url'],
    ['2049 characters', { account_id: mine, url: URL_OF.padEnd(2_049, 'x') }, 'bad_request.bad_param.url'],
    ['an unknown type', { account_id: mine, url: URL_OF, 'types[]': 'balance.drained' }, 'bad_request.bad_param.types'],
  ])('is refused with %s', async (_, fields, code) => {
    const form = Object.fromEntries(Object.entries(fields));
    for (const answer of [await api.form('/webhooks', form), await api.json('/webhooks', fields)])
      expect(answer).toMatchObject({ status: 400, body: { code } });
    expect(await ids()).toEqual([]);
  });

  it('takes a url of 2048 characters', async () => {
    expect(await api.register(mine, URL_OF.padEnd(2_048, 'x'))).toMatch(/^webhook_/);
  });

  it('is refused where the url leads into a private network, unless that is allowed', async () => {
    const careful = await WebhookApiService.start({ webhooks: { allowPrivateAddresses: false, allowedNetworks: [] } });
    for (const url of ['http://127.0.0.1/', 'http://localhost/', 'http://[::1]/', 'http://169.254.169.254/'])
      expect(await careful.form('/webhooks', { account_id: mine, url })).toMatchObject({
        status: 400,
        body: { code: 'bad_request.bad_param.url' },
      });
    expect(await careful.register(mine)).toMatch(/^webhook_/);
    await careful.stop();
  });
});

describe('GET /webhooks', () => {
  it('lists this client’s of the account, in the order of their registration', async () => {
    expect((await api.get(`/webhooks?account_id=${mine}`)).body).toEqual({ webhooks: [] });
    const first = await api.register(mine, 'https://one.example/');
    const second = await api.register(mine, 'https://two.example/');
    await api.register(joint, 'https://three.example/');
    await api.register(mine, 'https://four.example/', OTHER_CLIENT);
    expect((await api.get(`/webhooks?account_id=${mine}`)).body).toEqual({
      webhooks: [
        { id: first, account_id: mine, url: 'https://one.example/' },
        { id: second, account_id: mine, url: 'https://two.example/' },
      ],
    });
  });

  it('needs an account', async () => {
    const answer = await api.get('/webhooks');
    expect(answer).toMatchObject({ status: 400, body: { code: 'bad_request.missing_param.account_id' } });
  });
});

describe('DELETE /webhooks/{id}', () => {
  it.each([undefined, ''])('removes it, with the body %p', async (body) => {
    const id = await api.register(mine);
    const type = 'application/x-www-form-urlencoded';
    const how = { method: 'DELETE', ...(body === undefined ? {} : { body, type }) };
    expect(await api.send(`/webhooks/${id}`, how)).toMatchObject({ status: 200, body: {} });
    expect(await ids()).toEqual([]);
    expect(await api.send(`/webhooks/${id}`, how)).toMatchObject({ status: 404, body: { code: 'not_found.webhook' } });
  });
});

describe('what was sent', () => {
  let receiver: Receiver;

  beforeAll(async () => {
    receiver = await Receiver.start();
  });
  afterAll(() => receiver.stop());

  it('is signed with the secret, is in the log page by page, and can be sent again', async () => {
    const id = await api.register(mine, receiver.url);
    const { body: given, headers } = await api.get(`/webhooks/${id}/secret`);
    expect(given).toEqual({ secret: expect.stringMatching(/^whsec_[0-9A-Za-z+/]{43}=$/) });
    expect(headers.get('cache-control')).toBe('no-store');
    for (let n = 0; n < 5; n++) await api.payIn(mine);
    const log = `/webhooks/${id}/deliveries`;
    await until('all is delivered', async () => {
      const { deliveries } = (await api.get(log)).body;
      return deliveries.length === 5 && deliveries.every(({ status }: { status: string }) => status === 'delivered');
    });
    for (const request of receiver.received) expect(isSigned(request, given.secret)).toBe(true);
    const first = (await api.get(`${log}?limit=3`)).body.deliveries;
    expect(first[0]).toEqual({
      id: expect.stringMatching(/^whd_[a-z]{32}$/),
      type: 'transaction.created',
      transaction_id: receiver.received[0]?.body.data.id,
      created: receiver.received[0]?.body.data.created,
      status: 'delivered',
      attempts: [{ at: expect.stringMatching(/Z$/), status: 200, failure: null, duration_ms: expect.any(Number) }],
      next_attempt: null,
    });
    const rest = (await api.get(`${log}?since=${first[2].id}`)).body.deliveries;
    expect(rest).toHaveLength(2);
    expect((await api.get(`${log}?since=${rest[0].created}`)).body.deliveries).toEqual(rest);
    const again = await api.form(`/webhooks/${id}/replay`, { since: first[2].id });
    expect(again).toMatchObject({ status: 200, body: { replayed: 2 } });
    await until('they come again', () => receiver.received.length === 7);
  });

  it.each([
    ['/deliveries?limit=0', 'limit'],
    ['/deliveries?limit=many', 'limit'],
    ['/deliveries?since=yesterday', 'since'],
  ])('is not shown for %s', async (path, name) => {
    const id = await api.register(mine);
    const answer = await api.get(`/webhooks/${id}${path}`);
    expect(answer).toMatchObject({ status: 400, body: { code: `bad_request.bad_param.${name}` } });
  });

  it.each([
    [{}, 'bad_request.missing_param.since'],
    [{ since: '' }, 'bad_request.bad_param.since'],
    [{ since: 'whd_1' }, 'bad_request.bad_param.since'],
  ])('is not sent again for %p', async (fields, code) => {
    const id = await api.register(mine);
    const form: Record<string, string> = { ...fields };
    expect(await api.form(`/webhooks/${id}/replay`, form)).toMatchObject({ status: 400, body: { code } });
  });

  it.each([
    ['types[]=transaction.updated&types[]=transaction.created', 'form'],
    ['types[]=transaction.updated%2Ctransaction.created', 'form'],
    [['transaction.updated', 'transaction.created'], 'json'],
  ])('is of the types that were asked for: %p', async (types, how) => {
    const before = receiver.received.length;
    const fields = { account_id: mine, url: receiver.url };
    const answer =
      how === 'form'
        ? await api.form('/webhooks', `${new URLSearchParams(fields)}&${types}`)
        : await api.json('/webhooks', { ...fields, types });
    expect(answer.status).toBe(200);
    const { recordStore } = api.of.world;
    const record = recordStore.collections.get('webhooks-by-account')?.get(mine);
    const [{ types: kept }] = JSON.parse(Buffer.from(record?.value ?? []).toString());
    expect(kept).toEqual(['transaction.created', 'transaction.updated']);
    expect(receiver.received).toHaveLength(before);
  });
});
