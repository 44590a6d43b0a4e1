// What the edge takes of callers, and how long it waits for them and for services.
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { freePorts } from '@tallystick/servers';
import type { EdgeConfiguration } from './configuration.js';
import { EdgeUnderTest } from './edge-under-test.suite.js';
import { RawConnection } from './raw-connection.suite.js';
import { type Script, ScriptedService } from './scripted-service.suite.js';

const HEAD = ['Host: edge', 'Authorization: Bearer token-of-1'];

let api: ScriptedService;
let edges: EdgeUnderTest[];

async function edgeWith(
  configuration: Partial<EdgeConfiguration>,
  addresses: readonly string[] = [api.url],
): Promise<EdgeUnderTest> {
  const edge = await EdgeUnderTest.start({ first: { api: addresses } }, { configuration });
  edges.push(edge);
  return edge;
}

beforeEach(async () => {
  api = await ScriptedService.start();
  edges = [];
});

afterEach(async () => {
  await Promise.all(edges.map((edge) => edge.stop()));
  await api.stop();
});

describe('a token that is used too often', () => {
  it('is refused for a while, which is told, and others are not', async () => {
    const edge = await edgeWith({ rateLimit: { burst: 2, perSecond: 0.1 } });
    expect([(await edge.get('/accounts')).status, (await edge.get('/accounts')).status]).toEqual([200, 200]);
    const { status, body, headers } = await edge.get('/accounts');
    expect([status, body.code, headers.get('retry-after')]).toEqual([429, 'too_many_requests', '10']);
    expect((await edge.get('/accounts', 'token-of-2')).status).toBe(200);
    expect(api.seen).toHaveLength(3);
    expect(await edge.metric('edge_refusals_total{code="too_many_requests"}')).toBe(1);
  });
});

describe('a body', () => {
  it('that is too large is refused, declared or not, and nobody sees it', async () => {
    const edge = await edgeWith({ bodyBytesMax: 1_000 });
    const declared = await edge.send('POST', '/feed', { body: 'x'.repeat(1_001) });
    expect([declared.status, declared.body.code]).toEqual([413, 'bad_request.body_too_large']);
    const raw = await RawConnection.to(edge.url);
    raw.write('POST /feed HTTP/1.1', ...HEAD, 'Transfer-Encoding: chunked', '', '3e9', 'x'.repeat(1_001), '0', '', '');
    expect(await raw.until('}}')).toMatch(/^HTTP\/1.1 413 /);
    raw.destroy();
    expect((await edge.send('POST', '/feed', { body: 'x'.repeat(1_000) })).status).toBe(200);
    expect(api.seen).toHaveLength(1);
  });

  it('of an attachment may be large, and comes as it is sent', async () => {
    const edge = await edgeWith({ uploadBytesMax: 2_000_000 });
    const body = new Uint8Array(2_000_000).fill(120);
    const headers = { 'content-type': 'image/png' };
    expect((await edge.send('PUT', '/attachments/one', { token: null, body, headers })).status).toBe(200);
    expect(api.last).toMatchObject({
      method: 'PUT',
      headers: { 'content-length': '2000000', 'content-type': 'image/png' },
    });
    expect(api.last?.body).toHaveLength(2_000_000);
    const refused = await edge.send('POST', '/attachments/one', {
      token: null,
      body: new Uint8Array(2_000_001),
      headers,
    });
    expect([refused.status, refused.body.code]).toEqual([413, 'bad_request.body_too_large']);
    expect(api.seen).toHaveLength(1);
  });

  it('of an attachment that does not say how long it is ends at the limit', async () => {
    const edge = await edgeWith({ uploadBytesMax: 1_000 });
    const raw = await RawConnection.to(edge.url);
    raw.write('PUT /attachments/one HTTP/1.1', ...HEAD, 'Transfer-Encoding: chunked', '', '3e8', 'x'.repeat(1_000), '');
    raw.write('3e8', 'x'.repeat(1_000), '0', '', '');
    expect(await raw.until('}}')).toMatch(/^HTTP\/1.1 413 /);
    raw.destroy();
  });

  it('of an attachment that nobody takes leaves the caller an answer, and the connection', async () => {
    const body = new Uint8Array(5_000_000);
    const nowhere = await edgeWith({}, [`http://127.0.0.1:${(await freePorts(1))[0]}`]);
    expect((await nowhere.send('PUT', '/attachments/one', { token: null, body })).status).toBe(503);
    const refuse: Script = (_, response) => void response.writeHead(403).end('{"code":"used"}');
    const refusing = await ScriptedService.start(refuse, false);
    const edge = await edgeWith({}, [refusing.url]);
    for (let n = 0; n < 5; n++) {
      const refused = await edge.send('PUT', '/attachments/one', { token: null, body });
      expect([refused.status, refused.body]).toEqual([403, { code: 'used' }]);
    }
    await refusing.stop();
  });

  it('that comes too slowly is given up', async () => {
    const edge = await edgeWith({ bodyArrivalMs: 100 });
    const raw = await RawConnection.to(edge.url);
    raw.write('POST /feed HTTP/1.1', ...HEAD, 'Content-Length: 10', '', 'x');
    const text = await raw.until('bad_request.too_slow');
    expect(text).toMatch(/^HTTP\/1.1 408 /);
    expect(text).toMatch(/trace-id: [0-9a-f]{32}/i);
    await raw.closed;
    expect(api.seen).toEqual([]);
  });
});

