// What the edge takes of callers, and how long it waits for them and for services.
import { describe, expect, it } from '@jest/globals';
import { freePorts } from '@tallystick/servers';
import { edgesInFront } from './edges-in-front.suite.js';
import { RawConnection } from './raw-connection.suite.js';
import { type Script, ScriptedService } from './scripted-service.suite.js';

const HEAD = ['Host: edge', 'Authorization: Bearer token-of-1'];

const given = edgesInFront();

describe('a token that is used too often', () => {
  it('is refused for a while, which is told, and others are not', async () => {
    const edge = await given.start({ rateLimit: { burst: 2, perSecond: 0.1 } });
    expect([(await edge.get('/accounts')).status, (await edge.get('/accounts')).status]).toEqual([200, 200]);
    const { status, body, headers } = await edge.get('/accounts');
    expect([status, body.code, headers.get('retry-after')]).toEqual([429, 'too_many_requests', '10']);
    expect((await edge.get('/accounts', 'token-of-2')).status).toBe(200);
    expect(given.api.seen).toHaveLength(3);
    expect(await edge.metric('edge_refusals_total{code="too_many_requests"}')).toBe(1);
  });
});

describe('a body', () => {
  it('that is too large is refused, declared or not, and nobody sees it', async () => {
    const edge = await given.start({ bodyBytesMax: 1_000 });
    const declared = await edge.send('POST', '/feed', { body: 'x'.repeat(1_001) });
    expect([declared.status, declared.body.code]).toEqual([413, 'bad_request.body_too_large']);
    const raw = await RawConnection.to(edge.url);
    raw.write('POST /feed HTTP/1.1', ...HEAD, 'Transfer-Encoding: chunked', '', '3e9', 'x'.repeat(1_001), '0', '', '');
    expect(await raw.until('}}')).toMatch(/^HTTP\/1.1 413 /);
    raw.destroy();
    expect((await edge.send('POST', '/feed', { body: 'x'.repeat(1_000) })).status).toBe(200);
    expect(given.api.seen).toHaveLength(1);
  });

  it('of an attachment may be large, and comes as it is sent', async () => {
    const edge = await given.start({ uploadBytesMax: 2_000_000 });
    const body = new Uint8Array(2_000_000).fill(120);
    const headers = { 'content-type': 'image/png' };
    expect((await edge.send('PUT', '/attachments/one', { token: null, body, headers })).status).toBe(200);
    expect(given.api.last).toMatchObject({
      method: 'PUT',
      headers: { 'content-length': '2000000', 'content-type': 'image/png' },
    });
    expect(given.api.last?.body).toHaveLength(2_000_000);
    const refused = await edge.send('POST', '/attachments/one', {
      token: null,
      body: new Uint8Array(2_000_001),
      headers,
    });
    expect([refused.status, refused.body.code]).toEqual([413, 'bad_request.body_too_large']);
    expect(given.api.seen).toHaveLength(1);
  });

  it('of an attachment that does not say how long it is ends at the limit', async () => {
    const edge = await given.start({ uploadBytesMax: 1_000 });
    const raw = await RawConnection.to(edge.url);
    raw.write('PUT /attachments/one HTTP/1.1', ...HEAD, 'Transfer-Encoding: chunked', '', '3e8', 'x'.repeat(1_000), '');
    raw.write('3e8', 'x'.repeat(1_000), '0', '', '');
    expect(await raw.until('}}')).toMatch(/^HTTP\/1.1 413 /);
    raw.destroy();
  });

  it('of an attachment that nobody takes leaves the caller an answer, and the connection', async () => {
    const body = new Uint8Array(5_000_000);
    const nowhere = await given.start({}, { api: [`http://127.0.0.1:${(await freePorts(1))[0]}`] });
    expect((await nowhere.send('PUT', '/attachments/one', { token: null, body })).status).toBe(503);
    const refuse: Script = (_, response) => void response.writeHead(403).end('{"code":"used"}');
    const refusing = await ScriptedService.start(refuse, false);
    const edge = await given.start({}, { api: [refusing.url] });
    for (let n = 0; n < 5; n++) {
      const refused = await edge.send('PUT', '/attachments/one', { token: null, body });
      expect([refused.status, refused.body]).toEqual([403, { code: 'used' }]);
    }
    await refusing.stop();
  });

  it('that comes too slowly is given up', async () => {
    const edge = await given.start({ bodyArrivalMs: 100 });
    const raw = await RawConnection.to(edge.url);
    raw.write('POST /feed HTTP/1.1', ...HEAD, 'Content-Length: 10', '', 'x');
    const text = await raw.until('bad_request.too_slow');
    expect(text).toMatch(/^HTTP\/1.1 408 /);
    expect(text).toMatch(/trace-id: [0-9a-f]{32}/i);
    await raw.closed;
    expect(given.api.seen).toEqual([]);
  });
});

describe('a caller', () => {
  it('who leaves in the middle of a body is nobody’s trouble', async () => {
    const edge = await given.start({});
    for (const path of ['/feed', '/attachments/one']) {
      const raw = await RawConnection.to(edge.url);
      raw.write(`POST ${path} HTTP/1.1`, ...HEAD, 'Content-Length: 10', '', 'x');
      await new Promise((resolve) => setImmediate(resolve));
      raw.destroy();
    }
    expect((await edge.send('POST', '/feed', { body: 'a=1' })).status).toBe(200);
    await edge.stop();
    expect(edge.reported).toEqual([]);
  });
});

describe('a head', () => {
  it('that comes too slowly is given up', async () => {
    const edge = await given.start({ headArrivalMs: 100 });
    const raw = await RawConnection.to(edge.url);
    raw.write('GET /accounts HTTP/1.1', 'Host: edge', '');
    const text = await raw.until('bad_request.too_slow');
    expect(text).toMatch(/^HTTP\/1.1 408 /);
    expect(text).toMatch(/Trace-Id: [0-9a-f]{32}/);
    await raw.closed;
  });

  it('that is too large is refused', async () => {
    const edge = await given.start({ headBytesMax: 2_000 });
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
    const edge = await given.start({});
    const raw = await RawConnection.to(edge.url);
    raw.write(...lines);
    expect(await raw.until('"code"')).toMatch(/^HTTP\/1.1 400 /);
    expect(raw.received).toMatch(/trace-id/i);
    raw.destroy();
    expect(given.api.seen).toEqual([]);
  });
});
