// Every endpoint with every state of a token, and with what is another user's: nothing of theirs is shown, nor that it exists.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { GBP } from '@tallystick/ledger-core/account/specification.suite';
import { ApiService, mine, others, type Sent, unknownAccount } from './api-service.suite.js';

interface Endpoint {
  readonly name: string;
  /** With the ids that belong to an account. */
  readonly ask: (ids: Ids, how: Sent) => ReturnType<ApiService['send']>;
  /** What an id of somebody else comes to, where it takes one. */
  readonly foreign: readonly [status: number, code: string] | null;
}

interface Ids {
  readonly account: string;
  readonly pot: string;
  readonly transaction: string;
  readonly attachment: string;
  /** What its client calls it. */
  readonly receipt: string;
}

let api: ApiService;
let own: Ids;
let foreign: Ids;
let unknown: Ids;

const FORBIDDEN = [403, 'forbidden.insufficient_permissions'] as const;
const move = (account: string, field: string) => ({ [field]: account, amount: '1', dedupe_id: 'd' });
const receiptOf = (transaction_id: string, external_id: string) => ({
  transaction_id,
  external_id,
  total: 1,
  currency: 'GBP',
  items: [{ description: 'Tea', amount: 1, currency: 'GBP' }],
});
const endpoints: readonly Endpoint[] = [
  { name: 'GET /accounts', ask: (_, how) => api.get('/accounts', how), foreign: null },
  {
    name: 'GET /balance',
    ask: ({ account }, how) => api.get(`/balance?account_id=${account}`, how),
    foreign: FORBIDDEN,
  },
  {
    name: 'GET /pots',
    ask: ({ account }, how) => api.get(`/pots?current_account_id=${account}`, how),
    foreign: FORBIDDEN,
  },
  { name: 'GET /pots/{id}', ask: ({ pot }, how) => api.get(`/pots/${pot}`, how), foreign: [404, 'not_found.pot'] },
  {
    name: 'PUT /pots/{id}/deposit',
    ask: ({ pot, account }, how) => api.form('PUT', `/pots/${pot}/deposit`, move(account, 'source_account_id'), how),
    foreign: [404, 'not_found.pot'],
  },
  {
    name: 'PUT /pots/{id}/withdraw',
    ask: ({ pot, account }, how) =>
      api.form('PUT', `/pots/${pot}/withdraw`, move(account, 'destination_account_id'), how),
    foreign: [404, 'not_found.pot'],
  },
  {
    name: 'GET /transactions',
    ask: ({ account }, how) => api.get(`/transactions?account_id=${account}`, how),
    foreign: FORBIDDEN,
  },
  {
    name: 'GET /transactions/{id}',
    ask: ({ transaction }, how) => api.get(`/transactions/${transaction}`, how),
    foreign: [404, 'not_found.transaction'],
  },
  {
    name: 'PATCH /transactions/{id}',
    ask: ({ transaction }, how) => api.form('PATCH', `/transactions/${transaction}`, { 'metadata[a]': '1' }, how),
    foreign: [404, 'not_found.transaction'],
  },
  {
    name: 'POST /attachment/upload',
    ask: (_, how) => api.form('POST', '/attachment/upload', { file_name: 'a.png', file_type: 'image/png' }, how),
    foreign: null,
  },
  {
    name: 'POST /attachment/register',
    ask: ({ transaction }, how) => {
      const file = { file_url: 'https://files.example/1.png', file_type: 'image/png' };
      return api.form('POST', '/attachment/register', { external_id: transaction, ...file }, how);
    },
    foreign: [404, 'not_found.transaction'],
  },
  {
    name: 'POST /attachment/deregister',
    // Each asks for one that is there: it can be taken away once.
    ask: async ({ transaction, attachment }, how) => {
      const file = { external_id: transaction, file_url: 'https://files.example/2.png', file_type: 'image/png' };
      const there = await api.form('POST', '/attachment/register', file);
      const id = there.status === 200 ? there.body.attachment.id : attachment;
      return await api.form('POST', '/attachment/deregister', { id }, how);
    },
    foreign: [404, 'not_found.attachment'],
  },
  {
    name: 'PUT /transaction-receipts',
    ask: ({ transaction, receipt }, how) =>
      api.json('PUT', '/transaction-receipts', receiptOf(transaction, receipt), how),
    foreign: [404, 'not_found.transaction'],
  },
  {
    name: 'GET /transaction-receipts',
    ask: ({ receipt }, how) => api.get(`/transaction-receipts?external_id=${receipt}`, how),
    foreign: [404, 'not_found.receipt'],
  },
  {
    name: 'DELETE /transaction-receipts',
    ask: async ({ transaction, receipt }, how) => {
      await api.json('PUT', '/transaction-receipts', receiptOf(transaction, receipt));
      return await api.form('DELETE', '/transaction-receipts', { external_id: receipt }, how);
    },
    foreign: [404, 'not_found.receipt'],
  },
  {
    name: 'POST /feed',
    ask: ({ account }, how) => {
      const item = { account_id: account, type: 'basic', 'params[title]': 'Hello', 'params[image_url]': 'x.png' };
      return api.form('POST', '/feed', item, how);
    },
    foreign: FORBIDDEN,
  },
];

