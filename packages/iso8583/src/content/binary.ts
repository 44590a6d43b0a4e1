import { digitsOf, hexadecimalOf, NO_DIGIT } from '../charset.js';
import type { CharacterEncoding } from '../dialect.js';
import type { FieldValue } from '../message.js';
import { fail, type Target } from '../place.js';
import type { ContentCodec } from './content-codec.js';

/** Bytes as they are. */
export const rawBytes: ContentCodec = {
  bytes: (units) => units,
  read(source, units) {
    const start = source.offset;
    source.offset = start + units;
    return source.ownBytes(start, start + units);
  },
  write(target, value) {
    const bytes = asBytes(target, value);
    target.reserve(bytes.length);
    target.buffer.set(bytes, target.offset);
    target.offset += bytes.length;
    return bytes.length;
  },
};

/**
 * Bytes as two hexadecimal digits each, capitals only: else the same value could be written in two ways.
 * @param countsBytes a unit is a byte of the value; else it is a digit
 */
export function hexBytes(encoding: CharacterEncoding, countsBytes: boolean): ContentCodec {
  const values = hexadecimalOf(encoding);
  const digits = digitsOf(encoding);
  return {
    bytes: countsBytes ? (units) => 2 * units : (units) => units,
    read(source, units) {
      const count = countsBytes ? units : units >> 1;
      if (!countsBytes && (units & 1) === 1) fail(source, 'length.malformed', source.offset, 'half a byte');
      const value = Buffer.allocUnsafe(count);
      for (let i = 0; i < count; i++) {
        const at = source.offset + 2 * i;
        const high = values[source.bytes[at] ?? 0] ?? NO_DIGIT;
        const low = values[source.bytes[at + 1] ?? 0] ?? NO_DIGIT;
        if (high === NO_DIGIT || low === NO_DIGIT)
          fail(source, 'charset', high === NO_DIGIT ? at : at + 1, 'a byte that is no capital hexadecimal digit');
        value[i] = (high << 4) | low;
      }
      source.offset += 2 * count;
      return value;
    },
    write(target, value) {
      const bytes = asBytes(target, value);
      target.reserve(2 * bytes.length);
      for (const byte of bytes) {
        target.buffer[target.offset++] = digits[byte >> 4] ?? 0;
        target.buffer[target.offset++] = digits[byte & 0xf] ?? 0;
      }
      return countsBytes ? bytes.length : 2 * bytes.length;
    },
  };
}

export function asBytes(target: Target, value: FieldValue): Uint8Array {
  if (!(value instanceof Uint8Array)) fail(target, 'value.type', target.offset, 'bytes are needed');
  return value;
}
