// What becomes of a delivery: attempts, pauses, crashes, several instances, the log, and sending again.
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { fund } from '@tallystick/ledger-core/account/commands.suite';
import { context } from '../ledger/ledger-over-memory.suite.js';
import { answers, closes, hangs, Receiver, redirectsTo } from './receiver.suite.js';
import { ann, until, WebhooksOverMemory } from './webhooks-over-memory.suite.js';

const HOUR_MS = 3_600_000;
/** For receivers that hang, and long enough for all others. */
const SHORT_MS = 1_500;

let of: WebhooksOverMemory;
let receivers: Receiver[];

beforeEach(() => {
  receivers = [];
});

afterEach(async () => {
  await of.stop();
  for (const receiver of receivers) await receiver.stop();
  expect(of.reported).toEqual([]);
});

async function receiving(...how: Parameters<typeof Receiver.start>): Promise<Receiver> {
  const receiver = await Receiver.start(...how);
  receivers.push(receiver);
  return receiver;
}

let paid = 0;
const payIn = (times = 1) => of.do(ann, ...Array.from({ length: times }, () => fund(1n, `in-${paid++}`)));
const requests = (receiver: Receiver, count: number) =>
  until(`${count} requests`, () => receiver.received.length === count);
/** The attempts of the only delivery. */
const attempts = async (id: string) => (await of.log(id))[0]?.attempts ?? [];
const recorded = (id: string, count: number) =>
  until(`${count} attempts`, async () => (await attempts(id)).length === count);

