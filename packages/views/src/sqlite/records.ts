// Records in one SQLite file, durable before any write resolves.
import Database from 'better-sqlite3';
import type { Records, VersionedRecord } from '../port.js';
import { unavailableOr } from './unavailable.js';

interface Waiting {
  /** Runs inside the transaction. */
  readonly write: () => boolean;
  readonly resolve: (written: boolean) => void;
  readonly reject: (reason: unknown) => void;
  written: boolean;
}

interface StoredRecord {
  readonly value: Uint8Array;
  readonly version: number;
}

const CREATE = `CREATE TABLE IF NOT EXISTS records (
  collection TEXT NOT NULL, key TEXT NOT NULL, version INTEGER NOT NULL, value BLOB NOT NULL, PRIMARY KEY (collection, key)
) STRICT`;

/** Written, and taken away again, to see whether there is room for more than the page that a failed write may have left. */
const ROOM = '_room';
const ROOM_BYTES = 64 * 1024;

export class SqliteRecords implements Records {
  readonly #database: Database.Database;
  readonly #select: Database.Statement<[string, string], StoredRecord>;
  readonly #selectKeys: Database.Statement<[string, string, number], string>;
  readonly #selectFirstKeys: Database.Statement<[string, number], string>;
  readonly #insert: Database.Statement<[string, string, Uint8Array]>;
  readonly #update: Database.Statement<[Uint8Array, string, string, number]>;
  readonly #upsert: Database.Statement<[string, string, Uint8Array]>;
  readonly #delete: Database.Statement<[string, string]>;
  readonly #commit: Database.Transaction<(batch: readonly Waiting[]) => void>;
  #waiting: Waiting[] = [];
  /** Whether the newest write failed. */
  #isInTrouble = false;

  /** Opens the file, creating it where there is none. */
  constructor(path: string) {
    const database = new Database(path);
    this.#database = database;
    database.pragma('journal_mode = WAL');
    database.pragma('synchronous = FULL');
    // What is written over is to be gone: among records are the keys that erase a customer's text.
    database.pragma('secure_delete = FAST');
    database.exec(CREATE);
    this.#select = database.prepare('SELECT value, version FROM records WHERE collection = ? AND key = ?');
    this.#selectKeys = database
      .prepare<[string, string, number], string>(
        'SELECT key FROM records WHERE collection = ? AND key > ? ORDER BY key LIMIT ?',
      )
      .pluck(true);
    this.#selectFirstKeys = database
      .prepare<[string, number], string>('SELECT key FROM records WHERE collection = ? ORDER BY key LIMIT ?')
      .pluck(true);
    const insert = 'INSERT INTO records (collection, key, version, value) VALUES (?, ?, 1, ?) ON CONFLICT DO';
    this.#insert = database.prepare(`${insert} NOTHING`);
    this.#upsert = database.prepare(`${insert} UPDATE SET version = version + 1, value = excluded.value`);
    this.#update = database.prepare(
      'UPDATE records SET version = version + 1, value = ? WHERE collection = ? AND key = ? AND version = ?',
    );
    this.#delete = database.prepare('DELETE FROM records WHERE collection = ? AND key = ?');
    this.#commit = database.transaction((batch: readonly Waiting[]) => {
      for (const waiting of batch) waiting.written = waiting.write();
    });
  }

  async get(collection: string, key: string): Promise<VersionedRecord | undefined> {
    const record = this.#select.get(collection, key);
    if (record === undefined) return undefined;
    const { buffer, byteOffset, byteLength } = record.value;
    return { value: new Uint8Array(buffer, byteOffset, byteLength), version: record.version };
  }

  insertIfAbsent(collection: string, key: string, value: Uint8Array): Promise<boolean> {
    const copy = owned(value);
    return this.#write(() => this.#insert.run(collection, key, copy).changes === 1);
  }

  compareAndSet(collection: string, key: string, expectedVersion: number, value: Uint8Array): Promise<boolean> {
    const copy = owned(value);
    return this.#write(() => this.#update.run(copy, collection, key, expectedVersion).changes === 1);
  }

  async put(collection: string, key: string, value: Uint8Array): Promise<void> {
    const copy = owned(value);
    await this.#write(() => this.#upsert.run(collection, key, copy).changes === 1);
  }

  async remove(collection: string, key: string): Promise<void> {
    await this.#write(() => this.#delete.run(collection, key).changes === 1);
  }

  async keys(collection: string, options: { readonly after?: string; readonly limit: number }): Promise<string[]> {
    const { after, limit } = options;
    return after === undefined
      ? this.#selectFirstKeys.all(collection, limit)
      : this.#selectKeys.all(collection, after, limit);
  }

  /** After a write that failed, asks the disk, which may have room again. @throws StoreUnavailable where it has not */
  checkWritable(): void {
    if (!this.#isInTrouble) return;
    try {
      this.#upsert.run(ROOM, '', new Uint8Array(ROOM_BYTES));
      this.#delete.run(ROOM, '');
      this.#isInTrouble = false;
    } catch (error) {
      throw unavailableOr(error, this.#database.name);
    }
  }

  async close(): Promise<void> {
    this.#flush();
    this.#database.close();
  }

  /** All writes of one turn of the event loop share a transaction, and so one fdatasync. */
  #write(write: () => boolean): Promise<boolean> {
    if (!this.#database.open) return Promise.reject(new Error('the records are closed'));
    return new Promise((resolve, reject) => {
      if (this.#waiting.length === 0) setImmediate(() => this.#flush());
      this.#waiting.push({ write, resolve, reject, written: false });
    });
  }

  #flush(): void {
    const batch = this.#waiting;
    if (batch.length === 0) return;
    this.#waiting = [];
    try {
      this.#commit.immediate(batch);
      this.#isInTrouble = false;
    } catch (error) {
      this.#isInTrouble = true;
      const reason = unavailableOr(error, this.#database.name);
      for (const { reject } of batch) reject(reason);
      return;
    }
    for (const { resolve, written } of batch) resolve(written);
  }
}

/** A write runs later in the turn: by then the caller may have reused its buffer. */
function owned(value: Uint8Array): Uint8Array {
  return new Uint8Array(value);
}
