// Records in memory: deterministic, for tests and for the fault simulator. The store outlives the adapter, as a disk does a process.
import type { Records, VersionedRecord } from '../port.js';
import { compareText } from '../values.js';

/** What is kept when a MemoryRecords is closed and another is opened. */
export class MemoryRecordStore {
  readonly collections = new Map<string, Map<string, VersionedRecord>>();
}

export class MemoryRecords implements Records {
  readonly #store: MemoryRecordStore;
  #open = true;

  constructor(store: MemoryRecordStore = new MemoryRecordStore()) {
    this.#store = store;
  }

  async get(collection: string, key: string): Promise<VersionedRecord | undefined> {
    const record = this.#collection(collection).get(key);
    return record && { value: new Uint8Array(record.value), version: record.version };
  }

  async insertIfAbsent(collection: string, key: string, value: Uint8Array): Promise<boolean> {
    const records = this.#collection(collection);
    if (records.has(key)) return false;
    records.set(key, { value: new Uint8Array(value), version: 1 });
    return true;
  }

  async compareAndSet(collection: string, key: string, expectedVersion: number, value: Uint8Array): Promise<boolean> {
    const records = this.#collection(collection);
    if (records.get(key)?.version !== expectedVersion) return false;
    records.set(key, { value: new Uint8Array(value), version: expectedVersion + 1 });
    return true;
  }

  async put(collection: string, key: string, value: Uint8Array): Promise<void> {
    const records = this.#collection(collection);
    records.set(key, { value: new Uint8Array(value), version: (records.get(key)?.version ?? 0) + 1 });
  }

  async remove(collection: string, key: string): Promise<void> {
    this.#collection(collection).delete(key);
  }

  async keys(collection: string, options: { readonly after?: string; readonly limit: number }): Promise<string[]> {
    const { after, limit } = options;
    return [...this.#collection(collection).keys()]
      .filter((key) => after === undefined || compareText(key, after) > 0)
      .sort(compareText)
      .slice(0, limit);
  }

  async close(): Promise<void> {
    this.#open = false;
  }

  #collection(name: string): Map<string, VersionedRecord> {
    if (!this.#open) throw new Error('the records are closed');
    let records = this.#store.collections.get(name);
    if (records === undefined) {
      records = new Map();
      this.#store.collections.set(name, records);
    }
    return records;
  }
}
