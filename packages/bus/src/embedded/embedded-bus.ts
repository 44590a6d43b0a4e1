import type { Journal } from '@tallystick/journal';
import type { Bus, Consumer, Pause } from '../port.js';

const PARTITION = 0;
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 10_000;

/** What the bus needs of a journal; a read-only one will do. */
export type Tailed = Pick<Journal, 'subscribe'>;

export interface Failure {
  readonly consumer: string;
  /** 1 for the first failure since the consumer's last success. */
  readonly attempt: number;
  readonly error: unknown;
}

export interface EmbeddedBusOptions {
  readonly journal: Tailed;
  readonly pause: Pause;
  /**
   * After a delivery the next one waits this long, so that what is committed meanwhile comes with it: a batch costs a consumer
   * little more than a single event. 0, the default, delivers at once.
   */
  readonly lingerMs?: number;
  /** Told of every failure, before the pause. */
  readonly onFailure?: (failure: Failure) => void;
}

/** The bus inside one process: the journal's own tail, as one partition. Nothing is copied, and only durable events are seen. */
export class EmbeddedBus implements Bus {
  readonly #journal: Tailed;
  readonly #pause: Pause;
  readonly #onFailure: ((failure: Failure) => void) | undefined;
  readonly #lingerMs: number;
  /** The last run of each name, which the next one of that name waits for. */
  readonly #turns = new Map<string, Promise<void>>();

  constructor({ journal, pause, onFailure, lingerMs = 0 }: EmbeddedBusOptions) {
    this.#journal = journal;
    this.#pause = pause;
    this.#onFailure = onFailure;
    this.#lingerMs = lingerMs;
  }

  async run(consumer: Consumer, signal: AbortSignal): Promise<void> {
    const { name } = consumer;
    const before = this.#turns.get(name) ?? Promise.resolve();
    const turn = before.then(() => this.#deliverAll(consumer, signal));
    // The next run has its turn however this one ends.
    const over = turn.then(noop, noop).then(() => {
      if (this.#turns.get(name) === over) this.#turns.delete(name);
    });
    this.#turns.set(name, over);
    await Promise.race([before, aborted(signal)]);
    if (!signal.aborted) await turn;
  }

  /** A failed delivery begins again where the consumer says that it is: its own checkpoint may be ahead of what it told us. */
  async #deliverAll(consumer: Consumer, signal: AbortSignal): Promise<void> {
    const lingerMs = Math.max(this.#lingerMs, consumer.lingerMs ?? 0);
    let failures = 0;
    while (!signal.aborted) {
      try {
        const after = await consumer.resumeAfter(PARTITION);
        for await (const events of this.#journal.subscribe(after, signal)) {
          if (signal.aborted) return;
          await consumer.apply({ partition: PARTITION, events });
          failures = 0;
          if (lingerMs > 0) await this.#pause(lingerMs, signal);
        }
        // Not aborted, yet at its end: the journal is closed, and nothing will come any more.
        return;
      } catch (error) {
        failures++;
        this.#onFailure?.({ consumer: consumer.name, attempt: failures, error });
        if (!signal.aborted) await this.#pause(pauseMs(failures), signal);
      }
    }
  }
}

function noop(): void {}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}

function pauseMs(failures: number): number {
  return Math.min(FIRST_PAUSE_MS * 2 ** (failures - 1), LONGEST_PAUSE_MS);
}
