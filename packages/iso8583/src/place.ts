// Where reading or writing is: the bytes, the offset, and the names that an error needs.
import { Iso8583Error, type Iso8583ErrorCode } from './iso8583-error.js';
import type { FieldValue, PartialMessage } from './message.js';

/** Deeper than any dialect nests; BER-TLV inside BER-TLV is the only content that could go on for ever. */
export const DEEPEST = 8;

/** What is read at once as one string, of which short values are then cut. Longer messages are read value by value. */
const VIEW_BYTES = 65_536;

/**
 * From here on V8 makes a substring that points into the whole string: slower to go through than one of its own, and it
 * would keep the whole message, card number and all, in memory for as long as it lives.
 */
const SHORTEST_SLICE = 13;

interface Place {
  readonly field: number | string;
  readonly tags: readonly string[];
  readonly depth: number;
  partial(): PartialMessage | undefined;
}

/** @param problem must not contain a field's value */
export function fail(place: Place, code: Iso8583ErrorCode, offset: number, problem: string): never {
  const path = [place.field, ...place.tags.slice(0, place.depth)].join('.');
  throw new Iso8583Error(code, path, offset, problem, place.partial());
}

/** One message on its way in. */
export class Source {
  offset = 0;
  /** Of what is being read: the message, or the field whose parts are read. */
  end: number;
  field: number | string = 'mti';
  readonly tags: string[] = [];
  depth = 0;
  mti: string | undefined = undefined;
  readonly fields: Record<number, FieldValue> = {};
  private ascii: string | undefined = undefined;
  private translated: string | undefined = undefined;
  private nibbles: string | undefined = undefined;
  private copy: Buffer | undefined = undefined;

  /** @param toAscii by byte, of the dialect's EBCDIC code page, where it has one */
  constructor(
    readonly bytes: Buffer,
    private readonly toAscii: Uint8Array | undefined,
  ) {
    this.end = bytes.length;
  }

  /** @throws Iso8583Error `truncated` if fewer than `count` bytes are left */
  need(count: number): void {
    const left = this.end - this.offset;
    if (count > left) fail(this, 'truncated', this.offset, `${count} bytes are needed, ${left} are left`);
  }

  enter(tag: string): void {
    this.tags[this.depth++] = tag;
  }

  leave(): void {
    this.depth--;
  }

  /** The bytes as ASCII; they have been checked to be that. */
  asciiText(start: number, end: number): string {
    if (end > VIEW_BYTES || end - start >= SHORTEST_SLICE) return this.bytes.toString('latin1', start, end);
    this.ascii ??= this.bytes.toString('latin1', 0, VIEW_BYTES);
    return this.ascii.substring(start, end);
  }

  /** The bytes, which are of the dialect's EBCDIC code page. */
  translatedText(start: number, end: number): string {
    if (end > VIEW_BYTES) return this.translate(start, end);
    this.translated ??= this.translate(0, Math.min(this.bytes.length, VIEW_BYTES));
    return this.translated.substring(start, end);
  }

  /** Hexadecimal digits, small. @param first in half bytes, as is `end` */
  packedDigits(first: number, end: number): string {
    if (end > 2 * VIEW_BYTES) {
      const digits = this.bytes.toString('hex', first >> 1, (end + 1) >> 1);
      return digits.substring(first & 1, (first & 1) + end - first);
    }
    this.nibbles ??= this.bytes.toString('hex', 0, VIEW_BYTES);
    return this.nibbles.substring(first, end);
  }

  /** Bytes that stay what they are when the caller uses its buffer again: the message is copied once, if it has binary fields. */
  ownBytes(start: number, end: number): Buffer {
    this.copy ??= Buffer.from(this.bytes);
    return this.copy.subarray(start, end);
  }

  partial(): PartialMessage {
    return this.mti === undefined ? { fields: {} } : { mti: this.mti, fields: this.fields };
  }

  private translate(start: number, end: number): string {
    const ascii = Buffer.allocUnsafe(end - start);
    for (let i = start; i < end; i++) ascii[i - start] = this.toAscii?.[this.bytes[i] ?? 0] ?? 0;
    return ascii.toString('latin1');
  }
}

const FIRST_CAPACITY_BYTES = 4_096;
const LARGEST_MESSAGE_BYTES = 4_194_304;

/** One message on its way out. A codec writes all its messages into the same buffer and copies each out. */
export class Target {
  buffer: Buffer = Buffer.allocUnsafeSlow(FIRST_CAPACITY_BYTES);
  offset = 0;
  field: number | string = 'mti';
  readonly tags: string[] = [];
  depth = 0;

  start(): void {
    this.offset = 0;
    this.depth = 0;
    this.field = 'mti';
  }

  /** Makes room for `count` more bytes at the offset. */
  reserve(count: number): void {
    const needed = this.offset + count;
    if (needed <= this.buffer.length) return;
    if (needed > LARGEST_MESSAGE_BYTES) fail(this, 'value.length', this.offset, `a message of ${needed} bytes`);
    const larger = Buffer.allocUnsafeSlow(Math.min(LARGEST_MESSAGE_BYTES, Math.max(needed, 2 * this.buffer.length)));
    this.buffer.copy(larger, 0, 0, this.offset);
    this.buffer = larger;
  }

  enter(tag: string): void {
    this.tags[this.depth++] = tag;
  }

  leave(): void {
    this.depth--;
  }

  partial(): undefined {
    return undefined;
  }
}
