import type Database from 'better-sqlite3';
import { checkLimit, EVENT_ID_BYTES } from '../arguments.js';
import { JournalUnavailable, type Position, type ReadStreamOptions, type RecordedEvent } from '../port.js';
import { unavailable } from './file.js';
import { RecentMap } from './recent-map.js';

const NAMES_CACHED = 50_000;
/** Keeps the piece that a page is read in far below SQLite's limit for one value. */
const PAGE_EVENTS = 1_024;
const NO_BYTES = Buffer.alloc(0);

/** position, stream id, revision, event id, metadata, payload */
type Row = [number, number, number, Buffer, Buffer, Buffer];
/** position, stream id, revision, length of metadata, length of payload */
type PageRow = [number, number, number, number, number];

/** Reads events through one connection, the writer's or a reader's own. Positions are numbers in here, as SQLite hands them over fastest. */
export class StoredEvents {
  readonly #database: Database.Database;
  readonly #forwards: Database.Statement<[number, number, number], Row>;
  readonly #backwards: Database.Statement<[number, number, number], Row>;
  readonly #page: Database.Statement<[number, number], PageRow>;
  readonly #pageBytes: Database.Statement<[number, number], Buffer>;
  readonly #head: Database.Statement<[], number | null>;
  readonly #streamId: Database.Statement<[string], number>;
  readonly #streamName: Database.Statement<[number], string>;
  // Names are looked up here rather than joined: an id never changes its name.
  readonly #names = new RecentMap<number, string>(NAMES_CACHED);

  constructor(database: Database.Database) {
    this.#database = database;
    const inStream = 'SELECT position, stream, revision, event_id, metadata, payload FROM events WHERE stream = ?';
    this.#forwards = database
      .prepare<[number, number, number], Row>(`${inStream} AND revision >= ? ORDER BY revision LIMIT ?`)
      .raw();
    this.#backwards = database
      .prepare<[number, number, number], Row>(`${inStream} AND revision <= ? ORDER BY revision DESC LIMIT ?`)
      .raw();
    this.#page = database
      .prepare<[number, number], PageRow>(
        'SELECT position, stream, revision, length(metadata), length(payload) FROM events WHERE position > ? ORDER BY position LIMIT ?',
      )
      .raw();
    // SQLite keeps a subquery's order under group_concat, and takes blobs through it byte for byte.
    this.#pageBytes = database
      .prepare<[number, number], Buffer>(
        "SELECT CAST(group_concat(bytes, '') AS BLOB) FROM (SELECT event_id || metadata || payload AS bytes FROM events WHERE position > ? AND position <= ? ORDER BY position)",
      )
      .pluck();
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
      return rows.map(([position, , revision, eventId, metadata, payload]) => ({
        position: BigInt(position),
        stream,
        revision,
        eventId,
        metadata,
        payload,
      }));
    });
  }

  readAll({ after, limit }: { readonly after: Position; readonly limit: number }): RecordedEvent[] {
    checkLimit(limit);
    return this.#read(() => {
      const events: RecordedEvent[] = [];
      let position = Number(after);
      while (events.length < limit) {
        const rows = this.#page.all(position, Math.min(limit - events.length, PAGE_EVENTS));
        const last = rows.at(-1);
        if (last === undefined) break;
        this.#addPage(events, rows, this.#pageBytes.get(position, last[0]) ?? NO_BYTES);
        position = last[0];
      }
      return events;
    });
  }

  /** 0 for an empty journal. */
  head(): number {
    return this.#read(() => this.#head.get() ?? 0);
  }

  /**
   * The bytes of a page come in one piece, three times as fast as three blobs a row. Its events are windows on it.
   * Nothing is ever changed or deleted, so the two queries need no transaction to agree.
   */
  #addPage(events: RecordedEvent[], rows: readonly PageRow[], bytes: Buffer): void {
    let offset = 0;
    for (const [position, streamId, revision, metadataLength, payloadLength] of rows) {
      const metadata = offset + EVENT_ID_BYTES;
      const payload = metadata + metadataLength;
      const end = payload + payloadLength;
      events.push({
        position: BigInt(position),
        stream: this.#nameOf(streamId),
        revision,
        eventId: bytes.subarray(offset, metadata),
        metadata: bytes.subarray(metadata, payload),
        payload: bytes.subarray(payload, end),
      });
      offset = end;
    }
    if (offset !== bytes.length) throw new Error(`a page of ${offset} bytes was read as ${bytes.length}`);
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
