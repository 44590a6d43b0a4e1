// Two stacks behind one door: who goes where, and what is said of their differences.
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { until } from '../bank/bank-process.suite.js';
import { bucketOf } from './big-switch.js';
import { defaultEdge } from './configuration.js';
import { EdgeUnderTest, staffToken } from './edge-under-test.suite.js';
import { type Script, ScriptedService } from './scripted-service.suite.js';

const accountIn = (isIn: (bucket: number) => boolean) =>
  Array.from({ length: 1_000 }, (_, n) => `acc_${n}`).find((id) => isIn(bucketOf(id))) ?? '';
const low = accountIn((bucket) => bucket < 500);
const high = accountIn((bucket) => bucket >= 500);
const shadow = { ...defaultEdge.shadow, pausesMs: [5, 5, 5] };
const rateLimit = { burst: 10_000, perSecond: 10_000 };

const says = (body: unknown): Script => {
  return (_, response) => void response.end(JSON.stringify(body));
};

let first: ScriptedService;
let second: ScriptedService;
let edge: EdgeUnderTest;

beforeEach(async () => {
  first = await ScriptedService.start(says({ stack: 'any', amount: 1 }));
  second = await ScriptedService.start(says({ stack: 'any', amount: 1 }));
  const stacks = { first: { api: [first.url], auth: [first.url] }, second: { api: [second.url] } };
  edge = await EdgeUnderTest.start(stacks, { configuration: { shadow, rateLimit } });
});

afterEach(async () => {
  await edge.stop();
  await Promise.all([first.stop(), second.stop()]);
  expect(edge.reported).toEqual([]);
});

async function change(share_per_mille: number, shadow_per_mille = 0, accounts: string[] = []) {
  const answer = await edge.staff('PUT', '/staff/switch', { share_per_mille, accounts, shadow_per_mille });
  expect(answer.status).toBe(200);
  return answer.body;
}

const compared = (outcome: string) => edge.metric(`edge_shadow_compared_total{outcome="${outcome}"}`);

async function comparedOnce(outcome: string): Promise<void> {
  await until(`one is ${outcome}`, async () => ((await compared(outcome)) === 1 ? true : undefined));
}

async function askedOf(path: string, init: Parameters<EdgeUnderTest['send']>[2] = {}, method = 'GET') {
  const before = second.seen.length;
  expect((await edge.send(method, path, init)).status).toBe(200);
  return second.seen.length > before ? 'second' : 'first';
}

describe('the switch', () => {
  it('sends accounts where their share says, however they are named', async () => {
    await change(500);
    for (const [account, stack] of [
      [low, 'second'],
      [high, 'first'],
    ] as const) {
      expect(await askedOf(`/balance?account_id=${account}`)).toBe(stack);
      expect(await askedOf(`/pots?current_account_id=${account}`)).toBe(stack);
      const form = { 'content-type': 'application/x-www-form-urlencoded' };
      const json = { 'content-type': 'application/json; charset=utf-8' };
      const put = `amount=1&source_account_id=${account}`;
      expect(await askedOf('/pots/pot_1/deposit', { body: put, headers: form }, 'PUT')).toBe(stack);
      const body = JSON.stringify({ account_id: account, type: 'basic' });
      expect(await askedOf('/feed', { body, headers: json }, 'POST')).toBe(stack);
    }
    const user = bucketOf('user_1') < 500 ? 'second' : 'first';
    expect(await askedOf('/accounts')).toBe(user);
    expect(await askedOf('/feed', { body: '{no json', headers: { 'content-type': 'application/json' } }, 'POST')).toBe(
      user,
    );
    expect(await askedOf('/transactions?account_id=nonsense')).toBe(user);
  });

  it('sends all there is at the end; what the second stack does not have stays with the first', async () => {
    await change(1_000);
    for (const path of ['/accounts', `/balance?account_id=${high}`]) expect(await askedOf(path)).toBe('second');
    expect(await askedOf('/ping')).toBe('first');
    await change(0);
    expect(await askedOf(`/balance?account_id=${low}`)).toBe('first');
  });

  it('sends named accounts, whatever the share', async () => {
    await change(0, 0, [high]);
    expect(await askedOf(`/balance?account_id=${high}`)).toBe('second');
    expect(await askedOf(`/balance?account_id=${low}`)).toBe('first');
  });

  it('is the staff’s, and only what makes sense', async () => {
    expect((await edge.staff('GET', '/staff/switch', undefined, null)).status).toBe(401);
    expect((await edge.staff('PUT', '/staff/switch', {}, 'token-of-1')).status).toBe(401);
    for (const bad of [{ share_per_mille: 1_001 }, { share_per_mille: 0.5 }, { accounts: ['user_1'] }, { other: 1 }]) {
      const body = { share_per_mille: 0, accounts: [], shadow_per_mille: 0, ...bad };
      expect((await edge.staff('PUT', '/staff/switch', body)).status).toBe(400);
    }
    const { version } = await change(5);
    expect((await edge.staff('GET', '/staff/switch')).body).toMatchObject({ share_per_mille: 5, version });
    const body = { share_per_mille: 6, accounts: [], shadow_per_mille: 0 };
    expect((await edge.staff('PUT', '/staff/switch', { ...body, version: version + 1 })).status).toBe(409);
    expect((await edge.staff('PUT', '/staff/switch', { ...body, version })).body.version).toBe(version + 1);
    expect((await edge.get('/staff/switch', staffToken)).status).toBe(404);
  });

  it('can not be thrown where there is no second stack', async () => {
    const alone = await EdgeUnderTest.start({ first: { api: [first.url] } });
    const body = { share_per_mille: 1, accounts: [], shadow_per_mille: 0 };
    const { status, body: refused } = await alone.staff('PUT', '/staff/switch', body);
    expect([status, refused.code]).toEqual([412, 'precondition_failed.no_second_stack']);
    expect((await alone.staff('PUT', '/staff/switch', { ...body, share_per_mille: 0 })).status).toBe(200);
    await alone.stop();
  });
});

