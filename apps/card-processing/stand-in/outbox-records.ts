// The outbox's records. Several gateways share them.
import type { Records } from '@tallystick/views';
import { decodeEntry, encodeEntry, type OutboxEntry } from './outbox-entry.js';

export interface OutboxRecordsPorts {
  readonly records: Records | undefined;
  readonly pause: (milliseconds: number, signal: AbortSignal) => Promise<void>;
  readonly report: (error: unknown) => void;
}

const COLLECTION = 'gateway-outbox';
const REFUSED = 'gateway-outbox-refused';
/** Whoever is to be answered within 2 s does not wait longer for a record. */
const WRITE_MS = 300;
const WRITING_MAX = 2_000;
const PAGE = 200;
/** As it was inserted: nobody beside its writer has taken it over. */
const UNCLAIMED = 1;
/** Stands in a record until it is removed. */
const WITHDRAWN = new Uint8Array();

export class OutboxRecords {
  #writing = 0;

  constructor(private readonly ports: OutboxRecordsPorts) {}

  get isDurable(): boolean {
    return this.ports.records !== undefined;
  }

  /** Whether it was inserted, or was there already; undefined where nobody knows, or not in time: an advice is withdrawn then. */
  async insert(entry: OutboxEntry): Promise<boolean | undefined> {
    const written = this.#write(entry);
    const done = new AbortController();
    const late = this.ports.pause(WRITE_MS, done.signal).then(() => undefined);
    const inserted = await Promise.race([written, late]);
    done.abort();
    // Nobody was told of it, and so nobody shall have it. A reversal is asked for again, and may stand.
    if (inserted === undefined && entry.kind === 'advice')
      void written.then((landed) => (landed === false ? undefined : this.#withdraw(entry.id)));
    return inserted;
  }

  /** Takes over what is recorded: from here on it can't be withdrawn. Undefined where there is nothing. */
  async claim(id: string): Promise<OutboxEntry | undefined> {
    const { records } = this.ports;
    if (records === undefined) return undefined;
    for (;;) {
      const found = await records.get(COLLECTION, id);
      if (found === undefined) return undefined;
      if (found.value.length === 0) {
        await records.remove(COLLECTION, id);
        return undefined;
      }
      const entry = this.#decoded(found.value);
      if (entry === undefined || found.version > UNCLAIMED) return entry;
      if (await records.compareAndSet(COLLECTION, id, UNCLAIMED, found.value)) return entry;
    }
  }

  /** Removes it. Where that fails it is found again, delivered again, and is a repeat to the ledger. */
  async remove(id: string): Promise<void> {
    await this.ports.records?.remove(COLLECTION, id).catch(this.ports.report);
  }

  /** For a person to look at. */
  async setAside(entry: OutboxEntry): Promise<void> {
    await this.ports.records?.put(REFUSED, entry.id, encodeEntry(entry));
  }

  /** Ids of all that is recorded, page by page. */
  async *pages(): AsyncIterable<readonly string[]> {
    const { records } = this.ports;
    if (records === undefined) return;
    for (let after: string | undefined; ; ) {
      const ids = await records.keys(COLLECTION, after === undefined ? { limit: PAGE } : { after, limit: PAGE });
      yield ids;
      after = ids.at(-1);
      if (ids.length < PAGE) return;
    }
  }

  /** Never rejects. */
  async #write(entry: OutboxEntry): Promise<boolean | undefined> {
    const { records, report } = this.ports;
    // More of them would wait than the records can take.
    if (records === undefined || this.#writing >= WRITING_MAX) return undefined;
    this.#writing++;
    try {
      return await records.insertIfAbsent(COLLECTION, entry.id, encodeEntry(entry));
    } catch (error) {
      report(error);
      return undefined;
    } finally {
      this.#writing--;
    }
  }

  /** Unless another has told of it by now: then it stands. */
  async #withdraw(id: string): Promise<void> {
    const { records, report } = this.ports;
    try {
      if (await records?.compareAndSet(COLLECTION, id, UNCLAIMED, WITHDRAWN)) await records?.remove(COLLECTION, id);
    } catch (error) {
      report(error);
    }
  }

  #decoded(value: Uint8Array): OutboxEntry | undefined {
    try {
      return decodeEntry(value);
    } catch (error) {
      this.ports.report(error);
      return undefined;
    }
  }
}
