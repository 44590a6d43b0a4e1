// Stores all appends of a group in one transaction. Synchronous: whoever calls it waits for the disk.
import type Database from 'better-sqlite3';
import { type AppendResult, type EncodedEvent, JournalUnavailable, type RevisionConflict } from '../port.js';
import { storedNothing, unavailable } from './file.js';
import { StreamWriter } from './stream-writer.js';

export interface GroupedAppend {
  readonly stream: string;
  readonly expectedRevision: number;
  readonly events: readonly EncodedEvent[];
}

/** What a failed commit wrote of its group may leave room for a page or two: that is not enough to call the disk writable again. */
const ROOM = '.'.repeat(256 * 1024);

export type GroupAnswer = AppendResult | RevisionConflict;

export class GroupStore {
  readonly #database: Database.Database;
  readonly #writer: StreamWriter;
  readonly #begin: Database.Statement<[]>;
  readonly #commit: Database.Statement<[]>;
  readonly #rollback: Database.Statement<[]>;

  constructor(database: Database.Database) {
    this.#database = database;
    this.#writer = new StreamWriter(database);
    this.#begin = database.prepare('BEGIN IMMEDIATE');
    this.#commit = database.prepare('COMMIT');
    this.#rollback = database.prepare('ROLLBACK');
  }

  /** Position of the newest event that this instance stored. */
  get position(): number {
    return this.#writer.position;
  }

  /** A conflict is its append's own answer; an error is everyone's, and nothing is answered before the commit. */
  store(group: readonly GroupedAppend[]): GroupAnswer[] | JournalUnavailable {
    let answers: GroupAnswer[];
    try {
      this.#begin.run();
      this.#writer.refresh();
      answers = group.map(({ stream, expectedRevision, events }) =>
        this.#writer.append(stream, expectedRevision, events),
      );
    } catch (error) {
      this.#undo();
      return this.#nothingAppended(error);
    }
    try {
      this.#commit.run();
    } catch (error) {
      this.#undo();
      if (storedNothing(error)) return this.#nothingAppended(error);
      return unavailable('the commit failed, and its events may be stored or not', error, true);
    }
    return answers;
  }

  /** Why nothing can be appended now, found out by writing something of a group's size and taking it away again. */
  trouble(): JournalUnavailable | undefined {
    try {
      this.#database.prepare("INSERT OR REPLACE INTO meta (name, value) VALUES ('room', ?)").run(ROOM);
      this.#database.prepare("DELETE FROM meta WHERE name = 'room'").run();
      return undefined;
    } catch (error) {
      return this.#nothingAppended(error);
    }
  }

  #nothingAppended(cause: unknown): JournalUnavailable {
    return unavailable(`nothing can be appended to ${this.#database.name}`, cause);
  }

  #undo(): void {
    this.#writer.forget();
    try {
      if (this.#database.inTransaction) this.#rollback.run();
    } catch {
      // The first error is the one to report; where the connection is lost for good, the next BEGIN says so.
    }
  }
}

// A longer queue goes in several transactions, so that nobody waits for all of it.
const GROUP_EVENTS_MAX = 4_096;

/** How many of those that wait go into the next transaction: at least one, and not more events than a transaction should have. */
export function groupSize(waiting: readonly GroupedAppend[]): number {
  let events = 0;
  let size = 0;
  for (const append of waiting) {
    events += append.events.length;
    if (size > 0 && events > GROUP_EVENTS_MAX) break;
    size++;
  }
  return size;
}
