import { type Journal, type RecordedEvent, START } from '../port.js';

/** Collects what a subscription gives; `until` resolves once it has given so many. */
export class Follower {
  readonly seen: RecordedEvent[] = [];
  readonly #controller = new AbortController();
  readonly #ended: Promise<void>;
  #changed = Promise.withResolvers<void>();

  constructor(of: Journal) {
    this.#ended = this.#follow(of);
  }

  async until(count: number): Promise<void> {
    while (this.seen.length < count) await this.#changed.promise;
  }

  async stop(): Promise<void> {
    this.#controller.abort();
    await this.#ended;
  }

  async #follow(of: Journal): Promise<void> {
    for await (const batch of of.subscribe(START, this.#controller.signal)) {
      this.seen.push(...batch);
      this.#changed.resolve();
      this.#changed = Promise.withResolvers();
    }
  }
}
