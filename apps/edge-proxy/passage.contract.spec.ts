// What comes through the public door, and how it is changed on its way.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { EdgeUnderTest, feedToken, staffToken } from './edge-under-test.suite.js';
import { RawConnection } from './raw-connection.suite.js';
import { ScriptedService } from './scripted-service.suite.js';

const TRACE = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

let api: ScriptedService;
let auth: ScriptedService;
let feed: ScriptedService;
let edge: EdgeUnderTest;

beforeAll(async () => {
  [api, auth, feed] = await Promise.all([ScriptedService.start(), ScriptedService.start(), ScriptedService.start()]);
  const first = { api: [api.url], auth: [auth.url], feed: [feed.url] };
  const rateLimit = { burst: 1_000, perSecond: 1_000 };
  edge = await EdgeUnderTest.start({ first }, { configuration: { rateLimit }, pages: { '/developers': '<p>API</p>' } });
});

beforeEach(() => {
  for (const service of [api, auth, feed]) service.seen.length = 0;
});

afterAll(async () => {
  await edge.stop();
  await Promise.all([api.stop(), auth.stop(), feed.stop()]);
  expect(edge.reported).toEqual([]);
});

describe('a request that is let through', () => {
  it('reaches its service as it was, by its plain path', async () => {
    const answer = await edge.get('//transactions/?account_id=acc_1&expand[]=merchant&');
    expect([answer.status, answer.body.url]).toEqual([200, '/transactions?account_id=acc_1&expand[]=merchant&']);
    const sent = await edge.send('PUT', '/pots/pot_1/deposit/', {
      body: 'amount=1&dedupe_id=d',
      headers: { 'content-type': 'application/x-www-form-urlencoded', 'x-min-ledger-position': 'j.1' },
    });
    expect(sent.status).toBe(200);
    expect(api.last).toMatchObject({
      method: 'PUT',
      url: '/pots/pot_1/deposit',
      body: 'amount=1&dedupe_id=d',
      headers: {
        authorization: 'Bearer token-of-1',
        'content-type': 'application/x-www-form-urlencoded',
        'content-length': '20',
        'x-min-ledger-position': 'j.1',
        host: new URL(edge.url).host,
      },
    });
  });

  it('goes on in the caller’s trace, which the answer names', async () => {
    const answer = await edge.get('/accounts', 'token-of-1', { traceparent: TRACE });
    expect(answer.headers.get('trace-id')).toBe(TRACE.slice(3, 35));
    expect(api.last?.headers.traceparent).toMatch(new RegExp(`^${TRACE.slice(0, 35)}-(?!${TRACE.slice(36, 52)})`));
    const other = await edge.get('/accounts', 'token-of-1', { traceparent: 'nonsense' });
    expect(api.last?.headers.traceparent?.slice(3, 35)).toBe(other.headers.get('trace-id'));
  });

  it('says who asked, whatever the caller says of that', async () => {
    const liar = {
      'x-forwarded-for': '10.0.0.1',
      forwarded: 'for=10.0.0.1',
      'x-forwarded-proto': 'https',
      'x-real-ip': '10.0.0.1',
    };
    await edge.get('/accounts', 'token-of-1', liar);
    const headers = api.last?.headers ?? {};
    expect(headers).toMatchObject({ 'x-forwarded-for': '127.0.0.1', 'x-forwarded-proto': 'http' });
    expect([headers.forwarded, headers['x-real-ip']]).toEqual([undefined, undefined]);
  });

  it('leaves behind what belongs to a connection, on both sides', async () => {
    api.script = (_, response) => {
      const head = {
        'content-type': 'application/json',
        connection: 'x-mine',
        'x-mine': '1',
        'keep-alive': 'timeout=9',
      };
      response.writeHead(200, { ...head, 'x-kept': '1', 'set-cookie': ['a=1', 'b=2'], 'trace-id': 'theirs' }).end('{}');
    };
    const raw = await RawConnection.to(edge.url);
    const head = ['GET /accounts HTTP/1.1', 'Host: edge', 'Authorization: Bearer token-of-1', 'TE: trailers'];
    raw.write(...head, 'Connection: keep-alive, X-Secret', 'X-Secret: 1', 'Keep-Alive: 5', 'X-Kept: 1', '', '');
    const text = await raw.until('{}');
    raw.destroy();
    expect(text).toContain('x-kept: 1');
    expect(text).toMatch(/set-cookie: a=1\r\nset-cookie: b=2/);
    expect(text).not.toMatch(/x-mine|theirs/);
    const headers = api.last?.headers ?? {};
    expect(headers).toMatchObject({ 'x-kept': '1' });
    for (const gone of ['x-secret', 'te', 'keep-alive']) expect(headers[gone]).toBeUndefined();
  });

  it('has its answer, of whatever status and length, as it was', async () => {
    const long = Buffer.alloc(3_000_000, 'x');
    api.script = (_, response) => void response.writeHead(200, { 'content-type': 'text/plain' }).end(long);
    expect((await edge.get('/accounts')).text).toHaveLength(long.length);
    api.script = (_, response) => void response.writeHead(409, { 'retry-after': '7' }).end('{"code":"x"}');
    const refused = await edge.get('/accounts');
    expect([refused.status, refused.body, refused.headers.get('retry-after')]).toEqual([409, { code: 'x' }, '7']);
    auth.script = (_, response) => void response.writeHead(302, { location: 'https://app.example/cb?code=1' }).end('');
    const login = await edge.send('POST', '/oauth2/authorise', { token: null, body: 'a=1' });
    expect([login.status, login.headers.get('location')]).toEqual([302, 'https://app.example/cb?code=1']);
  });

  it('keeps the caller’s deadline, and never more than its own', async () => {
    const left = async (asked: Readonly<Record<string, string>>) => {
      await edge.get('/accounts', 'token-of-1', asked);
      return Number(/^\+(\d+)$/.exec(String(api.last?.headers['x-request-deadline']))?.[1]);
    };
    expect(await left({})).toBeGreaterThan(5_000);
    expect(await left({ 'x-request-deadline': '+700' })).toBeLessThanOrEqual(700);
    expect(await left({ 'x-request-deadline': '+999999999' })).toBeLessThanOrEqual(10_000);
    expect(await left({ 'x-request-deadline': String(Date.now() + 800) })).toBeLessThanOrEqual(800);
    const refused = await edge.get('/accounts', 'token-of-1', { 'x-request-deadline': 'soon' });
    expect([refused.status, refused.body.code]).toEqual([400, 'bad_request.bad_param.x-request-deadline']);
  });

  it('may have a body where none means anything: it is not passed on', async () => {
    const raw = await RawConnection.to(edge.url);
    raw.write(
      'GET /accounts HTTP/1.1',
      'Host: edge',
      'Authorization: Bearer token-of-1',
      'Content-Length: 3',
      '',
      'a=1',
    );
    await raw.until('HTTP/1.1');
    raw.destroy();
    expect(api.last).toMatchObject({ method: 'GET', body: '' });
  });
});

