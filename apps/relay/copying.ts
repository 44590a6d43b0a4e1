// Batches between the journal and the bus: while one is being committed, the next is collected; where much waits, it is already made ready.
import type { RecordedEvent } from '@tallystick/journal';

type Write = (events: readonly RecordedEvent[]) => Promise<void>;

const EVENTS_PER_WRITE = 2_000;
const EVENTS_WAITING = 2 * EVENTS_PER_WRITE;

export class Copying {
  readonly #write: Write;
  readonly #failing = new AbortController();
  #waiting: RecordedEvent[] = [];
  #underWay = 0;
  #changed = Promise.withResolvers<void>();

  constructor(write: Write) {
    this.#write = write;
  }

  /** Aborted at the first write that fails, with its error as the reason. */
  get failed(): AbortSignal {
    return this.#failing.signal;
  }

  /** Resolves once there is room for more. @throws what a write threw */
  async add(events: readonly RecordedEvent[]): Promise<void> {
    for (const event of events) this.#waiting.push(event);
    this.#start();
    while (this.#waiting.length >= EVENTS_WAITING && !this.failed.aborted) await this.#change();
    this.failed.throwIfAborted();
  }

  /** Resolves once everything is written. @throws what a write threw */
  async finish(): Promise<void> {
    while ((this.#underWay > 0 || this.#waiting.length > 0) && !this.failed.aborted) await this.#change();
    this.failed.throwIfAborted();
  }

  #start(): void {
    while (!this.failed.aborted && this.#isWorthWriting()) {
      const events = this.#waiting.slice(0, EVENTS_PER_WRITE);
      this.#waiting = this.#waiting.slice(EVENTS_PER_WRITE);
      this.#underWay++;
      this.#write(events).then(
        () => this.#end(),
        (error) => {
          this.#failing.abort(error);
          this.#end();
        },
      );
    }
  }

  /** Behind a write under way only a full batch is made ready: a small one would rather grow. */
  #isWorthWriting(): boolean {
    const least = this.#underWay === 0 ? 1 : EVENTS_PER_WRITE;
    return this.#underWay < 2 && this.#waiting.length >= least;
  }

  #end(): void {
    this.#underWay--;
    this.#start();
    this.#changed.resolve();
  }

  async #change(): Promise<void> {
    await this.#changed.promise;
    this.#changed = Promise.withResolvers();
  }
}
