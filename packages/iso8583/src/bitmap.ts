// Which fields follow. `bits` are 24 bytes, the first bit of the first byte for field 1, as on the wire.
import { digitsOf, hexadecimalOf, NO_DIGIT } from './charset.js';
import type { BitmapSpec, CharacterEncoding } from './dialect.js';
import { fail, type Source, type Target } from './place.js';

export const BITMAP_BYTES = 24;
const PART_BYTES = 8;
const FIRST_BIT = 0x80;

/** What one byte of the bitmap is on the wire. */
interface BitmapBytes {
  readonly width: 1 | 2;
  read(source: Source): number;
  write(target: Target, byte: number): void;
}

export class Bitmap {
  private readonly bytes: BitmapBytes;

  constructor(
    private readonly spec: BitmapSpec,
    text: CharacterEncoding,
  ) {
    this.bytes = spec.encoding === 'binary' ? binaryBytes : hexadecimalBytes(text);
  }

  /** Sets `bits` without those that only announce another bitmap. */
  read(source: Source, bits: Uint8Array): void {
    const start = source.offset;
    const { secondary, tertiary } = this.spec;
    bits.fill(0);
    this.readPart(source, bits, 0);
    const isAnnounced = has(bits, 0);
    if (secondary === 'indicated' ? false : isAnnounced !== (secondary === 'always'))
      fail(source, 'bitmap.not_canonical', start, 'bit 1 is not as it always is in this dialect');
    if (isAnnounced || secondary !== 'indicated') this.readPart(source, bits, PART_BYTES);
    if (secondary === 'indicated' && isAnnounced) this.refuseEmpty(source, bits, PART_BYTES, start);
    if (tertiary === true && has(bits, PART_BYTES)) {
      this.readPart(source, bits, 2 * PART_BYTES);
      this.refuseEmpty(source, bits, 2 * PART_BYTES, start);
      clear(bits, PART_BYTES);
    }
    clear(bits, 0);
  }

  /** @param bits set for every field that follows. Announcing bits are added to them, and taken away again */
  write(target: Target, bits: Uint8Array): void {
    const { secondary, tertiary } = this.spec;
    const hasThird = tertiary === true && !isEmpty(bits, 2 * PART_BYTES);
    if (hasThird) set(bits, PART_BYTES);
    const hasSecond = secondary !== 'indicated' || !isEmpty(bits, PART_BYTES);
    if (hasSecond && secondary !== 'unannounced') set(bits, 0);
    const count = hasThird ? BITMAP_BYTES : hasSecond ? 2 * PART_BYTES : PART_BYTES;
    target.reserve(count * this.bytes.width);
    for (let i = 0; i < count; i++) this.bytes.write(target, bits[i] ?? 0);
    clear(bits, 0);
    if (hasThird) clear(bits, PART_BYTES);
  }

  private readPart(source: Source, bits: Uint8Array, first: number): void {
    source.need(PART_BYTES * this.bytes.width);
    for (let i = first; i < first + PART_BYTES; i++) bits[i] = this.bytes.read(source);
  }

  private refuseEmpty(source: Source, bits: Uint8Array, first: number, start: number): void {
    if (isEmpty(bits, first)) fail(source, 'bitmap.not_canonical', start, 'a further bitmap without a field');
  }
}

const binaryBytes: BitmapBytes = {
  width: 1,
  read: (source) => source.bytes[source.offset++] ?? 0,
  write(target, byte) {
    target.buffer[target.offset++] = byte;
  },
};

function hexadecimalBytes(encoding: CharacterEncoding): BitmapBytes {
  const values = hexadecimalOf(encoding);
  const digits = digitsOf(encoding);
  return {
    width: 2,
    read(source) {
      const high = values[source.bytes[source.offset] ?? 0] ?? NO_DIGIT;
      if (high === NO_DIGIT) fail(source, 'bitmap.malformed', source.offset, 'no capital hexadecimal digit');
      const low = values[source.bytes[source.offset + 1] ?? 0] ?? NO_DIGIT;
      if (low === NO_DIGIT) fail(source, 'bitmap.malformed', source.offset + 1, 'no capital hexadecimal digit');
      source.offset += 2;
      return (high << 4) | low;
    },
    write(target, byte) {
      target.buffer[target.offset++] = digits[byte >> 4] ?? 0;
      target.buffer[target.offset++] = digits[byte & 0xf] ?? 0;
    },
  };
}

function has(bits: Uint8Array, byte: number): boolean {
  return ((bits[byte] ?? 0) & FIRST_BIT) !== 0;
}

function set(bits: Uint8Array, byte: number): void {
  bits[byte] = (bits[byte] ?? 0) | FIRST_BIT;
}

function clear(bits: Uint8Array, byte: number): void {
  bits[byte] = (bits[byte] ?? 0) & ~FIRST_BIT;
}

function isEmpty(bits: Uint8Array, first: number): boolean {
  for (let i = first; i < first + PART_BYTES; i++) if (bits[i] !== 0) return false;
  return true;
}
