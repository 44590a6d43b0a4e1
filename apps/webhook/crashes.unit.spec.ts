// Processes that die, and several at once.
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { fund } from '@tallystick/ledger-core/account/commands.suite';
import { answers, hangs, Receiver } from './receiver.suite.js';
import { ann, until, WebhooksOverMemory } from './webhooks-over-memory.suite.js';

const HOUR_MS = 3_600_000;

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

describe('an instance that is killed', () => {
  it.each([
    ['before', 'webhook-outbox-0'],
    ['after', 'webhook-outbox-0'],
    ['before', 'webhook-deliveries'],
    ['after', 'webhook-deliveries'],
  ] as const)('%s a write of %s loses nothing, at any of them', async (when, collection) => {
    of = await WebhooksOverMemory.start();
    of.first.kill();
    const receiver = await receiving();
    const id = await of.registerBeside(receiver.url);
    const told = () => new Set(receiver.received.map(({ headers }) => headers['webhook-id'])).size;
    let expected = 0;
    for (let nth = 0; nth < 12; nth++) {
      await payIn(3);
      expected += 3;
      const dying = of.instance();
      let writes = 0;
      let isDead = false;
      dying[`${when}Write`] = (written) => {
        if (written !== collection || writes++ < nth) return;
        dying.kill();
        isDead = true;
      };
      await until('it dies, or is done', () => isDead || told() === expected);
      dying.kill();
    }
    of.instance();
    // What a crash left over is looked at when its time is over.
    await until('all is told', () => told() === expected);
    of.time.advance(HOUR_MS);
    await of.quiet();
    expect((await of.log(id)).filter(({ state }) => state !== 'delivered')).toEqual([]);
  });

  it('with a request under way has it sent again by the next', async () => {
    of = await WebhooksOverMemory.start();
    const receiver = await receiving(hangs);
    await of.register(receiver.url);
    await payIn();
    await requests(receiver, 1);
    of.first.kill();
    receiver.behaviour = answers(200);
    of.instance();
    await requests(receiver, 2);
    await of.quiet();
    expect(new Set(receiver.received.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
  });
});

describe('two instances on one store', () => {
  it('send each delivery and each retry once', async () => {
    of = await WebhooksOverMemory.start();
    const receiver = await receiving(answers(500));
    await of.register(receiver.url);
    const two = of.instance({ instance: 'two' });
    await payIn(30);
    await requests(receiver, 30);
    await until('all are recorded', () => of.waiting() === 30);
    receiver.behaviour = answers(200);
    for (let n = 0; n < 20; n++) {
      of.time.advance(5_000);
      await new Promise((resolve) => setImmediate(resolve));
    }
    await of.quiet();
    expect(receiver.received).toHaveLength(60);
    const counts = new Map<unknown, number>();
    for (const { headers } of receiver.received)
      counts.set(headers['webhook-id'], (counts.get(headers['webhook-id']) ?? 0) + 1);
    expect([...counts.values()]).toEqual(Array(30).fill(2));
    await two.stop();
  });

  it('take over what the other left, after a while', async () => {
    of = await WebhooksOverMemory.start();
    const receiver = await receiving(answers(500));
    const id = await of.register(receiver.url);
    await payIn();
    await recorded(id, 1);
    of.first.kill();
    receiver.behaviour = answers(200);
    of.instance({ instance: 'two' });
    of.time.advance(36_000);
    await new Promise((resolve) => setTimeout(resolve, 20));
    of.time.advance(31_000);
    await requests(receiver, 2);
  });
});

describe('a delivery of the bus that comes again', () => {
  it('is not sent again', async () => {
    of = await WebhooksOverMemory.start();
    const receiver = await receiving();
    await of.register(receiver.url);
    await payIn(5);
    await requests(receiver, 5);
    await of.quiet();
    of.first.kill();
    // Its checkpoint was not written: it begins at the first event.
    of.instance();
    await payIn();
    await requests(receiver, 6);
    await of.quiet();
    expect(receiver.received).toHaveLength(6);
  });
});
