// Files that customers' programs upload, to be put beside transactions (customer API, section 9). Their bytes are records, in chunks, each
// sealed under the key of the user who uploads: with the key goes the file.
import { ERASED, lettersOf } from '@tallystick/events';
import type { Random } from '@tallystick/transport';
import { ProblemError } from '@tallystick/transport/service';
import type { Records, VersionedRecord } from '@tallystick/views';
import type { CustomerKeys } from './customer-keys.js';
import type { UploadQuota } from './upload-quota.js';

/** By the key of the file: what is awaited, until the file is registered or given up. */
export const UPLOADS = 'uploads';
/** By the key of the file: what has arrived whole. */
export const FILES = 'files';
/** By file, attempt and number. */
export const CHUNKS = 'file-chunks';

export const FILE_BYTES_MAX = 10 * 1024 * 1024;
/** A third more once sealed: far below what one record may have in Cassandra. */
const CHUNK_BYTES = 256 * 1024;
const CHUNKS_AT_ONCE = 4;
const ATTEMPTS_MAX = 5;
const SECRET_BYTES = 32;
const LIFE_MS = 15 * 60_000;
/** For an upload that began in time: whatever takes longer is not stored any more. The sweep waits much longer. */
const GRACE_MS = 5 * 60_000;

export interface Upload {
  readonly userId: string;
  /** Base64 of the sealed file name. */
  readonly name: string;
  readonly type: string;
  /** In bytes, where it was declared. */
  readonly length: number | null;
  /** Hash of the secret in the upload's URL. */
  readonly secret: string;
  readonly expiresAtMs: number;
  /** Each has chunks of its own, so that two at a time never mix. */
  readonly attempts: readonly string[];
  /** Registered beside a transaction: it stays. */
  readonly kept?: true;
  /** Given up: it is being taken away. */
  readonly swept?: true;
}

export interface StoredFile {
  readonly userId: string;
  readonly name: string;
  readonly type: string;
  readonly length: number;
  readonly attempt: string;
  readonly chunks: number;
  readonly storedAtMs: number;
}

export interface Declared {
  readonly fileName: string;
  readonly fileType: string;
  readonly length: number | null;
}

/** What the URLs name; both are secrets. */
export interface UploadPlace {
  readonly file: string;
  readonly upload: string;
}

/** No more may be uploaded for so long. */
export interface Full {
  readonly waitSeconds: number;
}

export interface UploadsPorts {
  readonly records: Records;
  readonly keys: CustomerKeys;
  readonly quota: UploadQuota;
  /** Fit for secrets. */
  readonly random: Random;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly report: (error: unknown) => void;
}

export class Uploads {
  constructor(private readonly ports: UploadsPorts) {}

  /**
   * Where the bytes are to go. An upload of which nobody said how large it is counts as the largest until it has come.
   * @returns after how many seconds to ask again, where the user has uploaded too much
   * @throws EncodingError `no_key` where the user was erased
   */
  async begin(userId: string, { fileName, fileType, length }: Declared): Promise<UploadPlace | Full> {
    const { records, keys, quota } = this.ports;
    const now = this.ports.now();
    const place = { file: this.secret(), upload: this.secret() };
    const key = fileKey(place.file);
    const sealed = await keys.seal(userId, `file/${key}`, { name: fileName });
    const waitSeconds = await quota.take(userId, length ?? FILE_BYTES_MAX, now);
    if (waitSeconds > 0) return { waitSeconds };
    const upload: Upload = {
      userId,
      name: Buffer.from(sealed).toString('base64'),
      // Without parameters: some programs put a name there.
      type: mediaTypeOf(fileType),
      length,
      secret: uploadHash(place.upload),
      expiresAtMs: now + LIFE_MS,
      attempts: [],
    };
    await records.insertIfAbsent(UPLOADS, key, bytesOfJson(upload));
    return place;
  }

  /**
   * Whether these bytes may come.
   * @param type as the header says it, where there is one
   * @throws ProblemError, 403 or 413
   */
  async admit({ file, upload }: UploadPlace, type: string | undefined, length: number | undefined): Promise<Upload> {
    const { records, now } = this.ports;
    const key = fileKey(file);
    const found = jsonOf<Upload>(await records.get(UPLOADS, key));
    if (found === undefined || found.secret !== uploadHash(upload) || found.swept === true || now() > found.expiresAtMs)
      throw badUploadUrl();
    if ((await records.get(FILES, key)) !== undefined) throw badUploadUrl();
    if (type !== undefined && mediaTypeOf(type) !== mediaTypeOf(found.type))
      throw refused(403, 'forbidden.upload_type_mismatch', 'the file has another type than was declared');
    if (length !== undefined) checkLength(length, found.length);
    return found;
  }

  /**
   * The file is there once all of its bytes are, and once only.
   * @throws ProblemError, 403 or 413; EncodingError `no_key` where the user was erased
   */
  async store(place: UploadPlace, type: string | undefined, bytes: Uint8Array): Promise<void> {
    const { records, keys, quota, now, report } = this.ports;
    const { userId, name, type: declared, length, expiresAtMs } = await this.admit(place, type, bytes.length);
    const key = fileKey(place.file);
    const attempt = await this.newAttempt(key);
    const chunks = Math.ceil(bytes.length / CHUNK_BYTES);
    const write = async (number: number) => {
      const chunk = bytes.subarray(number * CHUNK_BYTES, (number + 1) * CHUNK_BYTES);
      const at = chunkKey(key, attempt, number);
      const sealed = await keys.seal(userId, at, { bytes: Buffer.from(chunk).toString('base64') });
      await records.put(CHUNKS, at, sealed);
    };
    for (let first = 0; first < chunks; first += CHUNKS_AT_ONCE)
      await Promise.all(numbers(first, Math.min(chunks, first + CHUNKS_AT_ONCE)).map(write));
    const storedAtMs = now();
    if (storedAtMs > expiresAtMs + GRACE_MS) throw badUploadUrl();
    const stored: StoredFile = { userId, name, type: declared, length: bytes.length, attempt, chunks, storedAtMs };
    if (!(await records.insertIfAbsent(FILES, key, bytesOfJson(stored)))) throw badUploadUrl();
    const spared = (length ?? FILE_BYTES_MAX) - bytes.length;
    // The file is there: where this fails, the bytes are counted for a day.
    if (spared > 0) await quota.giveBack(userId, spared, expiresAtMs - LIFE_MS, storedAtMs).catch(report);
  }

