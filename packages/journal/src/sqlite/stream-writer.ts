import type Database from 'better-sqlite3';
import { sameBytes } from '../arguments.js';
import { type AppendResult, type EncodedEvent, NO_STREAM, RevisionConflict } from '../port.js';
import { RecentMap } from './recent-map.js';

const HEADS_CACHED = 50_000;

/** Where a stream stands. */
interface Head {
  readonly id: number;
  revision: number;
}

/** Appends to streams inside the transaction that its owner has begun. Keeps the streams' heads, so that a known stream costs no look-up. */
export class StreamWriter {
  readonly #heads = new RecentMap<string, Head>(HEADS_CACHED);
  readonly #dataVersion: Database.Statement<[], number>;
  readonly #headPosition: Database.Statement<[], number | null>;
  readonly #streamId: Database.Statement<[string], number>;
  readonly #headRevision: Database.Statement<[number], number | null>;
  readonly #stored: Database.Statement<[number, number, number], [number, Uint8Array]>;
  readonly #addStream: Database.Statement<[string]>;
  readonly #addEvent: Database.Statement<[number, number, number, Uint8Array, Uint8Array, Uint8Array]>;
  #position = 0;
  /** The data version that the heads were read at; undefined: read them again. */
  #seen: number | undefined;

  constructor(database: Database.Database) {
    // Changes exactly when another connection has committed.
    this.#dataVersion = database.prepare<[], number>('PRAGMA data_version').pluck();
    this.#headPosition = database.prepare<[], number | null>('SELECT max(position) FROM events').pluck();
    this.#streamId = database.prepare<[string], number>('SELECT id FROM streams WHERE name = ?').pluck();
    this.#headRevision = database
      .prepare<[number], number | null>('SELECT max(revision) FROM events WHERE stream = ?')
      .pluck();
    this.#stored = database
      .prepare<[number, number, number], [number, Uint8Array]>(
        'SELECT position, event_id FROM events WHERE stream = ? AND revision > ? ORDER BY revision LIMIT ?',
      )
      .raw();
    this.#addStream = database.prepare<[string]>('INSERT INTO streams (name) VALUES (?)');
    this.#addEvent = database.prepare<[number, number, number, Uint8Array, Uint8Array, Uint8Array]>(
      'INSERT INTO events (position, stream, revision, event_id, metadata, payload) VALUES (?, ?, ?, ?, ?, ?)',
    );
  }

  /** Position of the newest event that this instance knows. */
  get position(): number {
    return this.#position;
  }

  /** To be called first in every transaction: drops what another connection may have overtaken. */
  refresh(): void {
    const version = this.#dataVersion.get();
    if (version !== undefined && version === this.#seen) return;
    this.#heads.clear();
    this.#position = this.#headPosition.get() ?? 0;
    this.#seen = version;
  }

  /** To be called after a transaction that failed: its heads are not what is stored. */
  forget(): void {
    this.#seen = undefined;
  }

  append(stream: string, expectedRevision: number, events: readonly EncodedEvent[]): AppendResult | RevisionConflict {
    let head = this.#head(stream);
    const revision = head?.revision ?? NO_STREAM;
    if (revision !== expectedRevision) {
      const first = head && this.#repeated(head, expectedRevision, events);
      return first ?? new RevisionConflict(stream, expectedRevision, revision);
    }
    if (head === undefined) {
      head = { id: Number(this.#addStream.run(stream).lastInsertRowid), revision };
      this.#heads.set(stream, head);
    }
    for (const { eventId, metadata, payload } of events)
      this.#addEvent.run(++this.#position, head.id, ++head.revision, eventId, metadata, payload);
    return { revision: head.revision, position: BigInt(this.#position) };
  }

  #head(stream: string): Head | undefined {
    const known = this.#heads.get(stream);
    if (known !== undefined) return known;
    const id = this.#streamId.get(stream);
    if (id === undefined) return undefined;
    const head = { id, revision: this.#headRevision.get(id) ?? NO_STREAM };
    this.#heads.set(stream, head);
    return head;
  }

  /** The first answer, where these very events stand after the expected revision. */
  #repeated(
    { id, revision }: Head,
    expectedRevision: number,
    events: readonly EncodedEvent[],
  ): AppendResult | undefined {
    const last = expectedRevision + events.length;
    if (revision < last) return undefined;
    const stored = this.#stored.all(id, expectedRevision, events.length);
    const position = stored.at(-1)?.[0];
    const same = events.every(({ eventId }, i) => sameBytes(eventId, stored[i]?.[1] ?? new Uint8Array()));
    return same && position !== undefined ? { revision: last, position: BigInt(position) } : undefined;
  }
}