describe('a receiver that answers with a failure', () => {
  it('is asked five times, ever more rarely, with the same id', async () => {
    of = await WebhooksOverMemory.start();
    const receiver = await receiving(answers(500));
    const id = await of.register(receiver.url);
    await payIn();
    for (const [n, pauseMs] of [0, 30_000, 120_000, 600_000, HOUR_MS].entries()) {
      of.time.advance(pauseMs - 1);
      expect(receiver.received).toHaveLength(n);
      // With jitter, a fifth more at most.
      of.time.advance(pauseMs * 0.2 + 1);
      await recorded(id, n + 1);
      expect(receiver.received).toHaveLength(n + 1);
    }
    await of.quiet();
    expect(await of.log(id)).toMatchObject([{ state: 'failed', dueAt: null }]);
    expect((await attempts(id)).map(({ status, failure }) => [status, failure])).toEqual(Array(5).fill([500, null]));
    of.time.advance(24 * HOUR_MS);
    expect(receiver.received).toHaveLength(5);
    expect(new Set(receiver.received.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
    expect(new Set(receiver.received.map(({ headers }) => headers['webhook-timestamp'])).size).toBe(5);
    expect(await of.first.metric('webhook_attempts_total')).toEqual([
      'webhook_attempts_total{outcome="to_be_retried"} 4',
      'webhook_attempts_total{outcome="given_up"} 1',
    ]);
  });

  it('is asked no more once it answers well', async () => {
    of = await WebhooksOverMemory.start();
    const receiver = await receiving((request, response, nth) => answers(nth < 3 ? 503 : 201)(request, response, nth));
    const id = await of.register(receiver.url);
    await payIn();
    await recorded(id, 1);
    expect(await of.log(id)).toMatchObject([{ state: 'waiting', dueAt: expect.any(BigInt) }]);
    expect(await of.first.metric('webhook_backlog')).toMatchObject([
      'webhook_backlog 1',
      expect.stringMatching(/^webhook_backlog_oldest_seconds 35\d\d/),
    ]);
    of.time.advance(36_000);
    await recorded(id, 2);
    of.time.advance(144_000);
    await of.quiet();
    expect(await of.log(id)).toMatchObject([{ state: 'delivered' }]);
    expect((await attempts(id)).map(({ status }) => status)).toEqual([503, 503, 201]);
    expect(await of.first.metric('webhook_backlog')).toMatchObject([
      'webhook_backlog 0',
      'webhook_backlog_oldest_seconds 0',
    ]);
  });

  it.each([
    ['hangs', hangs, { status: null, failure: 'timeout' }],
    ['closes', closes, { status: null, failure: 'connection_lost' }],
    ['redirects', redirectsTo('http://127.0.0.1:9/'), { status: 302, failure: null }],
  ])('or %s is asked again', async (_, behaviour, attempt) => {
    of = await WebhooksOverMemory.start({ attemptTimeoutMs: SHORT_MS });
    const receiver = await receiving(behaviour);
    const id = await of.register(receiver.url);
    await payIn();
    await recorded(id, 1);
    expect(await attempts(id)).toMatchObject([attempt]);
    receiver.behaviour = answers(200);
    of.time.advance(36_000);
    await of.quiet();
    expect(await of.log(id)).toMatchObject([{ state: 'delivered' }]);
  });
});

describe('a receiver in a private network', () => {
  it('is told nothing, and the log says why', async () => {
    of = await WebhooksOverMemory.start({
      configuration: { allowPrivateAddresses: false, allowedNetworks: [] },
      addressesOf: async () => ['127.0.0.1'],
    });
    const receiver = await receiving();
    const id = await of.register(`http://hooks.example:${receiver.port}/`);
    await payIn();
    await recorded(id, 1);
    expect(await attempts(id)).toMatchObject([{ status: null, failure: 'private_address' }]);
    expect(receiver.received).toEqual([]);
  });

  it.each(['http://127.0.0.1/', 'http://localhost:1/', 'http://[::1]/', 'http://10.0.0.1/', 'http://2130706433/'])(
    'is refused at once where its url shows it: %s',
    async (url) => {
      of = await WebhooksOverMemory.start({ configuration: { allowPrivateAddresses: false, allowedNetworks: [] } });
      await expect(of.register(url)).rejects.toThrow('private_address');
    },
  );
});

describe('one hanging receiver', () => {
  it('delays no other, however much waits for it, and what waits is not held in memory', async () => {
    of = await WebhooksOverMemory.start();
    const dead = await receiving(hangs);
    const fast = await Promise.all(Array.from({ length: 4 }, () => receiving()));
    const id = await of.register(dead.url, { clientId: 'oauth2client_dead' });
    for (const receiver of fast) await of.register(receiver.url);
    await payIn(30);
    for (const receiver of fast) await requests(receiver, 30);
    expect(dead.received).toHaveLength(4);
    // Each is looked for once when its event comes, and read when it is attempted.
    expect(of.first.read.filter((key) => key.startsWith(`${id}/`))).toHaveLength(30 + 4);
  });

  it('has one attempt at a time once it is known, and as many again when it answers', async () => {
    of = await WebhooksOverMemory.start({ attemptTimeoutMs: SHORT_MS });
    const receiver = await receiving(hangs);
    const id = await of.register(receiver.url);
    await payIn();
    await recorded(id, 1);
    let most = 0;
    let now = 0;
    receiver.behaviour = (request, response, nth) => {
      most = Math.max(most, ++now);
      setImmediate(() => {
        now--;
        answers(200)(request, response, nth);
      });
    };
    await payIn(20);
    await requests(receiver, 21);
    expect(most).toBeLessThanOrEqual(4);
    of.time.advance(36_000);
    await of.quiet();
  });

  it('of many on one host leaves the rest of the slots to others', async () => {
    const slots = { all: 6, slow: 2, perHost: 4, perWebhook: 4 };
    of = await WebhooksOverMemory.start({ slots });
    const dead = await receiving(hangs);
    const fast = await receiving();
    for (let n = 0; n < 8; n++) await of.register(dead.url, { clientId: `oauth2client_${n}` });
    await of.register(fast.url);
    await payIn(10);
    await requests(fast, 10);
    expect(dead.received).toHaveLength(4);
  });
});

describe('a transactions service that is away', () => {
  it('is waited for, and no attempt is counted', async () => {
    of = await WebhooksOverMemory.start();
    const receiver = await receiving();
    const id = await of.register(receiver.url);
    of.isViewAway = true;
    await payIn(20);
    const postponed = async () => Number((await of.first.metric('webhook_attempts_total'))[0]?.split(' ')[1] ?? 0);
    await until('it was asked', async () => (await postponed()) >= 1);
    // In vain: the webhook rests.
    expect(await postponed()).toBeLessThanOrEqual(4);
    of.isViewAway = false;
    of.time.advance(5_000);
    await requests(receiver, 20);
    await of.quiet();
    expect((await of.log(id)).map((each) => each.attempts.length)).toEqual(Array(20).fill(1));
    expect(new Set(of.reported.splice(0).map((error) => Object(error).code))).toEqual(new Set(['unavailable']));
  });
});

describe('what was missed', () => {
  it('is sent again from a delivery on, or from a time on, with the same ids', async () => {
    of = await WebhooksOverMemory.start();
    const receiver = await receiving();
    const id = await of.register(receiver.url);
    await payIn(5);
    await requests(receiver, 5);
    await of.quiet();
    const log = await of.log(id);
    const nothing = { webhookId: id, after: null, since: null };
    const { replayed } = await of.first.answers.replay({ ...nothing, after: log[2]?.id ?? '' }, context);
    expect(replayed).toBe(2);
    await requests(receiver, 7);
    await of.quiet();
    const since = log[4]?.at ?? 0n;
    expect(await of.first.answers.replay({ ...nothing, since }, context)).toEqual({ replayed: 1 });
    await requests(receiver, 8);
    await of.quiet();
    const ids = receiver.received.map(({ headers }) => headers['webhook-id']);
    expect(ids.slice(5).sort()).toEqual([log[3]?.id, log[4]?.id, log[4]?.id].sort());
    expect(ids.slice(0, 5).sort()).toEqual(log.map((each) => each.id).sort());
    expect((await of.log(id)).map((each) => each.attempts.length)).toEqual([1, 1, 1, 2, 3]);
  });

  it('is given five attempts anew, and what waits is left as it is', async () => {
    of = await WebhooksOverMemory.start();
    const receiver = await receiving(answers(500));
    const id = await of.register(receiver.url);
    await payIn();
    await recorded(id, 1);
    const all = { webhookId: id, after: null, since: 0n };
    expect(await of.first.answers.replay(all, context)).toEqual({ replayed: 0 });
    for (const n of [2, 3, 4, 5]) {
      of.time.advance(2 * HOUR_MS);
      await recorded(id, n);
    }
    await of.quiet();
    expect(await of.first.answers.replay(all, context)).toEqual({ replayed: 1 });
    await recorded(id, 6);
    expect(await of.log(id)).toMatchObject([{ state: 'waiting' }]);
  });
});

describe('a client whose approval has ended', () => {
  it('is told nothing more, of what waits either, and goes on once it is approved again', async () => {
    of = await WebhooksOverMemory.start();
    const receiver = await receiving((request, response, nth) =>
      answers(nth === 1 ? 503 : 200)(request, response, nth),
    );
    const other = await receiving();
    const id = await of.register(receiver.url);
    await of.register(other.url, { clientId: 'oauth2client_other' });
    await payIn();
    await recorded(id, 1);
    await requests(other, 1);
    of.ended.add('oauth2client_spec');
    of.time.advance(36_000);
    await of.quiet();
    await payIn();
    await requests(other, 2);
    await of.quiet();
    expect(receiver.received).toHaveLength(1);
    expect(await of.log(id)).toEqual([]);
    expect(await of.first.metric('webhook_attempts_total{outcome="dropped"}')).toEqual([
      'webhook_attempts_total{outcome="dropped"} 2',
    ]);
    of.ended.clear();
    await payIn();
    await requests(receiver, 2);
    await of.quiet();
  });
});