beforeAll(async () => {
  api = await ApiService.start();
  const idsOf = async (account: typeof mine, token: string): Promise<Ids> => {
    const pot = await api.openPot(account);
    await api.do(account, { type: 'DepositToPot', potId: pot, amount: 10n, currency: GBP });
    const { body } = await api.get(`/transactions?account_id=${account}`, { token });
    const transaction = body.transactions[0].id;
    const file = { external_id: transaction, file_url: 'https://files.example/0.png', file_type: 'image/png' };
    const attachment = (await api.form('POST', '/attachment/register', file, { token })).body.attachment.id;
    const receipt = `receipt of ${token}`;
    await api.json('PUT', '/transaction-receipts', receiptOf(transaction, receipt), { token });
    return { account, pot, transaction, attachment, receipt };
  };
  own = await idsOf(mine, 'token-of-1');
  foreign = await idsOf(others, 'token-of-2');
  const nothing = { attachment: 'attach_0000none', receipt: 'none' };
  const transaction = own.transaction.replace(/.{4}$/, 'zzzz');
  unknown = { account: unknownAccount, pot: 'pot_0000none', transaction, ...nothing };
});

afterAll(async () => {
  await api.stop();
  expect(api.reported).toEqual([]);
});

const states: readonly [state: string, how: Sent, status: number, code: string][] = [
  ['no token', { token: null }, 401, 'unauthorized.auth_required'],
  ['another scheme', { token: null, headers: { authorization: 'Basic YTpi' } }, 401, 'unauthorized.bad_access_token'],
  ['an empty token', { token: null, headers: { authorization: 'Bearer ' } }, 401, 'unauthorized.bad_access_token'],
  ['an unknown token', { token: 'nobodys' }, 401, 'unauthorized.bad_access_token'],
  ['an expired token', { token: 'expired' }, 401, 'unauthorized.bad_access_token.expired'],
  ['an evicted token', { token: 'evicted' }, 401, 'unauthorized.bad_access_token.evicted'],
  ['an unapproved token', { token: 'unapproved' }, 403, 'forbidden.insufficient_permissions'],
];

/** The schema that /openapi.json gives of the answer. */
async function schemaOf(name: string): Promise<object> {
  const [method = '', path = ''] = name.split(' ');
  const { paths } = (await api.get('/openapi.json', { token: null })).body;
  const known = Object.keys(paths).find((each) => each.replaceAll(/\{\w+\}/g, '{id}') === path) ?? path;
  return paths[known][method.toLowerCase()].responses[200].content['application/json'].schema;
}

