import { createServer } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Registry } from 'prom-client';
import { CuttablePath } from './cuttable-path.suite.js';
import type { HttpTransport, HttpTransportOptions } from './index.js';
import { contextOf, deferred, echo, echoContract, Opened, until } from './services.suite.js';

// Both sides of every call run on one event loop here: a slow machine must not make an instance seem mute.
const quick = { ejectionMs: 50, probeTimeoutMs: 1_000, firstPauseMs: 1 };
let opened: Opened;
beforeEach(() => {
  opened = new Opened();
});
afterEach(() => opened.close());

async function metricOf(registry: Registry, name: string, labels: Readonly<Record<string, string>>): Promise<number> {
  const metric = await registry.getSingleMetric(name)?.get();
  const found = metric?.values.find((value) =>
    Object.entries(labels).every(([label, wanted]) => Reflect.get(value.labels, label) === wanted),
  );
  return found?.value ?? 0;
}

describe('two instances of a service', () => {
  let paths: CuttablePath[];
  let answered: number[];
  let registry: Registry;
  let calling: HttpTransport;

  beforeEach(async () => {
    paths = [];
    answered = [0, 0];
    for (const index of [0, 1]) {
      const instance = opened.transport();
      const counted = <R, A>(handler: (request: R) => A) => {
        return (request: R): A => {
          answered[index] = (answered[index] ?? 0) + 1;
          return handler(request);
        };
      };
      instance.answer(echoContract, {
        say: counted(echo.say),
        sayOnce: counted(echo.sayOnce),
        sayOf: counted(echo.sayOf),
      });
      const path = await CuttablePath.to(await instance.listen());
      opened.also(() => path.cut());
      paths.push(path);
    }
    registry = new Registry();
    calling = opened.transport({ services: { echo: paths.map(({ url }) => url) }, metrics: registry, settings: quick });
  });

  const ejected = () => metricOf(registry, 'rpc_client_instances', { service: 'echo', state: 'ejected' });

  /** Calls without a pause until told to stop. */
  function load(callers: number) {
    const client = calling.client(echoContract);
    const failures: unknown[] = [];
    let running = true;
    let answers = 0;
    const workers = Array.from({ length: callers }, async (_, worker) => {
      while (running) {
        const text = `${worker}/${answers}`;
        try {
          expect(await client.say({ text }, contextOf())).toEqual({ text });
          answers++;
        } catch (failure) {
          failures.push(failure);
        }
      }
    });
    const stop = async () => {
      running = false;
      await Promise.all(workers);
    };
    opened.also(stop);
    return { failures, answers: () => answers, stop };
  }

  it.each([
    ['is killed', (path: CuttablePath) => path.cut()],
    ['hangs', async (path: CuttablePath) => path.fallSilent()],
  ])(
    'lose no call when one %s under load, leave it alone, and use it again when it is back',
    async (_what, harm) => {
      const [path] = paths;
      if (path === undefined) throw new Error('no path');
      const running = load(32);
      await until(() => running.answers() > 500);
      await harm(path);
      await until(async () => (await ejected()) === 1);
      const before = running.answers();
      await until(() => running.answers() > before + 500);

      await path.restore();
      const [first = 0] = answered;
      await until(async () => (await ejected()) === 0);
      await until(() => (answered[0] ?? 0) > first + 100);
      await running.stop();
      expect(running.failures).toEqual([]);
    },
    60_000,
  );

  it('share the load', async () => {
    const running = load(8);
    await until(() => running.answers() > 400);
    await running.stop();
    expect(Math.min(...answered)).toBeGreaterThan(100);
  });

  it('each have their accounts, and take over those of the other while it is away', async () => {
    const client = calling.client(echoContract);
    const accounts = Array.from({ length: 40 }, (_, index) => `acc_0000${index}`);
    const ask = () => Promise.all(accounts.map((accountId) => client.sayOf({ accountId }, contextOf())));
    await ask();
    const once = [...answered];
    expect(Math.min(...once)).toBeGreaterThan(5);
    await ask();
    expect(answered).toEqual(once.map((count) => count * 2));

    await paths[0]?.cut();
    await ask();
    expect(answered).toEqual([(once[0] ?? 0) * 2, (once[1] ?? 0) * 2 + accounts.length]);
  });

  it('are not both left alone when both fail', async () => {
    const client = calling.client(echoContract);
    await Promise.all(paths.map((path) => path.cut()));
    await Promise.allSettled(Array.from({ length: 20 }, () => client.say({ text: '' }, contextOf())));
    expect(await ejected()).toBe(1);
    await paths[1]?.restore();
    await paths[0]?.restore();
    expect(await client.say({ text: 'back' }, contextOf())).toEqual({ text: 'back' });
  });

  it('say which service can not be reached, never where it is', async () => {
    await Promise.all(paths.map((path) => path.cut()));
    await expect(calling.client(echoContract).say({ text: '' }, contextOf())).rejects.toMatchObject({
      code: 'unavailable',
      message: 'echo can not be reached',
      retryable: true,
    });
  });

  it('may be changed while calls are under way', async () => {
    const running = load(8);
    await until(() => running.answers() > 100);
    calling.setAddresses('echo', [paths[1]?.url ?? '']);
    const [first = 0] = answered;
    const before = running.answers();
    await until(() => running.answers() > before + 200);
    expect(answered[0]).toBeLessThanOrEqual(first + 8);
    await until(() => paths[0]?.connections() === 0);
    await running.stop();
    expect(running.failures).toEqual([]);
  });
});

