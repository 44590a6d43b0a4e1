import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { type Journal, NO_STREAM, START } from '@tallystick/journal';
import { MemoryJournal, MemoryStore } from '@tallystick/journal/memory/index';
import { openJournal } from '@tallystick/journal/sqlite/index';
import { type BusUnderTest, describeBus, RecordingConsumer } from '../bus.suite.js';
import type { Pause } from '../port.js';
import { EmbeddedBus, type Failure } from './index.js';

let made = 0;

async function publish(journal: Journal, stream: string, payloads: readonly Uint8Array[]): Promise<void> {
  const [newest] = await journal.readStream(stream, { direction: 'backwards', limit: 1 });
  const events = payloads.map((payload) => ({
    eventId: Buffer.from(String(made++).padStart(16, '0')),
    metadata: new Uint8Array(),
    payload,
  }));
  await journal.append(stream, newest?.revision ?? NO_STREAM, events);
}

function over(journal: Journal, pause: Pause, remove: () => Promise<void>): BusUnderTest {
  return {
    bus: new EmbeddedBus({ journal, pause }),
    publish: (stream, payloads) => publish(journal, stream, payloads),
    dispose: async () => {
      await journal.close();
      await remove();
    },
  };
}

const memoryJournal = () => new MemoryJournal(new MemoryStore({ journalId: 'memory', positionStep: 3n }));

describeBus('EmbeddedBus over a memory journal', async (pause) => over(memoryJournal(), pause, async () => undefined));

describeBus('EmbeddedBus over a SQLite journal', async (pause) => {
  const directory = await mkdtemp(join(tmpdir(), 'bus-'));
  const journal = openJournal(join(directory, 'journal.db'));
  return over(journal, pause, () => rm(directory, { recursive: true }));
});

describe('an embedded bus', () => {
  it('delivers nothing at or before the position that the consumer resumes after', async () => {
    const journal = memoryJournal();
    await publish(journal, 'acc', [Buffer.from('0'), Buffer.from('1'), Buffer.from('2')]);
    const [, second] = await journal.readAll({ after: START, limit: 2 });
    const consumer = new RecordingConsumer('view');
    consumer.resumeAfter = async () => second?.position ?? START;
    const controller = new AbortController();
    const running = new EmbeddedBus({ journal, pause: async () => undefined }).run(consumer, controller.signal);
    await consumer.hasApplied(1);
    controller.abort();
    await running;
    expect(consumer.deliveries.map(({ events }) => events.map((e) => e.revision))).toEqual([[2]]);
  });

  it('tells of each failure, begins to count anew after a success, and pauses 10 seconds at most', async () => {
    const journal = memoryJournal();
    const failures: Failure[] = [];
    const pauses: number[] = [];
    let left = 9;
    const consumer = new RecordingConsumer('view', (moment) => {
      if (moment === 'before' && left-- > 0) throw new Error('not now');
    });
    const controller = new AbortController();
    const pause = async (milliseconds: number) => void pauses.push(milliseconds);
    const bus = new EmbeddedBus({ journal, pause, onFailure: (failure) => failures.push(failure) });
    const running = bus.run(consumer, controller.signal);
    await publish(journal, 'acc', [Buffer.from('0')]);
    await consumer.hasApplied(1);
    left = 1;
    await publish(journal, 'acc', [Buffer.from('1')]);
    await consumer.hasApplied(2);
    controller.abort();
    await running;
    expect(pauses).toEqual([100, 200, 400, 800, 1600, 3200, 6400, 10_000, 10_000, 100]);
    expect(failures.map(({ attempt }) => attempt)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 1]);
    expect(failures[0]).toEqual({ consumer: 'view', attempt: 1, error: new Error('not now') });
  });

  it('waits after a delivery as long as it or the consumer says, whichever is longer', async () => {
    for (const [lingerMs, ofConsumer, expected] of [
      [5, undefined, 5],
      [5, 25, 25],
      [30, 25, 30],
    ] as const) {
      const journal = memoryJournal();
      const waited = Promise.withResolvers<number>();
      const bus = new EmbeddedBus({ journal, lingerMs, pause: async (milliseconds) => waited.resolve(milliseconds) });
      const consumer = Object.assign(new RecordingConsumer('view'), ofConsumer && { lingerMs: ofConsumer });
      const controller = new AbortController();
      const running = bus.run(consumer, controller.signal);
      await publish(journal, 'acc', [Buffer.from('0')]);
      expect(await waited.promise).toBe(expected);
      controller.abort();
      await running;
    }
  });

  it('ends when its journal is closed', async () => {
    const journal = memoryJournal();
    const running = new EmbeddedBus({ journal, pause: async () => undefined }).run(
      new RecordingConsumer('view'),
      new AbortController().signal,
    );
    await journal.close();
    await running;
  });
});
