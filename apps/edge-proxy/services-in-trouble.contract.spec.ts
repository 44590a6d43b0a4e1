// What callers see of services and instances that are slow, break off, die, or never end.
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { freePorts } from '@tallystick/servers';
import { defaultEdge } from './configuration.js';
import { EdgeUnderTest, feedToken } from './edge-under-test.suite.js';
import { edgesInFront } from './edges-in-front.suite.js';
import { RawConnection } from './raw-connection.suite.js';
import { type Script, ScriptedService } from './scripted-service.suite.js';

const HEAD = ['Host: edge', 'Authorization: Bearer token-of-1'];

const given = edgesInFront();

describe('a service', () => {
  it('that takes too long is not waited for, and learns that nobody waits', async () => {
    const gone = Promise.withResolvers<void>();
    given.api.script = (_request, response) => void response.once('close', () => gone.resolve());
    const edge = await given.start({ patienceMs: 100 });
    const { status, body } = await edge.get('/accounts');
    expect([status, body.code, body.retryable]).toEqual([504, 'timeout', { value: true }]);
    await gone.promise;
  });

  it('learns where its caller has left', async () => {
    const asked = Promise.withResolvers<void>();
    const gone = Promise.withResolvers<void>();
    given.api.script = (_request, response) => {
      asked.resolve();
      response.once('close', () => gone.resolve());
    };
    const edge = await given.start({});
    const raw = await RawConnection.to(edge.url);
    raw.write('GET /accounts HTTP/1.1', ...HEAD, '', '');
    await asked.promise;
    raw.destroy();
    await gone.promise;
  });

  it('that breaks off its answer breaks off the caller’s', async () => {
    given.api.script = (_, response) => {
      response.writeHead(200, { 'content-length': '100' }).write('half');
      setImmediate(() => response.destroy());
    };
    const edge = await given.start({});
    await expect(edge.get('/accounts')).rejects.toThrow();
    given.api.script = (_, response) => void response.end('{}');
    expect((await edge.get('/accounts')).status).toBe(200);
  });

  it('of which no instance is there is unavailable', async () => {
    const [port] = await freePorts(1);
    const edge = await given.start({}, { api: [`http://127.0.0.1:${port}`] });
    for (const method of ['GET', 'POST']) {
      const { status, body } = await edge.send(method, '/feed', method === 'POST' ? { body: 'a=1' } : {});
      expect([status, body.code, body.retryable]).toEqual([503, 'unavailable', { value: true }]);
    }
    expect((await edge.get('/webhooks')).status).toBe(503);
  });
});

describe('a live answer', () => {
  const live: Script = (request, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' }).write('retry: 1000\n\n');
    request.socket.once('close', () => response.destroy());
  };
  const ask = async (edge: EdgeUnderTest): Promise<RawConnection> => {
    const raw = await RawConnection.to(edge.url);
    raw.write('GET /feed/live?account_id=acc_1 HTTP/1.1', 'Host: edge', `Authorization: Bearer ${feedToken}`, '', '');
    await raw.until('retry: 1000');
    return raw;
  };
  let feed: ScriptedService;
  let left: Promise<void>;
  beforeEach(async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    left = promise;
    feed = await ScriptedService.start((request, response, seen) => {
      response.once('close', () => resolve());
      live(request, response, seen);
      setTimeout(() => response.write('data: 1\n\n'), 150);
    });
  });
  afterEach(() => feed.stop());

  it('outlives the time in which it had to begin', async () => {
    const edge = await given.start({ patienceMs: 100 }, { feed: [feed.url] });
    const raw = await ask(edge);
    await raw.until('data: 1');
    raw.destroy();
    await left;
  });

  it('does not keep the edge from stopping, and ends as a whole', async () => {
    const edge = await EdgeUnderTest.start({ first: { feed: [feed.url] } });
    const raw = await ask(edge);
    await edge.stop();
    await raw.closed;
    expect(raw.received).toMatch(/\r\n0\r\n\r\n$/);
    await left;
  });
});

describe('an instance', () => {
  it('that can not be connected to has its requests done by another, writes too', async () => {
    const [port] = await freePorts(1);
    const edge = await given.start(
      { upstream: { ...defaultEdge.upstream, restMs: 0 } },
      { api: [`http://127.0.0.1:${port}`, given.api.url] },
    );
    for (let n = 0; n < 6; n++) {
      expect((await edge.get('/accounts')).status).toBe(200);
      expect((await edge.send('POST', '/feed', { body: `n=${n}` })).status).toBe(200);
      const upload = { token: null, body: new Uint8Array(100_000) };
      expect((await edge.send('PUT', '/attachments/one', upload)).status).toBe(200);
    }
    expect(given.api.seen).toHaveLength(18);
    expect(new Set(given.api.seen.filter(({ url }) => url === '/feed').map(({ body }) => body)).size).toBe(6);
    expect(await edge.metric('edge_retries_total{service="api"}')).toBeGreaterThan(0);
  });

  it('that dies with a read has the read done by another, and a write by none', async () => {
    const dying = await ScriptedService.start((request) => void request.socket.destroy());
    const edge = await given.start({}, { api: [dying.url, given.api.url] });
    const statuses = [];
    for (let n = 0; n < 8; n++) {
      expect((await edge.get('/accounts')).status).toBe(200);
      statuses.push((await edge.send('POST', '/feed', { body: `n=${n}` })).status);
    }
    const written = [...dying.seen, ...given.api.seen]
      .filter(({ method }) => method === 'POST')
      .map(({ body }) => body);
    expect(new Set(written).size).toBe(written.length);
    expect(written).toHaveLength(8);
    expect(statuses.filter((status) => status === 504)).toHaveLength(
      dying.seen.filter(({ method }) => method === 'POST').length,
    );
    await dying.stop();
  });

  it('that is alone is asked again where a kept connection had just been closed', async () => {
    let times = 0;
    given.api.script = (request, response) => {
      times++;
      if (times === 2) request.socket.destroy();
      else response.end('{}');
    };
    const edge = await given.start({});
    expect((await edge.get('/accounts')).status).toBe(200);
    expect((await edge.get('/accounts')).status).toBe(200);
    expect(times).toBe(3);
  });
});
