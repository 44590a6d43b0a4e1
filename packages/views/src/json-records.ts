// Records that hold JSON.
import type { Records } from './port.js';

export interface Stored<T> {
  readonly value: T;
  readonly version: number;
}

/** One collection of records, each a T. */
export class JsonRecords<T> {
  constructor(
    private readonly records: Records,
    private readonly collection: string,
  ) {}

  async get(key: string): Promise<Stored<T> | undefined> {
    const found = await this.records.get(this.collection, key);
    if (found === undefined) return undefined;
    const value: T = JSON.parse(Buffer.from(found.value).toString('utf8'));
    return { value, version: found.version };
  }

  insertIfAbsent(key: string, value: T): Promise<boolean> {
    return this.records.insertIfAbsent(this.collection, key, bytesOf(value));
  }

  compareAndSet(key: string, version: number, value: T): Promise<boolean> {
    return this.records.compareAndSet(this.collection, key, version, bytesOf(value));
  }

  /** @param expected undefined where there was none */
  replace(key: string, expected: Stored<T> | undefined, value: T): Promise<boolean> {
    return expected === undefined ? this.insertIfAbsent(key, value) : this.compareAndSet(key, expected.version, value);
  }

  remove(key: string): Promise<void> {
    return this.records.remove(this.collection, key);
  }

  keys(options: { readonly after?: string; readonly limit: number }): Promise<string[]> {
    return this.records.keys(this.collection, options);
  }
}

function bytesOf(value: unknown): Uint8Array {
  return new Uint8Array(Buffer.from(JSON.stringify(value)));
}
