// Records in a keyspace of Cassandra. Every change of a record is conditional (Paxos): plain writes beside those would be lost or win at random.
import type { Records, VersionedRecord } from '../port.js';
import type { Catalogue } from './catalogue.js';
import type { CassandraConnection, ReadClass, StoredRow } from './connection.js';
import { CassandraUnavailable, isMissing, mayBeApplied, mayPass, OutcomeUnknown, reasonOf } from './errors.js';
import { KeyIndex } from './key-index.js';
import { ownTable } from './own-tables.js';

/** Ids of a record's last writes that are kept with it: by them a writer knows whether its own was applied. */
const RECENT = 8;
/** A removed record keeps its ids as long, which is much longer than anybody waits for an outcome. */
const REMOVED_KEPT_S = 3_600;
/** How long a write is tried again while Cassandra is away or others write the same record. */
const PATIENCE_MS = 30_000;

interface Stored {
  /** Undefined where the record is not there, or not any more. */
  readonly version: number | undefined;
  readonly recent: readonly string[];
}

interface Change {
  /** Undefined removes it. */
  readonly value: Buffer | undefined;
  /** The version to write over what is there; undefined where that is not to be changed, and the write comes to nothing. */
  readonly over: (stored: Stored) => number | undefined | 'nothing';
}

const ABSENT: Stored = { version: undefined, recent: [] };

export class CassandraRecords implements Records {
  readonly #connection: CassandraConnection;
  readonly #index: KeyIndex;
  /** The newest write of each record that is written just now: they take effect in the order in which they were asked for. */
  readonly #writing = new Map<string, Promise<unknown>>();
  #isOpen = true;

  constructor(private readonly catalogue: Catalogue) {
    this.#connection = catalogue.connection;
    this.#index = new KeyIndex(this.#connection);
  }

  async get(collection: string, key: string): Promise<VersionedRecord | undefined> {
    this.#mustBeOpen();
    const row = await this.#read('version, value', collection, key, 'records');
    const version = row && storedOf(row).version;
    if (row === undefined || version === undefined || !(row.value instanceof Uint8Array)) return undefined;
    return { value: new Uint8Array(row.value), version };
  }

  insertIfAbsent(collection: string, key: string, value: Uint8Array): Promise<boolean> {
    const over = ({ version }: Stored) => (version === undefined ? undefined : 'nothing');
    return this.#change(collection, key, { value: Buffer.from(value), over });
  }

  compareAndSet(collection: string, key: string, expectedVersion: number, value: Uint8Array): Promise<boolean> {
    const over = ({ version }: Stored) => (version === expectedVersion ? version : 'nothing');
    return this.#change(collection, key, { value: Buffer.from(value), over });
  }

  async put(collection: string, key: string, value: Uint8Array): Promise<void> {
    await this.#change(collection, key, { value: Buffer.from(value), over: ({ version }) => version });
  }

  async remove(collection: string, key: string): Promise<void> {
    await this.#change(collection, key, { value: undefined, over: ({ version }) => version ?? 'nothing' });
  }

