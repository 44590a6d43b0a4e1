import type Database from 'better-sqlite3';
import { checkLimit } from '../arguments.js';
import { JournalUnavailable, type Position, type ReadStreamOptions, type RecordedEvent } from '../port.js';
import { unavailable } from './file.js';
import { RecentMap } from './recent-map.js';

const NAMES_CACHED = 50_000;

type Bytes = Uint8Array;
/** position, stream id, revision, event id, metadata, payload */
type Row = [number, number, number, Bytes, Bytes, Bytes];

/** Reads events through one connection, the writer's or a reader's own. Positions are numbers in here, as SQLite hands them over fastest. */
export class StoredEvents {
  readonly #database: Database.Database;
  readonly #forwards: Database.Statement<[number, number, number], Row>;
  readonly #backwards: Database.Statement<[number, number, number], Row>;
  readonly #all: Database.Statement<[number, number], Row>;
  readonly #head: Database.Statement<[], number | null>;
  readonly #streamId: Database.Statement<[string], number>;
  readonly #streamName: Database.Statement<[number], string>;
  // Names are looked up here rather than joined: an id never changes its name.
  readonly #names = new RecentMap<number, string>(NAMES_CACHED);

  constructor(database: Database.Database) {
    const columns = 'SELECT position, stream, revision, event_id, metadata, payload FROM events';
    this.#database = database;
    this.#forwards = database
      .prepare<[number, number, number], Row>(`${columns} WHERE stream = ? AND revision >= ? ORDER BY revision LIMIT ?`)
      .raw();
    this.#backwards = database
      .prepare<[number, number, number], Row>(
        `${columns} WHERE stream = ? AND revision <= ? ORDER BY revision DESC LIMIT ?`,
      )
      .raw();
    this.#all = database
      .prepare<[number, number], Row>(`${columns} WHERE position > ? ORDER BY position LIMIT ?`)
      .raw();
    this.#head = database.prepare<[], number | null>('SELECT max(position) FROM events').pluck();
    this.#streamId = database.prepare<[string], number>('SELECT id FROM streams WHERE name = ?').pluck();
    this.#streamName = database.prepare<[number], string>('SELECT name FROM streams WHERE id = ?').pluck();
  }

  readStream(stream: string, { direction = 'forwards', fromRevision, limit }: ReadStreamOptions): RecordedEvent[] {
    checkLimit(limit);
    return this.#read(() => {
      const id = this.#streamId.get(stream);
      if (id === undefined) return [];
      const rows =
        direction === 'forwards'
          ? this.#forwards.all(id, fromRevision ?? 0, limit)
          : this.#backwards.all(id, fromRevision ?? Number.MAX_SAFE_INTEGER, limit);
      return rows.map((row) => recorded(row, stream));
    });
  }

  readAll({ after, limit }: { readonly after: Position; readonly limit: number }): RecordedEvent[] {
    checkLimit(limit);
    return this.#read(() => this.#all.all(Number(after), limit).map((row) => recorded(row, this.#nameOf(row[1]))));
  }

  /** 0 for an empty journal. */
  head(): number {
    return this.#read(() => this.#head.get() ?? 0);
  }

  #nameOf(id: number): string {
    const known = this.#names.get(id);
    if (known !== undefined) return known;
    const name = this.#streamName.get(id);
    if (name === undefined) throw new Error(`stream ${id} has events but no name`);
    this.#names.set(id, name);
    return name;
  }

  #read<T>(query: () => T): T {
    if (!this.#database.open) throw new JournalUnavailable('the journal is closed', false);
    try {
      return query();
    } catch (error) {
      throw unavailable("the journal can't be read", error);
    }
  }
}

function recorded(row: Row, stream: string): RecordedEvent {
  return {
    position: BigInt(row[0]),
    stream,
    revision: row[2],
    eventId: row[3],
    metadata: row[4],
    payload: row[5],
  };
}