/** A server of another make, whose calls are counted. */
async function strangers(answer: (post: number) => Promise<{ status: number; body: string }>) {
  const seen = { posts: 0, probes: 0 };
  const server = createServer((request, response) => {
    request.resume().on('end', () => {
      if (request.method === 'GET') {
        seen.probes++;
        response.writeHead(204).end();
        return;
      }
      seen.posts++;
      // Written in pieces, and so sent in chunks.
      void answer(seen.posts).then(({ status, body }) => {
        response.writeHead(status, { 'content-type': 'application/json' });
        response.write(body.slice(0, 3));
        response.end(body.slice(3));
      });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  opened.also(async () => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return { url: `http://127.0.0.1:${address.port}`, seen };
}

describe('an instance that always fails', () => {
  const CALLS = 200;

  async function attempts(options: Partial<HttpTransportOptions>): Promise<number> {
    const { url, seen } = await strangers(async () => ({ status: 503, body: 'upstream connect error' }));
    const client = opened.transport({ services: { echo: [url] }, ...options }).client(echoContract);
    for (let call = 0; call < CALLS; call++) {
      await expect(client.say({ text: '' }, contextOf())).rejects.toMatchObject({ code: 'unavailable' });
    }
    return seen.posts;
  }

  it('gets no more retries than the budget allows', async () => {
    const settings = { firstPauseMs: 0, retryShare: 0.1, retryReserve: 5 };
    const made = (await attempts({ settings })) - CALLS;
    expect(made).toBeGreaterThanOrEqual(20);
    // Some seconds may pass, and give one more each.
    expect(made).toBeLessThanOrEqual(20 + 5 + 20);
  });

  it('gets none where a mesh makes them', async () => {
    expect(await attempts({ mesh: true })).toBe(CALLS);
  });
});

describe('an instance that is slow, beside another', () => {
  it('keeps the call for as long as it says that it is there', async () => {
    const finished = deferred<void>();
    const slow = await strangers(async () => {
      await finished.promise;
      return { status: 200, body: '{"text":"slow"}' };
    });
    const other = await strangers(async () => ({ status: 200, body: '{"text":"other"}' }));
    const calling = opened.transport({ services: { echo: [slow.url] }, settings: quick });
    const answer = calling.client(echoContract).say({ text: '' }, contextOf());
    await until(() => slow.seen.posts === 1);
    calling.setAddresses('echo', [slow.url, other.url]);
    await until(() => slow.seen.probes > 2);
    finished.resolve();
    expect(await answer).toEqual({ text: 'slow' });
    expect([slow.seen.posts, other.seen.posts]).toEqual([1, 0]);
  });
});

describe('a call that may have an effect each time', () => {
  it('is not sent again where it may have arrived', async () => {
    const { url, seen } = await strangers(async () => ({ status: 502, body: 'broken pipe' }));
    const client = opened.transport({ services: { echo: [url] }, settings: quick }).client(echoContract);
    await expect(client.sayOnce({ text: '' }, contextOf())).rejects.toMatchObject({ code: 'unavailable' });
    expect(seen.posts).toBe(1);
  });

  it('is sent elsewhere where no connection was made', async () => {
    const gone = await CuttablePath.to('http://127.0.0.1:1');
    await gone.cut();
    const { url } = await strangers(async () => ({ status: 200, body: '{"text":"once"}' }));
    const client = opened.transport({ services: { echo: [gone.url, url] }, settings: quick }).client(echoContract);
    for (let call = 0; call < 10; call++)
      expect(await client.sayOnce({ text: '' }, contextOf())).toEqual({ text: 'once' });
  });
});

describe('a call that waits for a connection', () => {
  it('leaves it to the others when it is given up', async () => {
    const finished = deferred<void>();
    const slow = await strangers(async (post) => {
      if (post === 1) await finished.promise;
      return { status: 200, body: `{"text":"${post}"}` };
    });
    const path = await CuttablePath.to(slow.url);
    opened.also(() => path.cut());
    const calling = opened.transport({ services: { echo: [path.url] }, settings: { connectionsMax: 1 } });
    const client = calling.client(echoContract);
    const first = client.say({ text: '' }, contextOf());
    await until(() => slow.seen.posts === 1);
    const context = contextOf();
    const second = client.say({ text: '' }, context);
    const third = client.say({ text: '' }, contextOf());
    context.cancel();
    await expect(second).rejects.toMatchObject({ code: 'cancelled' });
    finished.resolve();
    expect([await first, await third]).toEqual([{ text: '1' }, { text: '2' }]);
    expect(path.taken()).toBe(1);
  });
});