  async keys(collection: string, options: { readonly after?: string; readonly limit: number }): Promise<string[]> {
    this.#mustBeOpen();
    const found: string[] = [];
    let { after } = options;
    for (;;) {
      const wanted = options.limit - found.length;
      if (wanted < 1) return found;
      const candidates = await this.#index.after(collection, after, wanted);
      const there = await Promise.all(candidates.map(({ key }) => this.#isThere(collection, key)));
      for (const [i, { key }] of candidates.entries()) if (there[i] === true) found.push(key);
      await this.#index.forget(
        collection,
        candidates.filter((_, i) => there[i] === false),
      );
      if (candidates.length < wanted) return found;
      after = candidates.at(-1)?.key;
    }
  }

  async close(): Promise<void> {
    this.#isOpen = false;
    await Promise.allSettled(this.#writing.values());
  }

  /** Whether it was written, by this call. */
  #change(collection: string, key: string, change: Change): Promise<boolean> {
    if (!this.#isOpen) return Promise.reject(new Error('the records are closed'));
    const record = `${collection.length} ${collection}${key}`;
    const before = this.#writing.get(record) ?? this.catalogue.prepare();
    const written = before.then(ignored, ignored).then(() => this.#write(collection, key, change));
    this.#writing.set(record, written);
    const forget = () => {
      if (this.#writing.get(record) === written) this.#writing.delete(record);
    };
    written.then(forget, forget);
    return written;
  }

  async #write(collection: string, key: string, change: Change): Promise<boolean> {
    await this.catalogue.prepare();
    const id = this.#connection.newId();
    const until = this.#connection.now() + PATIENCE_MS;
    let stored = await this.#stored(collection, key, 'records');
    for (let attempt = 0; ; attempt++) {
      const over = change.over(stored);
      if (over === 'nothing') return false;
      if (over === undefined) await this.#index.add(collection, key);
      const outcome = await this.#attempt(collection, key, { id, value: change.value, over, stored });
      if (outcome === 'applied') return true;
      // Serially: this ends whatever is under way, ours too, so that its outcome stands.
      stored = await this.#stored(collection, key, 'records-serially');
      if (stored.recent.includes(id)) return true;
      if (outcome !== 'refused')
        this.#check(outcome.error, { over, stored, key, isLate: this.#connection.now() > until });
      await this.#connection.pauseBefore(attempt);
    }
  }

  async #attempt(
    collection: string,
    key: string,
    { id, value, over, stored }: { id: string; value: Buffer | undefined; over: number | undefined; stored: Stored },
  ): Promise<'applied' | 'refused' | { readonly error: unknown }> {
    const recent = [id, ...stored.recent].slice(0, RECENT);
    const version = value === undefined ? null : BigInt(over ?? 0) + 1n;
    const ttl = value === undefined ? `USING TTL ${REMOVED_KEPT_S}` : '';
    const query = `UPDATE ${this.#table()} ${ttl} SET version = ?, value = ?, recent = ? WHERE collection = ? AND key = ? IF version = ?`;
    const params = [version, value ?? null, recent, collection, key, over === undefined ? null : BigInt(over)];
    try {
      return (await this.#connection.writeIf({ query, params })) ? 'applied' : 'refused';
    } catch (error) {
      if (mayBeApplied(error) || mayPass(error)) return { error };
      throw error;
    }
  }

  /** @throws where it can't be tried again */
  #check(
    error: unknown,
    { over, stored, key, isLate }: { over: number | undefined; stored: Stored; key: string; isLate: boolean },
  ): void {
    const since = (stored.version ?? 0) - (over ?? 0);
    if (mayBeApplied(error) && since > RECENT)
      throw new OutcomeUnknown(`record ${key} was changed ${since} times while the outcome of a write was unknown`, {
        cause: error,
      });
    if (!isLate) return;
    const why = `keyspace ${this.#connection.keyspace} in Cassandra could not be written for ${PATIENCE_MS} ms (${reasonOf(error)})`;
    throw new CassandraUnavailable(why, { cause: error });
  }

  async #isThere(collection: string, key: string): Promise<boolean> {
    const row = await this.#read('version', collection, key, 'records');
    return row !== undefined && storedOf(row).version !== undefined;
  }

  async #stored(collection: string, key: string, as: ReadClass): Promise<Stored> {
    const row = await this.#read('version, recent', collection, key, as);
    return row === undefined ? ABSENT : storedOf(row);
  }

  async #read(columns: string, collection: string, key: string, as: ReadClass): Promise<StoredRow | undefined> {
    const query = `SELECT ${columns} FROM ${this.#table()} WHERE collection = ? AND key = ?`;
    try {
      return await this.#connection.readOne(query, [collection, key], as);
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  }

  #table(): string {
    return ownTable(this.#connection.keyspace, 'records');
  }

  #mustBeOpen(): void {
    if (!this.#isOpen) throw new Error('the records are closed');
  }
}

function storedOf({ version, recent }: StoredRow): Stored {
  return {
    version: typeof version === 'bigint' ? Number(version) : undefined,
    recent: Array.isArray(recent) ? recent : [],
  };
}

function ignored(): void {
  // A write that failed has told its own caller.
}