/** Paths of what is answered and not described, or described and not answered. */
function fieldsBeyond(schema: object, value: unknown, path = ''): string[] {
  const {
    properties,
    required = [],
    items,
  } = schema as {
    properties?: Record<string, object>;
    required?: string[];
    items?: object;
  }; // JSON Schema
  if (items !== undefined && Array.isArray(value))
    return value.flatMap((each) => fieldsBeyond(items, each, `${path}[]`));
  if (properties === undefined || typeof value !== 'object' || value === null) return [];
  const missing = required.filter((field) => !(field in value)).map((field) => `${path}.${field} is missing`);
  const rest = Object.entries(value).flatMap(([field, inner]) => {
    const known = properties[field];
    return known === undefined ? [`${path}.${field} is not described`] : fieldsBeyond(known, inner, `${path}.${field}`);
  });
  return [...missing, ...rest];
}

describe.each(endpoints)('$name', ({ name, ask, foreign: refused }) => {
  it('is answered with exactly 200 to the one whose it is, as it is described', async () => {
    const { status, body } = await ask(own, {});
    expect(status).toBe(200);
    const described = await schemaOf(name);
    expect(fieldsBeyond(described, body)).toEqual([]);
  });

  it.each(states)('with %s is refused', async (_, how, status, code) => {
    const answer = await ask(own, how);
    expect([answer.status, answer.body.code]).toEqual([status, code]);
    const oauth = { error: 'invalid_token', error_description: answer.body.message };
    expect(answer.body).toEqual({
      code,
      message: expect.stringMatching(/./),
      params: {},
      retryable: {},
      ...(status === 401 ? oauth : {}),
    });
    expect(answer.headers.get('trace-id')).toMatch(/^[0-9a-f]{32}$/);
  });

  it('answers the same for what is another user’s and for what is not there', async () => {
    if (refused === null) return;
    const theirs = await ask(foreign, {});
    const nowhere = await ask(unknown, {});
    expect([theirs.status, theirs.body.code]).toEqual(refused);
    expect([nowhere.status, nowhere.body]).toEqual([theirs.status, theirs.body]);
  });

  it('is refused to whom no JSON may be sent', async () => {
    const answer = await ask(own, { headers: { accept: 'text/html, application/json;q=0' } });
    expect([answer.status, answer.body.code]).toEqual([406, 'not_acceptable']);
    for (const accept of ['*/*', 'application/json', 'text/html, application/json;q=0.5', 'application/*'])
      expect((await ask(own, { headers: { accept } })).status).toBe(200);
  });
});

describe('a path', () => {
  it('that is unknown is 404, and one with another verb 405', async () => {
    expect(await api.get('/nothing')).toMatchObject({ status: 404, body: { code: 'not_found' } });
    for (const path of ['/accounts', '/accounts/', `/transactions/${own.transaction}`, '//balance']) {
      const answer = await api.send(path, { method: 'DELETE' });
      expect(answer).toMatchObject({ status: 405, body: { code: 'method_not_allowed' } });
      expect(answer.headers.get('trace-id')).toMatch(/^[0-9a-f]{32}$/);
    }
  });
});

describe('a token that is used too often', () => {
  it('is refused for a while, which is told, and others are not', async () => {
    const limited = await ApiService.start({ rateLimit: { burst: 2, perSecond: 0.5 }, historyDays: 90, settlingMs: 0 });
    try {
      const ask = async (token: string) => await limited.get('/accounts', { token });
      expect([(await ask('token-of-1')).status, (await ask('token-of-1')).status]).toEqual([200, 200]);
      const { status, body, headers } = await ask('token-of-1');
      expect([status, body.code, headers.get('retry-after')]).toEqual([429, 'too_many_requests', '2']);
      expect((await ask('token-of-2')).status).toBe(200);
      limited.time.advance(2_000);
      expect((await ask('token-of-1')).status).toBe(200);
    } finally {
      await limited.stop();
    }
  });
});
