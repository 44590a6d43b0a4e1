import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { StandIn } from '@tallystick/journal/standin';
import { type EncodedEvent, NO_STREAM, START } from '../port.js';
import { EventStoreWorld } from './eventstore-world.suite.js';
import { Follower } from './follower.suite.js';
import type { EventStoreJournal } from './index.js';

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

const revisions = async (stream: string) =>
  (await journal.readStream(stream, { limit: 100 })).map(({ revision }) => revision);

describe('a hundred open calls', () => {
  it('of subscriptions leave reads and appends alone', async () => {
    const followers = Array.from({ length: 95 }, () => new Follower(journal));
    await journal.append('acc', NO_STREAM, [event()]);
    await Promise.all(followers.map((follower) => follower.until(1)));
    const others = Array.from({ length: 10 }, () => new Follower(journal));
    expect((await journal.append('acc', 0, [event()])).revision).toBe(1);
    expect(await revisions('acc')).toEqual([0, 1]);
    await Promise.all([...followers, ...others].map((follower) => follower.stop()));
  });

  it('of reads, and twice as many more, are all answered', async () => {
    await journal.append('acc', NO_STREAM, Array.from({ length: 50 }, event));
    for (let round = 0; round < 3; round++) {
      const reads = Array.from({ length: 150 }, () => journal.readStream('acc', { limit: 20 }));
      const append = journal.append('acc', 49 + round, [event()]);
      expect((await Promise.all(reads)).every((read) => read.length === 20)).toBe(true);
      expect((await append).revision).toBe(50 + round);
    }
  });
});

describe('an append that the server would not take', () => {
  it('is refused before it is sent, and the others go on', async () => {
    const large = { ...event(), payload: new Uint8Array(1024 * 1024) };
    const [refused, taken] = await Promise.allSettled([
      journal.append('large', NO_STREAM, [large]),
      journal.append('acc', NO_STREAM, [event()]),
    ]);
    expect(refused).toMatchObject({ reason: { name: 'JournalUnavailable', outcomeUnknown: false } });
    expect(taken.status).toBe('fulfilled');
    const unaware = await world.journal(standIn.connectionString, { appendBytesMax: 2 * 1024 * 1024 });
    await expect(unaware.append('large', NO_STREAM, [large])).rejects.toMatchObject({
      message: 'the append to large is larger than the EventStoreDB takes at once',
      outcomeUnknown: false,
    });
  });

  it('is refused where readers of the journal would never see its stream', async () => {
    for (const stream of ['$acc', '$$acc', 'journal-identity'])
      await expect(journal.append(stream, NO_STREAM, [event()])).rejects.toBeInstanceOf(RangeError);
  });
});

describe('a subscription whose consumer is slow', () => {
  it('holds the server up instead of filling the memory', async () => {
    const payload = new Uint8Array(100_000);
    for (let i = 0; i < 20; i++)
      await journal.append(
        `acc-${i}`,
        NO_STREAM,
        Array.from({ length: 5 }, () => ({ ...event(), payload })),
      );
    const sizes: number[] = [];
    for await (const batch of journal.subscribe(START, new AbortController().signal)) {
      sizes.push(batch.length);
      // Time for the whole journal to come, if it were let.
      if (sizes.length === 1) await journal.readAll({ after: START, limit: 100 });
      if (sizes.reduce((sum, size) => sum + size) === 100) break;
    }
    expect(Math.max(...sizes) * payload.length).toBeLessThan(6 * 1024 * 1024);
  });
});
