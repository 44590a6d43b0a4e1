// Which keys a collection may have, in order. Records themselves are a partition each: conditional writes of one partition wait for each other.
import { createHash } from 'node:crypto';
import { compareText } from '../values.js';
import type { CassandraConnection } from './connection.js';
import { isMissing } from './errors.js';
import { ownTable } from './own-tables.js';

/** Partitions of a collection's keys: ten million keys of 40 bytes are about 40 MB each. Fixed: keys lie where they were put. */
const BUCKETS = 16;
/** A key without a record is forgotten only then: whoever is about to insert one has long done so. In microseconds. */
const FORGOTTEN_AFTER = 3_600_000_000n;

export interface IndexedKey {
  readonly key: string;
  /** When the key was added, in microseconds by the clock of who added it. */
  readonly added: bigint;
}

export class KeyIndex {
  readonly #table: string;
  /** Microseconds since 1970, by which the driver stamps what is written. */
  readonly #wallClock: () => bigint;

  constructor(
    private readonly connection: CassandraConnection,
    wallClock = () => BigInt(Date.now()) * 1000n,
  ) {
    this.#table = ownTable(connection.keyspace, 'record_keys');
    this.#wallClock = wallClock;
  }

  /** Before the record is written, so that no record is without its key. */
  async add(collection: string, key: string): Promise<void> {
    const query = `INSERT INTO ${this.#table} (collection, bucket, key, added) VALUES (?, ?, ?, true)`;
    await this.connection.write([{ query, params: [collection, bucketOf(key), key] }], 'records');
  }

  /** Ascending by UTF-8 bytes, above `after`, at most so many. Some may have no record. */
  async after(collection: string, after: string | undefined, limit: number): Promise<IndexedKey[]> {
    const buckets = await Promise.all(
      Array.from({ length: BUCKETS }, (_, bucket) => this.#bucketAfter(collection, bucket, after, limit)),
    );
    return buckets
      .flat()
      .sort((left, right) => compareText(left.key, right.key))
      .slice(0, limit);
  }

  /** Removes keys that had no record, as they were read: one that was added again since stays. */
  async forget(collection: string, keys: readonly IndexedKey[]): Promise<void> {
    const before = this.#wallClock() - FORGOTTEN_AFTER;
    const query = `DELETE FROM ${this.#table} USING TIMESTAMP ? WHERE collection = ? AND bucket = ? AND key = ?`;
    const old = keys.filter(({ added }) => added < before);
    await Promise.all(
      old.map(({ key, added }) =>
        this.connection.write([{ query, params: [added, collection, bucketOf(key), key] }], 'records'),
      ),
    );
  }

  async #bucketAfter(
    collection: string,
    bucket: number,
    after: string | undefined,
    limit: number,
  ): Promise<IndexedKey[]> {
    const beyond = after === undefined ? '' : 'AND key > ?';
    const query = `SELECT key, writetime(added) AS added FROM ${this.#table} WHERE collection = ? AND bucket = ? ${beyond} LIMIT ?`;
    const params = [collection, bucket, ...(after === undefined ? [] : [after]), limit];
    const keys: IndexedKey[] = [];
    try {
      let from: string | undefined;
      do {
        const page = await this.connection.read(query, params, limit, from, 'records');
        for (const { key, added } of page.rows)
          if (typeof key === 'string' && typeof added === 'bigint') keys.push({ key, added });
        from = page.next;
      } while (from !== undefined && keys.length < limit);
    } catch (error) {
      if (!isMissing(error)) throw error;
    }
    return keys;
  }
}

function bucketOf(key: string): number {
  return createHash('sha256').update(key).digest().readUInt8(0) % BUCKETS;
}