describe('a head', () => {
  it('that comes too slowly is given up', async () => {
    const edge = await edgeWith({ headArrivalMs: 100 });
    const raw = await RawConnection.to(edge.url);
    raw.write('GET /accounts HTTP/1.1', 'Host: edge', '');
    const text = await raw.until('bad_request.too_slow');
    expect(text).toMatch(/^HTTP\/1.1 408 /);
    expect(text).toMatch(/Trace-Id: [0-9a-f]{32}/);
    await raw.closed;
  });

  it('that is too large is refused', async () => {
    const edge = await edgeWith({ headBytesMax: 2_000 });
    const raw = await RawConnection.to(edge.url);
    raw.write('GET /accounts HTTP/1.1', ...HEAD, `X-Long: ${'x'.repeat(3_000)}`, '', '');
    expect(await raw.until('headers_too_large')).toMatch(/^HTTP\/1.1 431 /);
  });

  it.each([
    ['two lengths', ['POST /feed HTTP/1.1', ...HEAD, 'Content-Length: 3', 'Content-Length: 5', '', 'abc']],
    [
      'a length and chunks',
      ['POST /feed HTTP/1.1', ...HEAD, 'Content-Length: 3', 'Transfer-Encoding: chunked', '', '0', '', ''],
    ],
    ['a coding in disguise', ['POST /feed HTTP/1.1', ...HEAD, 'Transfer-Encoding: xchunked', '', '0', '', '']],
    [
      'chunks that are not the last coding',
      ['POST /feed HTTP/1.1', ...HEAD, 'Transfer-Encoding: chunked, identity', '', '0', '', ''],
    ],
    ['a length that is none', ['POST /feed HTTP/1.1', ...HEAD, 'Content-Length: +3', '', 'abc']],
    [
      'a folded line',
      ['POST /feed HTTP/1.1', ...HEAD, 'X-A: 1', ' Transfer-Encoding: chunked', 'Content-Length : 3', '', 'abc'],
    ],
    ['no host', ['GET /accounts HTTP/1.1', 'Authorization: Bearer token-of-1', '', '']],
    ['a bare line feed', ['GET /accounts HTTP/1.1\nHost: edge\nContent-Length: 3\n\nabc', '']],
  ])('with %s is refused, and no service sees anything of it', async (_, lines) => {
    const edge = await edgeWith({});
    const raw = await RawConnection.to(edge.url);
    raw.write(...lines);
    expect(await raw.until('"code"')).toMatch(/^HTTP\/1.1 400 /);
    expect(raw.received).toMatch(/trace-id/i);
    raw.destroy();
    expect(api.seen).toEqual([]);
  });
});

