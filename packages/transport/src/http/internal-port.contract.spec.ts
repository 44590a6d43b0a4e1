import { connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Registry } from 'prom-client';
import { ManualTime } from '../manual-time.suite.js';
import { addressOf, followName } from './addresses.js';
import type { HttpTransport } from './index.js';
import { contextOf, deferred, echo, echoContract, Opened, until } from './services.suite.js';

let opened: Opened;
beforeEach(() => {
  opened = new Opened();
});
afterEach(() => opened.close());

const headers = { authorization: 'Bearer sesame', 'content-type': 'application/json' };

describe('the internal port', () => {
  let url: string;
  let answering: HttpTransport;
  let hold: Promise<void>;
  let entered: { readonly promise: Promise<void>; resolve(): void };

  beforeEach(async () => {
    hold = Promise.resolve();
    entered = deferred<void>();
    answering = opened.transport({
      token: 'sesame',
      settings: { requestBytesMax: 1_000, concurrentMax: 1, waitingMax: 1, headBytesMax: 2_000 },
    });
    const say = async (request: { readonly text: string }) => {
      entered.resolve();
      await hold;
      return echo.say(request);
    };
    answering.answer(echoContract, { ...echo, say });
    url = await answering.listen();
  });

  const post = (route: string, body: string, more: Readonly<Record<string, string>> = {}) =>
    fetch(`${url}/rpc/${route}`, { method: 'POST', body, headers: { ...headers, ...more } });

  it('is plain HTTP with JSON', async () => {
    const response = await post('echo.say', '{"text":"hello"}');
    expect([response.status, await response.text()]).toEqual([200, '{"text":"hello"}']);
  });

  it('tells a probe whether a service is answered here', async () => {
    const statuses = ['echo', 'ledger'].map(
      async (service) => (await fetch(`${url}/rpc/${service}`, { headers })).status,
    );
    expect(await Promise.all(statuses)).toEqual([204, 503]);
  });

  it.each([
    ['a request outside of the contract', 'echo.say', '{"text":1}', {}, 400, 'bad_request.contract'],
    ['what is not JSON', 'echo.say', '{', {}, 400, 'bad_request.contract'],
    [
      'a deadline that is none',
      'echo.say',
      '{"text":""}',
      { 'x-request-deadline': 'soon' },
      400,
      'bad_request.bad_param.x-request-deadline',
    ],
    ['a deadline that has passed', 'echo.say', '{"text":""}', { 'x-request-deadline': '+0' }, 504, 'deadline_exceeded'],
    ['a method that nobody answers', 'echo.shout', '{}', {}, 503, 'unavailable'],
    ['another path', 'echo/say', '{}', {}, 404, 'not_found'],
    ['no token', 'echo.say', '{"text":""}', { authorization: '' }, 401, 'unauthorized.internal'],
    ['another token', 'echo.say', '{"text":""}', { authorization: 'Bearer sesamo' }, 401, 'unauthorized.internal'],
    ['a body that is too large', 'echo.say', 'x'.repeat(1_001), {}, 413, 'bad_request.body_too_large'],
  ])('refuses %s', async (_what, route, body, more, status, code) => {
    const response = await post(route, body, more);
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({ code });
  });

  it('refuses at once what it has no room for', async () => {
    const release = deferred<void>();
    hold = release.promise;
    const calling = opened.transport({ token: 'sesame', services: { echo: [url] }, settings: { triesMax: 1 } });
    const client = calling.client(echoContract);
    const calls = [1, 2, 3].map((call) => client.say({ text: String(call) }, contextOf()));
    const settled = Promise.allSettled(calls);
    await expect(
      Promise.any(
        calls.map((call) =>
          call.then(
            () => Promise.reject(new Error('answered')),
            (f) => f,
          ),
        ),
      ),
    ).resolves.toMatchObject({
      code: 'unavailable',
      retryable: true,
    });
    release.resolve();
    expect((await settled).filter(({ status }) => status === 'fulfilled')).toHaveLength(2);
  });

  it('fails a caller with another token once and for all, and reports it', async () => {
    const calling = opened.transport({ token: 'open', services: { echo: [url] } });
    await expect(calling.client(echoContract).say({ text: '' }, contextOf())).rejects.toMatchObject({
      code: 'internal_service',
      retryable: false,
    });
    expect(opened.reported).toHaveLength(1);
  });

  it('answers what is under way when it closes, and takes nothing more', async () => {
    const release = deferred<void>();
    hold = release.promise;
    const calling = opened.transport({ token: 'sesame', services: { echo: [url] }, settings: { triesMax: 1 } });
    const client = calling.client(echoContract);
    const underWay = client.say({ text: 'late' }, contextOf());
    await entered.promise;
    const probe = () => fetch(`${url}/rpc/echo`, { headers }).then(({ status }) => status);
    expect(await probe()).toBe(204);
    const closed = answering.close();
    await expect(probe()).rejects.toThrow();
    release.resolve();
    expect(await underWay).toEqual({ text: 'late' });
    await closed;
    await expect(client.say({ text: '' }, contextOf())).rejects.toMatchObject({ code: 'unavailable' });
  });

  it.each([
    ['on which nothing was asked', ''],
    ['on which a request never arrives', 'POST /rpc/echo.say HTTP/1.1\r\nhost: x\r\ncontent-length: 20\r\n\r\n{'],
  ])('closes without waiting for a connection %s', async (_what, sent) => {
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    const ended = new Promise((resolve) => socket.on('error', () => undefined).once('close', resolve));
    await new Promise((resolve) => socket.write(sent, resolve));
    expect((await post('echo.say', '{"text":""}')).status).toBe(200);
    await answering.close();
    await ended;
  });
});

