import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { type StandIn, serve } from '@tallystick/journal/standin';
import { type EncodedEvent, type Journal, JournalUnavailable, NO_STREAM, START } from '../port.js';
import { EventStoreWorld } from './eventstore-world.suite.js';
import { Follower } from './follower.suite.js';
import type { EventStoreJournal } from './index.js';
import { TcpProxy } from './tcp-proxy.suite.js';

/** Where a test waits for it to pass: long enough for an answer on a busy machine. */
const DEADLINE_MS = 1_000;

jest.setTimeout(30_000);

let world: EventStoreWorld;
let standIn: StandIn;
let journal: EventStoreJournal;

beforeEach(async () => {
  world = await EventStoreWorld.create();
  standIn = await world.standIn();
  journal = await world.journal(standIn.connectionString);
});

afterEach(() => world.dispose());

let made = 0;
function event(): EncodedEvent {
  const eventId = createHash('sha256').update(`${made++}`).digest().subarray(0, 16);
  return { eventId, metadata: Buffer.from('metadata'), payload: Buffer.from(`payload ${made}`) };
}

const unknown = { name: 'JournalUnavailable', outcomeUnknown: true };
const revisions = async (stream: string) =>
  (await journal.readStream(stream, { limit: 100 })).map(({ revision }) => revision);

/** As the ledger does with an unknown outcome: the same bytes at the same revision, until there is an answer. */
async function appendUntilKnown(to: Journal, stream: string, revision: number, events: readonly EncodedEvent[]) {
  for (let attempt = 1; ; attempt++) {
    try {
      return await to.append(stream, revision, events);
    } catch (error) {
      if (!(error instanceof JournalUnavailable) || !error.outcomeUnknown || attempt === 20) throw error;
    }
  }
}

describe('an append whose answer is lost after it was stored', () => {
  it('has an unknown outcome, and the same bytes again have the first answer', async () => {
    await journal.append('acc', NO_STREAM, [event()]);
    const sent = [event(), event()];
    standIn.faults.answersToLose = 1;
    await expect(journal.append('acc', 0, sent)).rejects.toMatchObject(unknown);
    const answer = await journal.append('acc', 0, sent);
    expect(answer.revision).toBe(2);
    const stored = await journal.readStream('acc', { fromRevision: 1, limit: 10 });
    expect(stored.map((e) => Buffer.from(e.eventId))).toEqual(sent.map((e) => e.eventId));
    expect(stored.at(-1)?.position).toBe(answer.position);
  });

  it('keeps its first answer after the stream has gone on, and an append decided without it conflicts', async () => {
    const sent = [event()];
    standIn.faults.answersToLose = 1;
    await expect(journal.append('acc', NO_STREAM, sent)).rejects.toMatchObject(unknown);
    const other = await world.journal(standIn.connectionString);
    await other.append('acc', 0, [event()]);
    await expect(journal.append('acc', NO_STREAM, [event()])).rejects.toMatchObject({ actualRevision: 1 });
    expect((await journal.append('acc', NO_STREAM, sent)).revision).toBe(0);
    expect(await revisions('acc')).toEqual([0, 1]);
  });

  it('leaves the others in flight unknown too, and each is stored once', async () => {
    standIn.faults.answersToLose = 3;
    const streams = Array.from({ length: 40 }, (_, i) => `acc-${i}`);
    const answers = await Promise.all(streams.map((s) => appendUntilKnown(journal, s, NO_STREAM, [event(), event()])));
    expect(answers.map(({ revision }) => revision)).toEqual(streams.map(() => 1));
    expect(await journal.readAll({ after: START, limit: 1_000 })).toHaveLength(80);
  });
});

describe('a node that no longer leads', () => {
  it('names the leader, and what follows goes there', async () => {
    await journal.append('acc', NO_STREAM, [event()]);
    const leader = await serve(standIn.store);
    try {
      standIn.faults.leader = leader;
      const sent = [event()];
      await expect(journal.append('acc', 0, sent)).rejects.toMatchObject({
        ...unknown,
        message: `the EventStoreDB at 127.0.0.1:${standIn.port} follows another node, 127.0.0.1:${leader.port}`,
      });
      expect((await journal.append('acc', 0, sent)).revision).toBe(1);
      expect(await revisions('acc')).toEqual([0, 1]);
    } finally {
      leader.stop();
    }
  });

  it('is left at once by a read, and found among several nodes by asking', async () => {
    const leader = await serve(standIn.store);
    try {
      standIn.faults.leader = leader;
      expect(await revisions('acc')).toEqual([]);
      const hosts = `127.0.0.1:${standIn.port},127.0.0.1:${leader.port}`;
      const found = await world.journal(`esdb://${hosts}?tls=false`);
      expect(found.id).toBe(journal.id);
      expect((await found.append('acc', NO_STREAM, [event()])).revision).toBe(0);
    } finally {
      leader.stop();
    }
  });

  it('goes on feeding those who follow it', async () => {
    const follower = new Follower(journal);
    await journal.append('acc', NO_STREAM, [event()]);
    await follower.until(1);
    const leader = await serve(standIn.store);
    try {
      standIn.faults.leader = leader;
      await appendUntilKnown(journal, 'acc', 0, [event()]);
      await follower.until(2);
      expect(world.reported).toEqual([]);
    } finally {
      await follower.stop();
      leader.stop();
    }
  });
});

