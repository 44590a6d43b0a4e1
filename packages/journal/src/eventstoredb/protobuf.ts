// As much of the protobuf encoding as the two calls need. By hand, because the generated classes build a tree of arrays for every event,
// and appending and following the journal are where the time goes.

const VARINT = 0;
const FIXED64 = 1;
const BYTES = 2;
const FIXED32 = 5;
/** A length is written with a fixed width of so many bytes, so that it can be filled in later; every reader takes that. */
const LENGTH_BYTES = 4;
const LARGEST_LENGTH = 2 ** (7 * LENGTH_BYTES) - 1;
const SAFE_VARINT_BYTES = 7;

const HEX = Buffer.from('0123456789abcdef');
const UUID_TEXT_BYTES = 36;
/** Where the dashes stand in the text of a UUID. */
const DASHES: ReadonlySet<number> = new Set([8, 13, 18, 23]);
const DASH = 0x2d;

/** Writes messages into one buffer that grows and is used again. */
export class ProtobufWriter {
  #bytes = Buffer.allocUnsafeSlow(16 * 1024);
  #at = 0;

  /** Starts a new message. @param atMost bytes that it may have */
  start(atMost: number): void {
    if (atMost > LARGEST_LENGTH) throw new RangeError(`a message of ${atMost} bytes is too large`);
    if (atMost > this.#bytes.length) this.#bytes = Buffer.allocUnsafeSlow(2 * atMost);
    this.#at = 0;
  }

  /** A copy of the message. */
  finish(): Buffer {
    return Buffer.from(this.#bytes.subarray(0, this.#at));
  }

  /** Begins a message within the message. @returns what `close` wants */
  open(field: number): number {
    this.#bytes[this.#at++] = (field << 3) | BYTES;
    this.#at += LENGTH_BYTES;
    return this.#at;
  }

  close(opened: number): void {
    let length = this.#at - opened;
    for (let i = LENGTH_BYTES; i > 1; i--) {
      this.#bytes[opened - i] = (length & 0x7f) | 0x80;
      length >>>= 7;
    }
    this.#bytes[opened - 1] = length;
  }

  empty(field: number): void {
    this.close(this.open(field));
  }

  /** @param value a whole number from 0 to 2^53 − 1 */
  uint(field: number, value: number): void {
    this.#bytes[this.#at++] = (field << 3) | VARINT;
    let rest = value;
    while (rest >= 0x80) {
      this.#bytes[this.#at++] = (rest % 0x80) | 0x80;
      rest = Math.floor(rest / 0x80);
    }
    this.#bytes[this.#at++] = rest;
  }

  /** @param value from 0 to 2^64 − 1 */
  uint64(field: number, value: bigint): void {
    if (value <= Number.MAX_SAFE_INTEGER) return this.uint(field, Number(value));
    this.#bytes[this.#at++] = (field << 3) | VARINT;
    let rest = value;
    for (; rest >= 0x80n; rest >>= 7n) this.#bytes[this.#at++] = Number(rest & 0x7fn) | 0x80;
    this.#bytes[this.#at++] = Number(rest);
  }

  bytes(field: number, value: Uint8Array): void {
    const opened = this.open(field);
    this.#bytes.set(value, opened);
    this.#at += value.length;
    this.close(opened);
  }

  text(field: number, value: string): void {
    const opened = this.open(field);
    this.#at += this.#bytes.write(value, opened);
    this.close(opened);
  }

  /** 16 bytes as the text of a UUID. */
  uuidText(field: number, id: Uint8Array): void {
    const opened = this.open(field);
    for (const byte of id) {
      if (DASHES.has(this.#at - opened)) this.#bytes[this.#at++] = DASH;
      this.#bytes[this.#at++] = HEX[byte >> 4] ?? 0;
      this.#bytes[this.#at++] = HEX[byte & 15] ?? 0;
    }
    this.close(opened);
  }
}

/** Reads one message after the other; what it gives are windows on the message's bytes. */
export class ProtobufReader {
  /** End of the message being read. */
  end = 0;
  #bytes: Buffer = Buffer.alloc(0);
  #at = 0;
  #wireType = 0;

  start(message: Buffer): void {
    this.#bytes = message;
    this.#at = 0;
    this.end = message.length;
  }

  /** The next field's number; 0 at the end of the message. */
  field(): number {
    if (this.#at >= this.end) return 0;
    const tag = this.uint();
    this.#wireType = tag & 7;
    return tag >>> 3;
  }

  /** Begins the message that is the field's value. @returns the end to go back to once it is read */
  enter(): number {
    const outer = this.end;
    const length = this.uint();
    this.end = this.#at + length;
    return outer;
  }

  leave(outer: number): void {
    this.#at = this.end;
    this.end = outer;
  }

  /** Exact up to 2^53. */
  uint(): number {
    let value = 0;
    for (let scale = 1; ; scale *= 0x80) {
      const byte = this.#bytes[this.#at++];
      if (byte === undefined) throw new RangeError('the message ends within a number');
      if (byte < 0x80) return value + byte * scale;
      value += (byte & 0x7f) * scale;
    }
  }

  /** Exact up to 2^64 − 1. */
  uint64(): bigint {
    const from = this.#at;
    const rounded = this.uint();
    if (this.#at - from <= SAFE_VARINT_BYTES) return BigInt(rounded);
    let value = 0n;
    for (let i = this.#at - 1; i >= from; i--) value = (value << 7n) | BigInt((this.#bytes[i] ?? 0) & 0x7f);
    return value;
  }

  bytes(): Buffer {
    const length = this.uint();
    const from = this.#at;
    this.#at += length;
    if (this.#at > this.end) throw new RangeError('the message ends within a field');
    return this.#bytes.subarray(from, this.#at);
  }

  text(): string {
    const length = this.uint();
    const from = this.#at;
    this.#at += length;
    return this.#bytes.toString('utf8', from, this.#at);
  }

  /** The 16 bytes of a UUID's text. */
  uuidText(): Buffer {
    const length = this.uint();
    if (length !== UUID_TEXT_BYTES) throw new RangeError('a UUID has another form');
    const id = Buffer.allocUnsafe(16);
    const from = this.#at;
    this.#at += length;
    for (let i = 0, at = from; i < 16; i++, at += 2) {
      if (this.#bytes[at] === DASH) at++;
      id[i] = (nibble(this.#bytes[at]) << 4) | nibble(this.#bytes[at + 1]);
    }
    return id;
  }

  /** Steps over the field's value. */
  skip(): void {
    if (this.#wireType === VARINT) this.uint();
    else if (this.#wireType === BYTES) this.bytes();
    else if (this.#wireType === FIXED64) this.#at += 8;
    else if (this.#wireType === FIXED32) this.#at += 4;
    else throw new RangeError(`wire type ${this.#wireType} is unknown`);
  }
}

function nibble(character: number | undefined): number {
  if (character === undefined) throw new RangeError('a UUID ends early');
  // Digits end in their value; letters of either case end in 1 to 6.
  return character < 0x40 ? character & 15 : (character & 15) + 9;
}
