// Every endpoint with every state of a token, and with cards that are another's: nothing of theirs is shown, nor that it exists.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { CardApiService, joint, mine, others, type Sent } from './card-api-service.suite.js';

interface Endpoint {
  readonly name: string;
  readonly ask: (card: string, how: Sent) => ReturnType<CardApiService['send']>;
}

let api: CardApiService;
/** Of somebody else's account, of another holder of one's own, and none at all. */
let foreign: readonly string[];
let count = 0;

const limits = {
  per_transaction: '',
  daily_amount: '',
  monthly_amount: '',
  daily_cash: '',
  daily_count: '',
  monthly_count: '',
};
const controls = { online: 'true', contactless: 'true', atm: 'true', magstripe: 'true', blocked_categories: '' };
const change = (method: string, name: string, fields: () => Readonly<Record<string, string>> = () => ({})) => ({
  name: `${method} /cards/{id}/${name}`,
  ask: (card: string, how: Sent) => api.form(method, `/cards/${card}/${name}`, fields(), how),
});
const endpoints: readonly Endpoint[] = [
  { name: 'GET /cards', ask: (_, how) => api.get('/cards', how) },
  { name: 'GET /cards/{id}', ask: (card, how) => api.get(`/cards/${card}`, how) },
  change('PUT', 'freeze'),
  change('PUT', 'unfreeze'),
  change('PUT', 'limits', () => limits),
  change('PUT', 'controls', () => controls),
  change('POST', 'activate'),
  change('POST', 'lost'),
  change('POST', 'stolen'),
  change('POST', 'replace', () => ({ dedupe_id: `d-${count++}` })),
];
const ofOneCard = endpoints.filter(({ name }) => name.includes('{id}'));

/** Each endpoint asks of a card of its own: some of them end it. */
const newCard = () => api.issue(mine, `card ${count++}`);

beforeAll(async () => {
  api = await CardApiService.start();
  foreign = [
    await api.issue(others, 'foreign'),
    await api.issue(joint, 'of user 2', { holder: 'user_2' }),
    'card_0000none',
  ];
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
async function schemaOf(name: string): Promise<{ properties: object; required: string[] }> {
  const [method = '', path = ''] = name.split(' ');
  const { paths } = (await api.get('/openapi.json', { token: null })).body;
  return paths[path.replace('{id}', '{card_id}')][method.toLowerCase()].responses[200].content['application/json']
    .schema;
}

describe.each(endpoints)('$name', ({ name, ask }) => {
  it('is answered with exactly 200 to the one whose it is, as it is described', async () => {
    const { status, body } = await ask(await newCard(), {});
    expect(status).toBe(200);
    const { properties, required } = await schemaOf(name);
    expect(Object.keys(body).sort()).toEqual(Object.keys(properties).sort());
    expect(required.sort()).toEqual(Object.keys(properties).sort());
  });

  it.each(states)('with %s is refused', async (_, how, status, code) => {
    const card = await newCard();
    const answer = await ask(card, how);
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
    expect((await api.get(`/cards/${card}`)).body).toMatchObject({ status: 'active', frozen: false });
  });

  it('is refused to whom no JSON may be sent', async () => {
    const answer = await ask(await newCard(), { headers: { accept: 'text/html' } });
    expect([answer.status, answer.body.code]).toEqual([406, 'not_acceptable']);
  });
});

describe.each(ofOneCard)('$name', ({ ask }) => {
  it('answers the same for whatever card is not one’s own as for none', async () => {
    const before = await api.world.events();
    for (const card of foreign) {
      const { status, body } = await ask(card, {});
      expect([status, body]).toEqual([
        404,
        { code: 'not_found.card', message: 'there is no such card', params: {}, retryable: {} },
      ]);
    }
    expect(await api.world.events()).toHaveLength(before.length);
  });
});

describe('the list of cards', () => {
  it('of an account is told apart neither by whether it is another’s nor by whether it is there', async () => {
    const theirs = await api.get(`/cards?account_id=${others}`);
    const nowhere = await api.get('/cards?account_id=acc_0000none');
    expect([theirs.status, theirs.body.code]).toEqual([403, 'forbidden.insufficient_permissions']);
    expect([nowhere.status, nowhere.body]).toEqual([theirs.status, theirs.body]);
  });

  it('takes a slash at the end and one more at the beginning', async () => {
    expect((await api.get('//cards/')).status).toBe(200);
  });

  it('has no other verb', async () => {
    expect(await api.send('/cards', { method: 'DELETE' })).toMatchObject({ status: 405 });
    expect(await api.send('/cards/x/melt', { method: 'PUT' })).toMatchObject({
      status: 404,
      body: { code: 'not_found' },
    });
  });
});

describe('a token that is used too often', () => {
  it('is refused for a while, which is told', async () => {
    const limited = await CardApiService.start({ rateLimit: { burst: 2, perSecond: 0.5 }, validYears: 4 });
    try {
      const ask = async (token: string) => await limited.get('/cards', { token });
      expect([(await ask('token-of-1')).status, (await ask('token-of-1')).status]).toEqual([200, 200]);
      const { status, body, headers } = await ask('token-of-1');
      expect([status, body.code, headers.get('retry-after')]).toEqual([429, 'too_many_requests', '2']);
      expect((await ask('token-of-2')).status).toBe(200);
    } finally {
      await limited.stop();
    }
  });
});
