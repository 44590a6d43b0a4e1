import { randomUUID } from 'node:crypto';
import type Database from 'better-sqlite3';
import { checkAppend } from '../arguments.js';
import {
  type AppendResult,
  type EncodedEvent,
  type Journal,
  JournalUnavailable,
  type Position,
  type ReadStreamOptions,
  type RecordedEvent,
} from '../port.js';
import { follow, Tail } from '../tail.js';
import { openToWrite } from './file.js';
import { type GroupedAppend, GroupStore, groupSize } from './group-store.js';
import { StoredEvents } from './stored-events.js';
import { breathe, PAGE_SIZE, POLL_MS, type SubscribeTuning } from './subscribe-tuning.js';

export interface SqliteJournalOptions extends SubscribeTuning {
  /** The id of a journal that is created; a random UUID by default. A journal that exists keeps its own. */
  readonly journalId?: string;
}

interface Waiting extends GroupedAppend {
  readonly resolve: (result: AppendResult) => void;
  readonly reject: (error: Error) => void;
}

// A group that is this large, or that has waited this many turns of the event loop, is committed whatever comes.
const GROUP_APPENDS = 256;
const GROUP_TURNS = 8;

/** Journal in one SQLite file. All appends that wait are committed, and synced, together. */
export class SqliteJournal implements Journal {
  readonly id: string;
  readonly #database: Database.Database;
  readonly #events: StoredEvents;
  readonly #store: GroupStore;
  readonly #tail: Tail;
  readonly #pageSize: number;
  readonly #listeners = new Set<(head: Position) => void>();
  #waiting: Waiting[] = [];
  /** The newest position that the tail and the listeners know of. */
  #announced: number;
  #scheduled = false;
  #closed = false;

  private constructor(path: string, { journalId, pageSize = PAGE_SIZE, pollMs = POLL_MS }: SqliteJournalOptions) {
    const file = openToWrite(path, () => journalId ?? randomUUID());
    const database = file.database;
    this.id = file.journalId;
    this.#database = database;
    this.#events = new StoredEvents(database);
    this.#store = new GroupStore(database);
    this.#tail = new Tail(pollMs);
    this.#pageSize = pageSize;
    this.#announced = this.#events.head();
  }

  /** @throws JournalFormatUnsupported, JournalUnavailable */
  static open(path: string, options: SqliteJournalOptions = {}): SqliteJournal {
    return new SqliteJournal(path, options);
  }

  append(stream: string, expectedRevision: number, events: readonly EncodedEvent[]): Promise<AppendResult> {
    return new Promise((resolve, reject) => {
      if (this.#closed) throw new JournalUnavailable('the journal is closed', false);
      checkAppend(expectedRevision, events);
      this.#waiting.push({ stream, expectedRevision, events, resolve, reject });
      this.#schedule();
    });
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

  async head(): Promise<Position> {
    return BigInt(this.#events.head());
  }

  /**
   * Calls the listener with the newest durable position after every commit of this instance. It must not throw.
   * @returns ends the calls
   */
  onCommit(listener: (head: Position) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    while (this.#waiting.length > 0) this.#flush();
    this.#tail.close();
    this.#database.close();
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    this.#awaitTurn(0, 1);
  }

  /**
   * Not a microtask: everything that this turn of the event loop reads from its sockets joins the group. Nor at once after it: while each
   * turn brings more appends the next is waited for too, since a commit costs about the same for one append as for all of them.
   */
  #awaitTurn(waitingBefore: number, turn: number): void {
    setImmediate(() => {
      const waiting = this.#waiting.length;
      if (waiting > waitingBefore && waiting < GROUP_APPENDS && turn < GROUP_TURNS) {
        this.#awaitTurn(waiting, turn + 1);
        return;
      }
      this.#scheduled = false;
      if (waiting > 0) this.#flush();
      if (this.#waiting.length > 0) this.#schedule();
    });
  }

  #flush(): void {
    const group = this.#takeGroup();
    const answers = this.#store.store(group);
    if (answers instanceof Error) {
      for (const { reject } of group) reject(answers);
      return;
    }
    for (const [i, { resolve, reject }] of group.entries()) {
      const answer = answers[i];
      if (answer === undefined || answer instanceof Error) reject(answer ?? new Error('an append got no answer'));
      else resolve(answer);
    }
    if (this.#store.position <= this.#announced) return;
    this.#announced = this.#store.position;
    this.#tail.wake();
    const head = BigInt(this.#announced);
    for (const listener of this.#listeners) listener(head);
  }

  #takeGroup(): Waiting[] {
    const size = groupSize(this.#waiting);
    if (size < this.#waiting.length) return this.#waiting.splice(0, size);
    const group = this.#waiting;
    this.#waiting = [];
    return group;
  }
}

/**
 * Opens the journal in this file, and creates it where there is none.
 * @throws JournalFormatUnsupported, JournalUnavailable
 */
export function openJournal(path: string, options: SqliteJournalOptions = {}): SqliteJournal {
  return SqliteJournal.open(path, options);
}
