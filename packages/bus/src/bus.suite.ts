import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type Position, type RecordedEvent, START } from '@tallystick/journal';
import type { Bus, Consumer, Delivery, Pause } from './port.js';

/** One bus, empty at first. */
export interface BusUnderTest {
  readonly bus: Bus;
  /** Appends events with these payloads to the stream; from there they reach the bus. */
  publish(stream: string, payloads: readonly Uint8Array[]): Promise<void>;
  dispose(): Promise<void>;
}

/** A consumer as a view is one: what it has applied and how far it has come change together, and what it is given twice counts once. */
export class RecordingConsumer implements Consumer {
  readonly applied: RecordedEvent[] = [];
  readonly deliveries: Delivery[] = [];
  readonly #progress = new Map<number, Position>();
  /** The partitions of the deliveries under way. */
  readonly #applying = new Set<number>();
  #watchers: (() => void)[] = [];

  constructor(
    readonly name: string,
    /** Run inside every delivery, before and after it is applied. */
    readonly disturb: (moment: 'before' | 'after') => void | Promise<void> = () => undefined,
  ) {}

  async resumeAfter(partition: number): Promise<Position> {
    return this.#progress.get(partition) ?? START;
  }

  async apply(delivery: Delivery): Promise<void> {
    expect([...this.#applying]).not.toContain(delivery.partition);
    this.#applying.add(delivery.partition);
    try {
      this.deliveries.push(delivery);
      await this.disturb('before');
      for (const event of delivery.events) {
        if (event.position <= (await this.resumeAfter(delivery.partition))) continue;
        this.applied.push(event);
        this.#progress.set(delivery.partition, event.position);
      }
      await this.disturb('after');
    } finally {
      this.#applying.delete(delivery.partition);
      for (const watch of this.#watchers) watch();
    }
  }

  /** Resolves once so many different events have been applied. */
  hasApplied(count: number): Promise<void> {
    return new Promise((resolve) => {
      const watch = () => {
        if (this.applied.length >= count) resolve();
      };
      this.#watchers.push(watch);
      watch();
    });
  }

  /** The payloads of one stream, as text, in the order applied. */
  payloads(stream: string): string[] {
    return this.applied.filter((e) => e.stream === stream).map((e) => Buffer.from(e.payload).toString());
  }
}

const texts = (from: number, count: number) => Array.from({ length: count }, (_, i) => `event ${from + i}`);

/** What every adapter of the bus promises. The factory's bus pauses by the function that it is given. */
export function describeBus(adapter: string, createBus: (pause: Pause) => Promise<BusUnderTest>): void {
  describe(adapter, () => {
    let given: BusUnderTest;
    let pauses: number[];
    let stopping: AbortController;
    let runs: Promise<void>[];

    beforeEach(async () => {
      pauses = [];
      stopping = new AbortController();
      runs = [];
      given = await createBus(async (milliseconds) => {
        pauses.push(milliseconds);
        // Not at once: a consumer that always fails would leave the event loop no turn.
        await new Promise(setImmediate);
      });
    });

    afterEach(async () => {
      await stop();
      await given.dispose();
    });

    const publish = (stream: string, from: number, count: number) =>
      given.publish(
        stream,
        texts(from, count).map((text) => Buffer.from(text)),
      );

    function start(consumer: Consumer, signal: AbortSignal = stopping.signal): Promise<void> {
      const run = given.bus.run(consumer, signal);
      runs.push(run);
      return run;
    }

    async function stop(): Promise<void> {
      stopping.abort();
      await Promise.all(runs);
      stopping = new AbortController();
      runs = [];
    }

    function expectOrder(consumer: RecordingConsumer): void {
      const last = new Map<number, Position>();
      for (const { partition, events } of consumer.deliveries) {
        expect(events.length).toBeGreaterThan(0);
        for (const [i, event] of events.entries())
          expect(event.position).toBeGreaterThan(
            i === 0 ? (last.get(partition) ?? START) : (events[i - 1]?.position ?? START),
          );
        last.set(partition, events.at(-1)?.position ?? START);
      }
    }

    describe('a new consumer', () => {
      it('is given what was there before it, then what is new, in order', async () => {
        await publish('acc-1', 0, 3);
        await publish('acc-2', 0, 600);
        const consumer = new RecordingConsumer('view');
        start(consumer);
        await publish('acc-1', 3, 2);
        await consumer.hasApplied(605);
        await publish('acc-1', 5, 1);
        await consumer.hasApplied(606);
        await stop();
        expect(consumer.payloads('acc-1')).toEqual(texts(0, 6));
        expect(consumer.payloads('acc-2')).toEqual(texts(0, 600));
        expectOrder(consumer);
        expect(pauses).toEqual([]);
      });
    });

    describe('a consumer that comes back', () => {
      it('goes on where it was, and misses nothing that came meanwhile', async () => {
        const consumer = new RecordingConsumer('view');
        await publish('acc-1', 0, 4);
        start(consumer);
        await consumer.hasApplied(4);
        await stop();
        await publish('acc-1', 4, 4);
        start(consumer);
        await consumer.hasApplied(8);
        expect(consumer.payloads('acc-1')).toEqual(texts(0, 8));
      });
    });

    describe('a consumer that fails', () => {
      it('before it has applied anything, is given the same events again after pauses that grow', async () => {
        let failures = 3;
        const consumer = new RecordingConsumer('view', (moment) => {
          if (moment === 'before' && failures-- > 0) throw new Error('not now');
        });
        await publish('acc-1', 0, 5);
        start(consumer);
        await consumer.hasApplied(5);
        expect(consumer.payloads('acc-1')).toEqual(texts(0, 5));
        const firsts = consumer.deliveries.slice(0, 4).map(({ events }) => events[0]?.revision);
        expect(firsts).toEqual([0, 0, 0, 0]);
        expect(pauses).toHaveLength(3);
        expect(pauses.every((pause, i) => pause > (pauses[i - 1] ?? 0))).toBe(true);
      });

      it('after it has applied a delivery, has each event count once', async () => {
        let failures = 2;
        const consumer = new RecordingConsumer('view', (moment) => {
          if (moment === 'after' && failures-- > 0) throw new Error('the answer was lost');
        });
        await publish('acc-1', 0, 5);
        start(consumer);
        await consumer.hasApplied(5);
        await publish('acc-1', 5, 5);
        await consumer.hasApplied(10);
        expect(consumer.payloads('acc-1')).toEqual(texts(0, 10));
      });

      it('does not hold up another', async () => {
        const failing = new RecordingConsumer('failing', () => {
          throw new Error('never');
        });
        const other = new RecordingConsumer('other');
        await publish('acc-1', 0, 5);
        start(failing);
        start(other);
        await other.hasApplied(5);
        await publish('acc-1', 5, 5);
        await other.hasApplied(10);
        await stop();
        expect(failing.applied).toEqual([]);
      });
    });

    describe('a run that is aborted', () => {
      it('before it has started, delivers nothing', async () => {
        await publish('acc-1', 0, 1);
        const consumer = new RecordingConsumer('view');
        await start(consumer, AbortSignal.abort());
        expect(consumer.deliveries).toEqual([]);
      });

      it('waits for the delivery under way, and gives no other', async () => {
        const controller = new AbortController();
        let finished = false;
        const consumer = new RecordingConsumer('view', async (moment) => {
          if (moment === 'before') controller.abort();
          // Some turns of the event loop, in which an impatient run would end.
          else for (let i = 0; i < 10; i++) await new Promise(setImmediate);
          finished = moment === 'after';
        });
        await publish('acc-1', 0, 5);
        await start(consumer, controller.signal);
        expect(finished).toBe(true);
        expect(consumer.deliveries).toHaveLength(1);
      });
    });

    describe('several consumers', () => {
      it('of different names have everything each', async () => {
        const consumers = ['balance', 'transactions'].map((name) => new RecordingConsumer(name));
        for (const consumer of consumers) start(consumer);
        await publish('acc-1', 0, 20);
        for (const consumer of consumers) {
          await consumer.hasApplied(20);
          expect(consumer.payloads('acc-1')).toEqual(texts(0, 20));
        }
      });

      it('of one name share the work, and one takes over from another', async () => {
        // One consumer, run twice, as two processes over one database would be; it refuses two deliveries at a time of one partition.
        const consumer = new RecordingConsumer('view');
        const first = new AbortController();
        const ending = start(consumer, first.signal);
        start(consumer);
        await publish('acc-1', 0, 10);
        await consumer.hasApplied(10);
        first.abort();
        await ending;
        await publish('acc-1', 10, 10);
        await consumer.hasApplied(20);
        expect(consumer.payloads('acc-1')).toEqual(texts(0, 20));
      });
    });
  });
}
