// The bus: events on their way to views and processes. Every adapter passes bus.suite.ts.
import type { Position, RecordedEvent } from '@tallystick/journal';

/** What a consumer is given: recorded events, in order per partition key, at least once. */
export interface Delivery {
  /** Which partition of the bus these events come from; the embedded bus has one, 0. */
  readonly partition: number;
  readonly events: readonly RecordedEvent[];
}

export interface Consumer {
  /** Names the consumer; consumers of one name share the work. */
  readonly name: string;
  /** After a delivery the next one may wait this long, for more to come with it: for what nobody waits for. A hint; 0 where it is not given. */
  readonly lingerMs?: number;
  /** The position up to which this consumer has durably applied a partition; START before the first delivery. */
  resumeAfter(partition: number): Promise<Position>;
  /** Applies a delivery. It is delivered again after a failure; the consumer dedupes by position. */
  apply(delivery: Delivery): Promise<void>;
}

export interface Bus {
  /**
   * Delivers to the consumer until the signal is aborted, then resolves.
   * A consumer that throws is given again what it hasn't applied, after a pause that grows; a bus that can't be read is read again likewise.
   * Consumers of one name are never given the same partition at the same time.
   */
  run(consumer: Consumer, signal: AbortSignal): Promise<void>;
}

/** How a bus waits before it tries again: resolves after so many milliseconds, or at once when the signal is aborted. */
export type Pause = (milliseconds: number, signal: AbortSignal) => Promise<void>;