  /** Undefined where there is no such file, it is not whole, or its user was erased. */
  async open(file: string): Promise<OpenFile | undefined> {
    const key = fileKey(file);
    const stored = jsonOf<StoredFile>(await this.ports.records.get(FILES, key));
    if (stored === undefined) return undefined;
    const { userId, name, type, length } = stored;
    const text = await this.ports.keys.open(userId, Buffer.from(name, 'base64'));
    if (text === ERASED) return undefined;
    return { name: text.name ?? '', type, length, bytes: () => this.bytesOf(key, stored) };
  }

  /** Has the file stay: it is about to be registered. False where the user has no such file. */
  async keep(file: string, userId: string): Promise<boolean> {
    const { records } = this.ports;
    const key = fileKey(file);
    for (;;) {
      const stored = jsonOf<StoredFile>(await records.get(FILES, key));
      if (stored === undefined || stored.userId !== userId) return false;
      const record = await records.get(UPLOADS, key);
      const upload = jsonOf<Upload>(record);
      // A file outlives what was awaited of it only where it was kept before.
      if (record === undefined || upload === undefined) return (await records.get(FILES, key)) !== undefined;
      if (upload.swept === true) return false;
      if (upload.kept === true) return true;
      if (await records.compareAndSet(UPLOADS, key, record.version, bytesOfJson({ ...upload, kept: true })))
        return true;
    }
  }

  private async *bytesOf(key: string, { userId, attempt, chunks }: StoredFile): AsyncGenerator<Buffer> {
    const { records, keys } = this.ports;
    for (const number of numbers(0, chunks)) {
      const chunk = await records.get(CHUNKS, chunkKey(key, attempt, number));
      if (chunk === undefined) throw new Error('a file has lost a chunk');
      const text = await keys.open(userId, chunk.value);
      if (text === ERASED) throw new Error('a file was erased while it was read');
      yield Buffer.from(text.bytes ?? '', 'base64');
    }
  }

  /** Written down before any of its chunks is, so that the sweep finds them all. */
  private async newAttempt(key: string): Promise<string> {
    const { records } = this.ports;
    const attempt = this.secret();
    for (;;) {
      const record = await records.get(UPLOADS, key);
      const upload = jsonOf<Upload>(record);
      if (record === undefined || upload === undefined || upload.swept === true) throw badUploadUrl();
      const attempts = [...upload.attempts, attempt];
      if (attempts.length > ATTEMPTS_MAX) throw badUploadUrl();
      if (await records.compareAndSet(UPLOADS, key, record.version, bytesOfJson({ ...upload, attempts })))
        return attempt;
    }
  }

  /** Letters only, 128 bits: nobody guesses it, or takes it for a card number. */
  private secret(): string {
    return lettersOf(Buffer.from(this.ports.random(SECRET_BYTES)).toString('hex'));
  }
}

export interface OpenFile {
  readonly name: string;
  /** As it was declared. */
  readonly type: string;
  readonly length: number;
  readonly bytes: () => AsyncGenerator<Buffer>;
}

/** Keys of all chunks that an attempt may have written. */
export function chunkKeysOf(key: string, attempt: string): string[] {
  return numbers(0, Math.ceil(FILE_BYTES_MAX / CHUNK_BYTES)).map((number) => chunkKey(key, attempt, number));
}

/** Records are this service's own: what is read is what was written. */
export function jsonOf<T>(record: VersionedRecord | undefined): T | undefined {
  return record === undefined ? undefined : (JSON.parse(Buffer.from(record.value).toString()) as T);
}

export function bytesOfJson(value: object): Uint8Array {
  return Buffer.from(JSON.stringify(value));
}

/** Without parameters, in lower case. */
export function mediaTypeOf(type: string): string {
  return (type.split(';', 1)[0] ?? '').trim().toLowerCase();
}

function checkLength(length: number, declared: number | null): void {
  if (length > (declared ?? FILE_BYTES_MAX))
    throw refused(413, 'bad_request.body_too_large', 'the file is larger than was declared');
  if (length === 0 || (declared !== null && length < declared))
    throw refused(403, 'forbidden.upload_length_mismatch', 'the file is smaller than was declared, or empty');
}

function badUploadUrl(): ProblemError {
  return refused(403, 'forbidden.bad_upload_url', 'this upload URL is unknown, was used before, or is too old');
}

function refused(status: number, code: string, message: string): ProblemError {
  return new ProblemError({ status, code, message });
}

/** What the records know of a file does not tell its URL. */
function fileKey(file: string): string {
  return lettersOf(`file/${file}`);
}

function uploadHash(upload: string): string {
  return lettersOf(`upload/${upload}`);
}

function chunkKey(key: string, attempt: string, number: number): string {
  return `${key}/${attempt}/${number}`;
}

function numbers(first: number, end: number): number[] {
  return Array.from({ length: end - first }, (_, index) => first + index);
}