describe('a connection that breaks', () => {
  let proxy: TcpProxy;
  beforeEach(async () => {
    proxy = await TcpProxy.to(standIn.port);
    journal = await world.journal(`esdb://127.0.0.1:${proxy.port}?tls=false`, { deadlineMs: 2 * DEADLINE_MS });
  });
  afterEach(() => proxy.close());

  it('is made anew for appends, reads and subscriptions, and nothing is lost or doubled', async () => {
    const follower = new Follower(journal);
    const streams = Array.from({ length: 8 }, (_, i) => `acc-${i}`);
    const writers = streams.map(async (stream) => {
      for (let revision = NO_STREAM; revision < 29; revision++) {
        await appendUntilKnown(journal, stream, revision, [event()]);
        if (stream === 'acc-0' && revision % 10 === 0) proxy.cut();
      }
    });
    await Promise.all(writers);
    await follower.until(240);
    await follower.stop();
    expect(follower.seen).toEqual(await journal.readAll({ after: START, limit: 1_000 }));
    expect(follower.seen).toHaveLength(240);
    expect(proxy.connections).toBeGreaterThan(3);
  });

  it('is given up when it is dead: the outcome is unknown, and the subscription finds what it missed', async () => {
    const follower = new Follower(journal);
    await journal.append('acc', NO_STREAM, [event()]);
    await follower.until(1);
    proxy.dead = true;
    await expect(journal.append('acc', 0, [event()])).rejects.toMatchObject(unknown);
    await expect(journal.head()).rejects.toMatchObject({ name: 'JournalUnavailable', outcomeUnknown: false });
    const direct = await world.journal(standIn.connectionString);
    await direct.append('acc', 0, [event()]);
    proxy.dead = false;
    // What the dead connection swallowed is not made up for by the living: a new one is needed.
    await follower.until(2);
    await follower.stop();
    expect(follower.seen.map(({ revision }) => revision)).toEqual([0, 1]);
  });
});

describe('a node that ends its calls', () => {
  it('is asked again, from the last event that was given', async () => {
    const follower = new Follower(journal);
    for (let i = 0; i < 5; i++) {
      await appendUntilKnown(journal, 'acc', i - 1, [event()]);
      await follower.until(i + 1);
      standIn.dropCalls();
    }
    await appendUntilKnown(journal, 'acc', 4, [event()]);
    await follower.until(6);
    await follower.stop();
    expect(follower.seen.map(({ revision }) => revision)).toEqual([0, 1, 2, 3, 4, 5]);
    expect(world.reported.every(({ message }) => message.includes('The node is going down'))).toBe(true);
  });
});

describe('a node that takes calls and says nothing', () => {
  beforeEach(async () => {
    journal = await world.journal(standIn.connectionString, { deadlineMs: DEADLINE_MS });
  });

  it('leaves appends unknown after the deadline, and answers them when it speaks again', async () => {
    const sent = [event()];
    standIn.faults.mute = true;
    await expect(journal.append('acc', NO_STREAM, sent)).rejects.toMatchObject({
      ...unknown,
      message: `no EventStoreDB answers at 127.0.0.1:${standIn.port}: no answer within ${DEADLINE_MS} ms`,
    });
    standIn.faults.mute = false;
    expect((await appendUntilKnown(journal, 'acc', NO_STREAM, sent)).revision).toBe(0);
    expect(await revisions('acc')).toEqual([0]);
  });

  it('is noticed by a subscription, reported once, and followed from where it was', async () => {
    await appendUntilKnown(journal, 'acc', NO_STREAM, [event()]);
    const follower = new Follower(journal);
    await follower.until(1);
    standIn.faults.mute = true;
    while (world.reported.length === 0) await journal.head().catch(() => undefined);
    await expect(journal.head()).rejects.toBeInstanceOf(JournalUnavailable);
    standIn.faults.mute = false;
    await appendUntilKnown(journal, 'acc', 0, [event()]);
    await follower.until(2);
    await follower.stop();
    expect(follower.seen.map(({ revision }) => revision)).toEqual([0, 1]);
    expect(world.reported).toHaveLength(1);
  });
});

describe('clocks that differ', () => {
  it.each([-10_000, 10_000])('by %d ms fail nothing', async (clockAheadMs) => {
    standIn.faults.clockAheadMs = clockAheadMs;
    expect((await journal.append('acc', NO_STREAM, [event()])).revision).toBe(0);
    expect(await revisions('acc')).toEqual([0]);
  });
});