describe('what the edge does not let through', () => {
  it.each([
    '/staff/accounts',
    '/gateway/authorisations',
    '/rpc/auth.issue',
    '/metrics',
    '/',
    '/staff/switch',
    '/health',
  ])('%s is not there, whatever the token', async (path) => {
    for (const token of [null, 'token-of-1', staffToken]) {
      for (const method of ['GET', 'POST', 'DELETE']) {
        const { status, body, headers } = await edge.send(method, path, { token });
        expect([status, body]).toEqual([
          404,
          { code: 'not_found', message: expect.any(String), params: {}, retryable: {} },
        ]);
        expect(headers.get('trace-id')).toMatch(/^[0-9a-f]{32}$/);
      }
    }
    expect([...api.seen, ...auth.seen, ...feed.seen]).toEqual([]);
  });

  it('has paths that climb, and absolute ones', async () => {
    const raw = await RawConnection.to(edge.url);
    for (const path of ['/accounts/../staff/accounts', '/pots/%2e%2e/staff', 'http://127.0.0.1/staff/accounts', '*'])
      raw.write(`GET ${path} HTTP/1.1`, 'Host: edge', 'Authorization: Bearer token-of-1', '', '');
    await raw.until('"not_found"');
    while (raw.received.split('HTTP/1.1 404').length < 5) await new Promise((resolve) => setTimeout(resolve, 5));
    raw.destroy();
    expect(api.seen).toEqual([]);
  });

  it('refuses methods that no service knows', async () => {
    const { status, body } = await edge.send('PROPFIND', '/accounts');
    expect([status, body.code]).toEqual([405, 'method_not_allowed']);
  });
});

