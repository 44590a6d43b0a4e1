// The log: one append-only file, as large as the journal. Everything is read from the file (that is, from the system's page cache);
// what memory holds is the store's index. Appends that wait are written together, then fdatasync'ed once.
import { readSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { decodeRecord, HEAD_BYTES, type LogRecord, recordBytes } from './record.js';

/** Also keeps every position above 0, which is before everything. */
const MAGIC = Buffer.from('Tallystick stand-in journal 1\n');
const CHUNK_BYTES = 256 * 1024;
const RECORD_GUESS_BYTES = 1024;

export class LogFile {
  /** Called after every commit. */
  onCommit: () => void = () => undefined;
  #waiting: Buffer[] = [];
  #next: PromiseWithResolvers<void> | undefined;
  #flying: PromiseWithResolvers<void> | undefined;
  #end: number;
  #durableEnd: number;
  #failure: { readonly cause: unknown } | undefined;

  private constructor(
    private readonly handle: FileHandle,
    end: number,
  ) {
    this.#end = end;
    this.#durableEnd = end;
  }

  /**
   * Opens or creates the log, gives every record in it to `each`, and cuts a torn tail: what is no whole append.
   * @throws Error where the file is none of ours
   */
  static async open(path: string, each: (record: LogRecord) => void): Promise<LogFile> {
    await (await open(path, 'a')).close();
    const handle = await open(path, 'r+');
    const { size } = await handle.stat();
    if (size < MAGIC.length) {
      await handle.truncate(0);
      await handle.write(MAGIC, 0, MAGIC.length, 0);
      await handle.sync();
      return new LogFile(handle, MAGIC.length);
    }
    const magic = Buffer.alloc(MAGIC.length);
    await handle.read(magic, 0, MAGIC.length, 0);
    if (!magic.equals(MAGIC)) throw new Error(`${path} is not the journal of a stand-in`);
    const log = new LogFile(handle, size);
    const end = log.#replay(each);
    if (end < size) {
      await handle.truncate(end);
      await handle.sync();
    }
    log.#end = end;
    log.#durableEnd = end;
    return log;
  }

  /** Position of the first record. */
  get start(): number {
    return MAGIC.length;
  }

  /** Position of the next record. */
  get end(): number {
    return this.#end;
  }

  /** What lies at or behind it may be shown to nobody. */
  get durableEnd(): number {
    return this.#durableEnd;
  }

  /** Adds a record at `end`; it is written once somebody waits for `durable`. */
  add(record: Buffer): void {
    this.#waiting.push(record);
    this.#end += record.length;
  }

  /** Resolves when everything added so far is durable. @throws what the disk said, now and for ever */
  durable(): Promise<void> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure.cause);
    if (this.#waiting.length === 0) return this.#flying?.promise ?? Promise.resolve();
    if (this.#next === undefined) {
      this.#next = Promise.withResolvers();
      this.#next.promise.catch(() => undefined);
      // Not at once: what this turn of the event loop reads from its sockets joins the group.
      if (this.#flying === undefined) setImmediate(() => void this.#commit());
    }
    return this.#next.promise;
  }

  /** The durable record at this position. @throws RangeError where there is none */
  at(position: number): LogRecord {
    let bytes = this.#read(position, RECORD_GUESS_BYTES);
    if (bytes.length >= HEAD_BYTES && recordBytes(bytes, 0) > bytes.length)
      bytes = this.#read(position, recordBytes(bytes, 0));
    const record = decodeRecord(bytes, 0, position);
    if (record === undefined) throw new RangeError(`no record starts at ${position}`);
    return record;
  }

  /** The durable record in front of this position; undefined at the start. */
  before(position: number): LogRecord | undefined {
    if (position <= this.start) return undefined;
    const length = this.#read(position - 4, 4).readUInt32LE(0);
    return this.at(position - HEAD_BYTES - length - 4);
  }

  /** Durable records from this position on, as far as there are any now. @throws RangeError where none starts there */
  *from(position: number): Generator<LogRecord, void, void> {
    let at = position;
    while (at < this.#durableEnd) {
      const bytes = this.#read(at, CHUNK_BYTES);
      let offset = 0;
      for (let record = decodeRecord(bytes, 0, at); record !== undefined; record = decodeRecord(bytes, offset, at)) {
        yield record;
        offset += record.next - at;
        at = record.next;
      }
      if (offset > 0) continue;
      const large = this.at(at);
      yield large;
      at = large.next;
    }
  }

  async close(): Promise<void> {
    while (this.#next !== undefined || this.#flying !== undefined)
      await (this.#next ?? this.#flying)?.promise.catch(() => undefined);
    await this.handle.close();
  }

  #read(position: number, most: number): Buffer {
    const length = Math.max(0, Math.min(most, this.#durableEnd - position));
    const bytes = Buffer.allocUnsafeSlow(length);
    return bytes.subarray(0, length === 0 ? 0 : readSync(this.handle.fd, bytes, 0, length, position));
  }

  /** @returns the end of the last whole append */
  #replay(each: (record: LogRecord) => void): number {
    let end = this.start;
    let pending: LogRecord[] = [];
    try {
      for (const record of this.from(this.start)) {
        pending.push(record);
        if (!record.last) continue;
        for (const whole of pending) each(whole);
        pending = [];
        end = record.next;
      }
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
    }
    return end;
  }

  async #commit(): Promise<void> {
    const group = this.#next;
    if (group === undefined) return;
    const bytes = Buffer.concat(this.#waiting);
    this.#waiting = [];
    this.#next = undefined;
    this.#flying = group;
    try {
      for (let done = 0; done < bytes.length; )
        done += (await this.handle.write(bytes, done, bytes.length - done, this.#durableEnd + done)).bytesWritten;
      await this.handle.datasync();
    } catch (cause) {
      return this.#fail(cause);
    }
    this.#durableEnd += bytes.length;
    this.#flying = undefined;
    // The disk is busy again while the answers are handed out.
    if (this.#next !== undefined) void this.#commit();
    group.resolve();
    this.onCommit();
  }

  /** Nobody knows what the file holds now: a log that failed once takes nothing more. */
  #fail(cause: unknown): void {
    this.#failure = { cause };
    this.#flying?.reject(cause);
    this.#next?.reject(cause);
    this.#flying = undefined;
    this.#next = undefined;
  }
}
