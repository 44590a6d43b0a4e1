import { setImmediate } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { WriterReplaced } from '@tallystick/bus';
import { NO_STREAM, START } from '@tallystick/journal';
import { MemoryJournal, MemoryStore } from '@tallystick/journal/memory/index';
import fc from 'fast-check';
import { Registry } from 'prom-client';
import { type Fate, MemoryBus } from './memory-bus.suite.js';
import { Relay } from './relay.js';
import { measureRelay } from './relay.metrics.js';

let journal: MemoryJournal;
let bus: MemoryBus;
let stopping: AbortController;
let reports: unknown[];
let pauses: number[];

beforeEach(() => begin());
afterEach(() => stopping.abort());

function begin(): void {
  journal = new MemoryJournal(new MemoryStore({ journalId: 'memory', positionStep: 3n }));
  bus = new MemoryBus();
  stopping = new AbortController();
  reports = [];
  pauses = [];
}

function relay(): Relay {
  const pause = async (milliseconds: number) => {
    pauses.push(milliseconds);
    await setImmediate();
  };
  return new Relay({ journal, writer: bus, pause, now: () => 5_000, report: (error) => reports.push(error) });
}

let made = 0;

async function append(count: number): Promise<void> {
  const [newest] = await journal.readStream('a', { direction: 'backwards', limit: 1 });
  const events = Array.from({ length: count }, () => ({
    eventId: Buffer.from(String(made++).padStart(16, '0')),
    metadata: new Uint8Array(),
    payload: new Uint8Array(),
  }));
  await journal.append('a', newest?.revision ?? NO_STREAM, events);
}

async function until(look: () => boolean): Promise<void> {
  while (!look()) await setImmediate();
}

const revisions = () => bus.events.map(({ revision }) => revision);
const upTo = (count: number) => Array.from({ length: count }, (_, i) => i);

describe('a relay', () => {
  it('puts what is there and what comes onto the bus, in order, and says how far it is', async () => {
    await append(3);
    const running = relay();
    expect(running.written).toBeUndefined();
    const run = running.run(stopping.signal);
    await append(4_500);
    await until(() => bus.events.length === 4_503);
    await append(2);
    await until(() => bus.events.length === 4_505);
    stopping.abort();
    await run;
    expect(revisions()).toEqual(upTo(4_505));
    expect(running.written?.position).toBe(await journal.head());
    expect(running.relayed).toBe(4_505);
    expect(reports).toEqual([]);
  });

  it('collects what comes while it writes', async () => {
    const gate = Promise.withResolvers<void>();
    bus.gate = gate.promise;
    void relay().run(stopping.signal);
    await append(1);
    await until(() => bus.opened === 1);
    for (let i = 0; i < 50; i++) {
      await append(10);
      await setImmediate();
    }
    gate.resolve();
    await until(() => bus.events.length === 501);
    expect(bus.batches.length).toBeLessThan(6);
    expect(revisions()).toEqual(upTo(501));
  });

  it('goes on after whatever happened to a write, with nothing lost or doubled', async () => {
    const fate = fc.constantFrom<Fate>('works', 'is lost', 'works, but says that it failed');
    await fc.assert(
      fc.asyncProperty(
        fc.array(fate, { maxLength: 12 }),
        fc.array(fc.integer({ min: 1, max: 2_500 }), { maxLength: 4 }),
        async (fates, appends) => {
          begin();
          bus.fate = () => fates.shift() ?? 'works';
          const run = relay().run(stopping.signal);
          let total = 0;
          for (const count of appends) {
            await append(count);
            total += count;
            await setImmediate();
          }
          await until(() => (bus.events.length >= total && bus.events.at(-1)?.revision === total - 1) || total === 0);
          stopping.abort();
          await run;
          expect(revisions()).toEqual(upTo(total));
        },
      ),
      { numRuns: 20 },
    );
  });

  it('tells once of an outage, tries again with pauses that grow, and goes on', async () => {
    await append(5);
    bus.away = true;
    void relay().run(stopping.signal);
    await until(() => pauses.length === 8);
    bus.away = false;
    await until(() => bus.events.length === 5);
    expect(pauses.slice(0, 8)).toEqual([100, 200, 400, 800, 1_600, 3_200, 5_000, 5_000]);
    expect(reports.map(String)).toEqual(['Error: relay: the bus is away; trying again']);
  });

  it('ends with one clear error where a newer one has taken over', async () => {
    const run = relay().run(stopping.signal);
    await append(1);
    await until(() => bus.events.length === 1);
    await bus.open();
    await append(1);
    await expect(run).rejects.toThrow(new WriterReplaced('another has taken over'));
    expect(reports).toEqual([]);
  });

  it('ends with the journal', async () => {
    const run = relay().run(stopping.signal);
    await append(1);
    await until(() => bus.events.length === 1);
    await journal.close();
    await run;
  });

  it('measures how far it is behind', async () => {
    const metrics = new Registry();
    await append(3);
    const running = relay();
    measureRelay(running, journal, metrics);
    const read = async (name: string) => (await metrics.getSingleMetric(name)?.get())?.values[0]?.value;
    expect(await read('relay_lag_positions')).toBe(Number((await journal.head()) - START));
    void running.run(stopping.signal);
    await until(() => bus.events.length === 3);
    await until(() => running.relayed === 3);
    expect(await read('relay_lag_positions')).toBe(0);
    expect(await read('relay_seconds_since_progress')).toBe(0);
    expect(await read('relay_events_total')).toBe(3);
  });
});