describe('a token', () => {
  it.each([
    [null, 'unauthorized.auth_required'],
    ['', 'unauthorized.bad_access_token'],
    ['nobodys', 'unauthorized.bad_access_token'],
    ['expired', 'unauthorized.bad_access_token.expired'],
    ['evicted', 'unauthorized.bad_access_token.evicted'],
    [staffToken, 'unauthorized.bad_access_token'],
    [feedToken, 'unauthorized.bad_access_token'],
  ])('%s is refused before a service is asked', async (token, code) => {
    const { status, body, headers } = await edge.get('/accounts', token);
    expect([status, body.code, body.error]).toEqual([401, code, 'invalid_token']);
    expect(headers.get('www-authenticate')).toContain('Bearer');
    expect(api.seen).toEqual([]);
  });

  it('of the feed is the operator’s, and none of the staff’s', async () => {
    expect((await edge.get('/feed/items?account_id=acc_1', feedToken)).status).toBe(200);
    expect((await edge.get('/feed/items?account_id=acc_1', staffToken)).status).toBe(401);
    expect((await edge.get('/feed/items?account_id=acc_1', 'token-of-1')).status).toBe(401);
    expect(feed.seen).toHaveLength(1);
  });

  it('is not asked for where auth looks at it itself', async () => {
    for (const path of ['/oauth2/token', '/oauth2/authorise', '/ping', '/ping/whoami'])
      expect((await edge.get(path, 'expired')).status).not.toBe(401);
    expect(auth.seen).toHaveLength(4);
  });
});

describe('an edge behind proxies of our own', () => {
  it('takes their word, and nobody else’s', async () => {
    const behind = await EdgeUnderTest.start({ first: { api: [api.url] } }, { configuration: { proxies: 1 } });
    const forwarded = { 'x-forwarded-for': '6.6.6.6, 203.0.113.7', 'x-forwarded-proto': 'https' };
    await behind.get('/accounts', 'token-of-1', forwarded);
    expect(api.last?.headers).toMatchObject({
      'x-forwarded-for': '203.0.113.7, 127.0.0.1',
      'x-forwarded-proto': 'https',
    });
    await behind.stop();
  });
});

describe('what the door answers itself', () => {
  it('is whether it is open, and pages', async () => {
    expect((await edge.get('/health/ready', null)).body).toEqual({ status: 'ready' });
    expect((await edge.get('/health/live', null)).body).toEqual({ status: 'live' });
    const page = await edge.get('/developers/', null);
    expect([page.status, page.text]).toEqual([200, '<p>API</p>']);
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect((await edge.send('POST', '/developers')).status).toBe(405);
  });
});

describe('the description', () => {
  it('is of what is let through, from all the services that answer', async () => {
    const operation = { responses: { 200: { description: 'x' } } };
    const document = (paths: readonly string[], schema: string) =>
      JSON.stringify({
        openapi: '3.1.0',
        paths: Object.fromEntries(paths.map((path) => [path, { get: operation }])),
        components: { schemas: { [schema]: {} } },
      });
    api.script = (_, response) =>
      void response.end(document(['/accounts', '/pots/{pot_id}', '/staff/x', '/metrics', '/feed/items', '/ping'], 'A'));
    auth.script = (_, response) => void response.end(document(['/ping', '/oauth2/token', '/staff/users/{id}'], 'B'));
    feed.script = (_, response) => void response.end(document(['/feed/items', '/feed'], 'C'));
    const { status, body } = await edge.get('/openapi.json', null);
    expect(status).toBe(200);
    expect(Object.keys(body.paths).sort()).toEqual([
      '/accounts',
      '/feed/items',
      '/oauth2/token',
      '/ping',
      '/pots/{pot_id}',
    ]);
    expect(Object.keys(body.components.schemas).sort()).toEqual(['A', 'B', 'C']);
    expect(body.paths['/accounts'].get).toEqual({ ...operation, security: [{ token: [] }] });
    expect(body.paths['/ping'].get).toEqual(operation);
    expect(body.components.securitySchemes).toEqual({ token: { type: 'http', scheme: 'bearer' } });
  });
});
