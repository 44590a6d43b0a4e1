import type Database from 'better-sqlite3';
import type { Journal, Position, ReadStreamOptions, RecordedEvent } from '../port.js';
import { follow, Tail } from '../tail.js';
import { openToRead } from './file.js';
import { StoredEvents } from './stored-events.js';
import { breathe, PAGE_SIZE, POLL_MS, type SubscribeTuning } from './subscribe-tuning.js';

/**
 * The reading half of a journal, on a connection of its own: for worker threads, and for commands beside a running bank.
 * Sees what is durable, whoever wrote it.
 */
export class SqliteJournalReader implements Omit<Journal, 'append'> {
  readonly id: string;
  readonly #database: Database.Database;
  readonly #events: StoredEvents;
  readonly #tail: Tail;
  readonly #pageSize: number;

  private constructor(path: string, { pageSize = PAGE_SIZE, pollMs = POLL_MS }: SubscribeTuning) {
    const { database, journalId } = openToRead(path);
    this.id = journalId;
    this.#database = database;
    this.#events = new StoredEvents(database);
    this.#tail = new Tail(pollMs);
    this.#pageSize = pageSize;
  }

  /** @throws JournalFormatUnsupported, JournalUnavailable (also where there is no such file) */
  static open(path: string, tuning: SubscribeTuning = {}): SqliteJournalReader {
    return new SqliteJournalReader(path, tuning);
  }

  async readStream(stream: string, options: ReadStreamOptions): Promise<RecordedEvent[]> {
    return this.#events.readStream(stream, options);
  }

  async readAll(options: { readonly after: Position; readonly limit: number }): Promise<RecordedEvent[]> {
    return this.#events.readAll(options);
  }

  subscribe(after: Position, signal: AbortSignal): AsyncIterable<readonly RecordedEvent[]> {
    const readAll = (options: { after: Position; limit: number }) => this.readAll(options);
    return follow(this.#tail, { after, signal, pageSize: this.#pageSize, readAll, breathe });
  }

  /** Tells the subscriptions that the writer has committed, so that they needn't wait for the next poll. */
  wake(): void {
    this.#tail.wake();
  }

  async head(): Promise<Position> {
    return BigInt(this.#events.head());
  }

  async close(): Promise<void> {
    this.#tail.close();
    this.#database.close();
  }
}

/** @throws JournalFormatUnsupported, JournalUnavailable (also where there is no such file) */
export function openReader(path: string, tuning: SubscribeTuning = {}): SqliteJournalReader {
  return SqliteJournalReader.open(path, tuning);
}