describe('a service', () => {
  it('that takes too long is not waited for, and learns that nobody waits', async () => {
    const gone = Promise.withResolvers<void>();
    api.script = (_request, response) => void response.once('close', () => gone.resolve());
    const edge = await edgeWith({ patienceMs: 100 });
    const { status, body } = await edge.get('/accounts');
    expect([status, body.code, body.retryable]).toEqual([504, 'timeout', { value: true }]);
    await gone.promise;
  });

  it('learns where its caller has left', async () => {
    const asked = Promise.withResolvers<void>();
    const gone = Promise.withResolvers<void>();
    api.script = (_request, response) => {
      asked.resolve();
      response.once('close', () => gone.resolve());
    };
    const edge = await edgeWith({});
    const raw = await RawConnection.to(edge.url);
    raw.write('GET /accounts HTTP/1.1', ...HEAD, '', '');
    await asked.promise;
    raw.destroy();
    await gone.promise;
  });

  it('that breaks off its answer breaks off the caller’s', async () => {
    api.script = (_, response) => {
      response.writeHead(200, { 'content-length': '100' }).write('half');
      setImmediate(() => response.destroy());
    };
    const edge = await edgeWith({});
    await expect(edge.get('/accounts')).rejects.toThrow();
    api.script = (_, response) => void response.end('{}');
    expect((await edge.get('/accounts')).status).toBe(200);
  });

  it('of which no instance is there is unavailable', async () => {
    const [port] = await freePorts(1);
    const edge = await edgeWith({}, [`http://127.0.0.1:${port}`]);
    for (const method of ['GET', 'POST']) {
      const { status, body } = await edge.send(method, '/feed', method === 'POST' ? { body: 'a=1' } : {});
      expect([status, body.code, body.retryable]).toEqual([503, 'unavailable', { value: true }]);
    }
    expect((await edge.get('/webhooks')).status).toBe(503);
  });
});

describe('an instance', () => {
  it('that can not be connected to has its requests done by another, writes too', async () => {
    const [port] = await freePorts(1);
    const edge = await edgeWith({ upstream: { ...UPSTREAM, restMs: 0 } }, [`http://127.0.0.1:${port}`, api.url]);
    for (let n = 0; n < 6; n++) {
      expect((await edge.get('/accounts')).status).toBe(200);
      expect((await edge.send('POST', '/feed', { body: `n=${n}` })).status).toBe(200);
      const upload = { token: null, body: new Uint8Array(100_000) };
      expect((await edge.send('PUT', '/attachments/one', upload)).status).toBe(200);
    }
    expect(api.seen).toHaveLength(18);
    expect(new Set(api.seen.filter(({ url }) => url === '/feed').map(({ body }) => body)).size).toBe(6);
    expect(await edge.metric('edge_retries_total{service="api"}')).toBeGreaterThan(0);
  });

  it('that dies with a read has the read done by another, and a write by none', async () => {
    const dying = await ScriptedService.start((request) => void request.socket.destroy());
    const edge = await edgeWith({}, [dying.url, api.url]);
    const statuses = [];
    for (let n = 0; n < 8; n++) {
      expect((await edge.get('/accounts')).status).toBe(200);
      statuses.push((await edge.send('POST', '/feed', { body: `n=${n}` })).status);
    }
    const written = [...dying.seen, ...api.seen].filter(({ method }) => method === 'POST').map(({ body }) => body);
    expect(new Set(written).size).toBe(written.length);
    expect(written).toHaveLength(8);
    expect(statuses.filter((status) => status === 504)).toHaveLength(
      dying.seen.filter(({ method }) => method === 'POST').length,
    );
    await dying.stop();
  });

  it('that is alone is asked again where a kept connection had just been closed', async () => {
    let times = 0;
    api.script = (request, response) => {
      times++;
      if (times === 2) request.socket.destroy();
      else response.end('{}');
    };
    const edge = await edgeWith({});
    expect((await edge.get('/accounts')).status).toBe(200);
    expect((await edge.get('/accounts')).status).toBe(200);
    expect(times).toBe(3);
  });
});

const UPSTREAM = {
  connectionsMax: 8,
  connectTimeoutMs: 1_000,
  unusedConnectionMs: 30_000,
  restMs: 1_000,
  triesMax: 3,
};