describe('a process that calls a service which it answers itself', () => {
  it('stays within the process, unless told otherwise', async () => {
    const direct = opened.transport();
    direct.answer(echoContract, echo);
    expect(await direct.client(echoContract).say({ text: 'near' }, contextOf())).toEqual({ text: 'near' });

    const metrics = new Registry();
    const far = opened.transport({ local: 'network', metrics });
    far.answer(echoContract, echo);
    far.setAddresses('echo', [await far.listen()]);
    expect(await far.client(echoContract).say({ text: 'far' }, contextOf())).toEqual({ text: 'far' });
    const text = await metrics.metrics();
    for (const side of ['client', 'server']) {
      expect(text).toContain(`rpc_${side}_duration_seconds_count{service="echo",method="say",outcome="answered"} 1`);
    }
    expect(text).toContain('rpc_client_connections{service="echo"} 1');
    expect(text).toContain('rpc_client_instances{service="echo",state="healthy"} 1');
  });
});

describe('a service behind a name', () => {
  it('is asked at the addresses of that name', async () => {
    const answering = opened.transport();
    answering.answer(echoContract, echo);
    const { port } = new URL(await answering.listen());
    const resolve = async () => ['127.0.0.1'];
    const services = { echo: { dns: `http://echo.bank:${port}` } };
    const calling = opened.transport({ services, resolve });
    await calling.resolved();
    expect(await calling.client(echoContract).say({ text: 'hi' }, contextOf())).toEqual({ text: 'hi' });
  });

  it('follows the name, and keeps what it knows while the name can not be resolved', async () => {
    const time = new ManualTime();
    const answers: (readonly string[] | Error)[] = [['10.0.0.1'], new Error('ESERVFAIL'), ['10.0.0.1', 'fd00::2']];
    const used: string[][] = [];
    const errors: unknown[] = [];
    const resolve = async () => {
      const answer = answers.shift() ?? [];
      if (answer instanceof Error) throw answer;
      return answer;
    };
    const name = followName({
      url: 'http://ledger.bank:91',
      resolve,
      time,
      use: (addresses) => used.push(addresses.map(({ id }) => id)),
      report: (error) => errors.push(error),
    });
    await name.first;
    time.advance(5_000);
    await until(() => errors.length === 1);
    time.advance(5_000);
    await until(() => used.length === 2);
    expect(used).toEqual([['10.0.0.1:91'], ['10.0.0.1:91', 'fd00::2:91']]);
    name.stop();
    expect(time.running()).toBe(0);
  });

  it.each(['ledger', 'https://ledger:1', '127.0.0.1:9'])('can not be %s', (url) => {
    expect(() => addressOf(url)).toThrow('is not the address of a service');
  });
});