describe('shadow compare', () => {
  it('asks the other stack the same, with the same token, and nothing of writes', async () => {
    await change(0, 1_000);
    await edge.get(`/transactions?account_id=${low}&limit=3`);
    await comparedOnce('same');
    expect(second.seen).toHaveLength(1);
    expect(second.last).toMatchObject({
      url: `/transactions?account_id=${low}&limit=3`,
      headers: { authorization: 'Bearer token-of-1' },
    });
    await edge.send('POST', '/feed', { body: 'a=1' });
    await edge.get('/ping');
    expect(first.seen.map(({ method }) => method)).toEqual(['GET', 'POST', 'GET']);
    expect(second.seen).toHaveLength(1);
  });

  it('takes two ways of writing the same for the same', async () => {
    second.script = (_, response) => void response.end('{ "amount": 1, "stack": "any" }');
    await change(0, 1_000);
    await edge.get('/accounts');
    await comparedOnce('same');
  });

  it('explains what the other had only not seen yet', async () => {
    second.script = (request, response, seen) =>
      second.seen.length < 3
        ? says({ amount: 0 })(request, response, seen)
        : says({ stack: 'any', amount: 1 })(request, response, seen);
    await change(0, 1_000);
    await edge.get('/accounts');
    await comparedOnce('explained');
    expect((await edge.staff('GET', '/staff/switch/differences')).body.differences).toEqual([]);
  });

  it('reports what stays different: where, and never what', async () => {
    second.script = says({ stack: 'any', amount: 77_123, metadata: { mine: 'text' } });
    await change(0, 1_000);
    const { headers } = await edge.get(`/transactions/tx_0000AbC?account_id=${low}&expand[]=merchant`);
    await comparedOnce('unexplained');
    const { text, body } = await edge.staff('GET', '/staff/switch/differences');
    expect(body.differences).toEqual([
      {
        at: expect.stringMatching(/Z$/),
        trace_id: headers.get('trace-id'),
        service: 'api',
        request: '/transactions/{id}?account_id&expand[]',
        answered_by: 'first',
        status: 200,
        other_status: 200,
        paths: ['amount', 'metadata'],
      },
    ]);
    expect(text).not.toMatch(/77123|text|tx_0000|acc_/);
  });

  it('reports another status', async () => {
    second.script = (_, response) => void response.writeHead(500).end('{"stack":"any","amount":1}');
    await change(0, 1_000);
    await edge.get('/accounts');
    await comparedOnce('unexplained');
    const { differences } = (await edge.staff('GET', '/staff/switch/differences')).body;
    expect(differences).toMatchObject([{ status: 200, other_status: 500, paths: [] }]);
  });

  it('blames nobody for what changes all the time', async () => {
    let amount = 0;
    first.script = (request, response, seen) => says({ amount: amount++ })(request, response, seen);
    second.script = says({ amount: -1 });
    await change(0, 1_000);
    await edge.get('/accounts');
    await comparedOnce('unsettled');
  });

  it('never costs the caller anything', async () => {
    second.script = () => {};
    await change(0, 1_000);
    for (let n = 0; n < 40; n++) expect((await edge.get('/accounts')).status).toBe(200);
    expect(await compared('left_out')).toBeGreaterThan(0);
    expect(second.seen.length).toBeLessThanOrEqual(shadow.inFlightMax);
    await second.stop();
    await until('all are unanswered', async () =>
      (await compared('unanswered')) === second.seen.length ? true : undefined,
    );
    second = await ScriptedService.start();
  });

  it('takes the share that it is told', async () => {
    await change(0, 200);
    const asked = 300;
    for (let n = 0; n < asked; n++) await edge.get('/accounts');
    expect(second.seen.length).toBeGreaterThan(asked * 0.05);
    expect(second.seen.length).toBeLessThan(asked * 0.4);
  });
});
