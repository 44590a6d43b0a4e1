import { createHash, randomUUID } from 'node:crypto';
import { expect } from '@jest/globals';
import { type EncodedEvent, type Journal, type Position, type RecordedEvent, START } from './port.js';

/** One place where events are kept. It may hold other events already, but nobody else appends during a test. */
export interface JournalStore {
  /** A journal over this store, every call another instance; the first call always has one, a later one undefined where the store allows only one. */
  open(): Promise<Journal | undefined>;
  /** Removes the store, once all its journals are closed. */
  dispose(): Promise<void>;
}

/** What the parts of the suite share: the journal of the running test, and streams and events that are the test's own. */
export class JournalUnderTest {
  #store: JournalStore | undefined;
  #journal: Journal | undefined;
  /** Head of the store before the test. */
  start: Position = START;
  #own = '';
  #made = 0;

  async set(store: JournalStore): Promise<void> {
    this.#store = store;
    this.#journal = await store.open();
    this.start = await this.journal.head();
    this.#own = randomUUID();
    this.#made = 0;
  }

  async clear(): Promise<void> {
    await this.journal.close();
    await this.store.dispose();
  }

  get store(): JournalStore {
    if (this.#store === undefined) throw new Error('there is no store before a test');
    return this.#store;
  }

  get journal(): Journal {
    if (this.#journal === undefined) throw new Error('the store has no journal');
    return this.#journal;
  }

  stream(name: string): string {
    return `${name}-${this.#own}`;
  }

  event(payload: Uint8Array = Buffer.from(`payload ${this.#made}`)): EncodedEvent {
    return {
      eventId: createHash('sha256')
        .update(`${this.#own} ${this.#made++}`)
        .digest()
        .subarray(0, 16),
      metadata: Buffer.from(`metadata ${this.#made}`),
      payload,
    };
  }

  events(count: number): EncodedEvent[] {
    return Array.from({ length: count }, () => this.event());
  }

  readonly isOwn = (recorded: RecordedEvent): boolean => recorded.stream.endsWith(this.#own);

  /** Everything that the test has appended, by readAll in pages of this size. */
  async readOwn(limit: number): Promise<RecordedEvent[]> {
    const read: RecordedEvent[] = [];
    for (let after = this.start; ; ) {
      const page = await this.journal.readAll({ after, limit });
      expect(page.length).toBeLessThanOrEqual(limit);
      read.push(...page.filter(this.isOwn));
      const last = page.at(-1);
      if (last === undefined) return read;
      after = last.position;
    }
  }

  /** The test's own events from a subscription, which is aborted once it has given so many. */
  async follow(from: Journal, after: Position, count: number): Promise<RecordedEvent[]> {
    const controller = new AbortController();
    const seen: RecordedEvent[] = [];
    if (count === 0) controller.abort();
    for await (const batch of from.subscribe(after, controller.signal)) {
      seen.push(...batch.filter(this.isOwn));
      if (seen.length >= count) controller.abort();
    }
    return seen;
  }
}

/** The bytes of an event, comparable whatever kind of array an adapter gives. */
export function content({ eventId, metadata, payload }: EncodedEvent): string[] {
  return [eventId, metadata, payload].map((bytes) => Buffer.from(bytes).toString('hex'));
}
