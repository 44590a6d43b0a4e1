// The journal's own tail as the bus: one partition, nothing copied, and only what is durable is seen.
import type { Position, RecordedEvent } from '@tallystick/journal';
import type { Bus, Consumer } from '../port.js';

const PARTITION = 0;

/** The reading half of a journal. */
export interface TailSource {
  subscribe(after: Position, signal: AbortSignal): AsyncIterable<readonly RecordedEvent[]>;
}

export interface EmbeddedBusOptions {
  /** Waits before a failed delivery is repeated; `failures` in a row so far, from 1. */
  readonly pause?: (failures: number, signal: AbortSignal) => Promise<void>;
  /** Told of every failure; the delivery is repeated all the same. */
  readonly onTrouble?: (error: unknown) => void;
}

const PAUSE_MS_FIRST = 10;
const PAUSE_MS_MAX = 5_000;

export class EmbeddedBus implements Bus {
  private readonly pause: NonNullable<EmbeddedBusOptions['pause']>;
  private readonly onTrouble: NonNullable<EmbeddedBusOptions['onTrouble']>;

  constructor(
    private readonly source: TailSource,
    options: EmbeddedBusOptions = {},
  ) {
    this.pause = options.pause ?? growingPause;
    this.onTrouble = options.onTrouble ?? (() => {});
  }

  async run(consumer: Consumer, signal: AbortSignal): Promise<void> {
    let failures = 0;
    while (!signal.aborted) {
      try {
        const after = await consumer.resumeAfter(PARTITION);
        for await (const events of this.source.subscribe(after, signal)) {
          await consumer.apply({ partition: PARTITION, events });
          failures = 0;
        }
        return;
      } catch (error) {
        if (signal.aborted) return;
        this.onTrouble(error);
        await this.pause(++failures, signal);
      }
    }
  }
}

function growingPause(failures: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(done, Math.min(PAUSE_MS_MAX, PAUSE_MS_FIRST * 2 ** failures));
    function done(): void {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    }
    signal.addEventListener('abort', done);
  });
}
