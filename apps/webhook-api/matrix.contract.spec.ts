// Every endpoint of webhooks with every state of a token, and with what is another's: nothing of theirs is shown, nor that it exists.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mine, others, type Sent, unknownAccount } from '../api/api-service.suite.js';
import { OTHER_CLIENT, WebhookApiService } from './webhook-api-service.suite.js';

interface Ids {
  readonly account: string;
  readonly webhook: string;
}

interface Endpoint {
  readonly name: string;
  readonly ask: (ids: Ids, how: Sent) => ReturnType<WebhookApiService['send']>;
  /** What is somebody else's comes to. */
  readonly foreign: readonly [status: number, code: string];
}

let api: WebhookApiService;
let foreign: Ids;
let ofOtherClient: Ids;
let unknown: Ids;

const FORBIDDEN = [403, 'forbidden.insufficient_permissions'] as const;
const NOT_FOUND = [404, 'not_found.webhook'] as const;
const url = 'https://hooks.example/';
const endpoints: readonly Endpoint[] = [
  {
    name: 'POST /webhooks',
    ask: ({ account }, how) => api.form('/webhooks', { account_id: account, url }, how),
    foreign: FORBIDDEN,
  },
  {
    name: 'GET /webhooks',
    ask: ({ account }, how) => api.get(`/webhooks?account_id=${account}`, how),
    foreign: FORBIDDEN,
  },
  {
    name: 'GET /webhooks/{id}/secret',
    ask: ({ webhook }, how) => api.get(`/webhooks/${webhook}/secret`, how),
    foreign: NOT_FOUND,
  },
  {
    name: 'GET /webhooks/{id}/deliveries',
    ask: ({ webhook }, how) => api.get(`/webhooks/${webhook}/deliveries`, how),
    foreign: NOT_FOUND,
  },
  {
    name: 'POST /webhooks/{id}/replay',
    ask: ({ webhook }, how) => api.form(`/webhooks/${webhook}/replay`, { since: '2026-05-01T00:00:00Z' }, how),
    foreign: NOT_FOUND,
  },
  {
    name: 'DELETE /webhooks/{id}',
    ask: ({ webhook }, how) => api.send(`/webhooks/${webhook}`, { method: 'DELETE', ...how }),
    foreign: NOT_FOUND,
  },
];

/** An own webhook, anew for each test: it may be removed, and there may be ten. */
async function withOwn<Result>(use: (own: Ids) => Promise<Result>): Promise<Result> {
  const webhook = await api.register(mine);
  const result = await use({ account: mine, webhook });
  const { body } = await api.get(`/webhooks?account_id=${mine}`);
  for (const { id } of body.webhooks) await api.send(`/webhooks/${id}`, { method: 'DELETE' });
  return result;
}

beforeAll(async () => {
  api = await WebhookApiService.start();
  foreign = { account: others, webhook: await api.register(others, url, 'token-of-2') };
  ofOtherClient = { account: mine, webhook: await api.register(mine, url, OTHER_CLIENT) };
  unknown = { account: unknownAccount, webhook: foreign.webhook.replace(/.{4}$/, 'zzzz') };
});

afterAll(async () => {
  await api.stop();
  expect(api.reported).toEqual([]);
});

const states: readonly [state: string, how: Sent, status: number, code: string][] = [
  ['no token', { token: null }, 401, 'unauthorized.auth_required'],
  ['another scheme', { token: null, headers: { authorization: 'Basic YTpi' } }, 401, 'unauthorized.bad_access_token'],
  ['an unknown token', { token: 'nobodys' }, 401, 'unauthorized.bad_access_token'],
  ['an expired token', { token: 'expired' }, 401, 'unauthorized.bad_access_token.expired'],
  ['an evicted token', { token: 'evicted' }, 401, 'unauthorized.bad_access_token.evicted'],
  ['an unapproved token', { token: 'unapproved' }, 403, 'forbidden.insufficient_permissions'],
];

describe.each(endpoints)('$name', ({ name, ask, foreign: refused }) => {
  it('is answered with exactly 200 to the one whose it is, as it is described', async () => {
    const { status, body } = await withOwn((own) => ask(own, {}));
    expect(status).toBe(200);
    const [method = '', path = ''] = name.split(' ');
    const { paths } = (await api.get('/openapi.json', { token: null })).body;
    const described = paths[path.replace('{id}', '{webhook_id}')][method.toLowerCase()];
    const { properties } = described.responses[200].content['application/json'].schema;
    expect(Object.keys(body).sort()).toEqual(Object.keys(properties).sort());
  });

  it.each(states)('with %s is refused', async (_, how, status, code) => {
    await withOwn(async (own) => {
      const answer = await ask(own, how);
      expect([answer.status, answer.body.code]).toEqual([status, code]);
      if (status === 401) expect(answer.body.error).toBe('invalid_token');
    });
  });

  it('answers the same for what is another user’s, another client’s and for what is not there', async () => {
    const theirs = await ask(foreign, {});
    const nowhere = await ask(unknown, {});
    expect([theirs.status, theirs.body.code]).toEqual(refused);
    expect([nowhere.status, nowhere.body]).toEqual([theirs.status, theirs.body]);
    if (refused === FORBIDDEN) return;
    const elsewhere = await ask(ofOtherClient, {});
    expect([elsewhere.status, elsewhere.body]).toEqual([nowhere.status, nowhere.body]);
  });
});
