import { bytesOf, digitsOf, hexadecimalOf } from '../charset.js';
import type { CharacterEncoding, Until, Variable } from '../dialect.js';
import { fail, type Source, type Target } from '../place.js';
import { asText } from './characters.js';
import type { ContentCodec, ElementCodec } from './content-codec.js';

/** A length on the wire. */
export interface LengthCodec {
  readonly bytes: number;
  /** There must be `bytes` more in the source; whoever calls has looked. */
  read(source: Source): number;
  /** Writes at `at`, where room was left. */
  write(target: Target, at: number, length: number): void;
}

export function lengthInCharacters(digits: number, encoding: CharacterEncoding): LengthCodec {
  const values = hexadecimalOf(encoding);
  const bytes = digitsOf(encoding);
  return {
    bytes: digits,
    read(source) {
      let length = 0;
      for (let i = 0; i < digits; i++) {
        const digit = values[source.bytes[source.offset + i] ?? 0] ?? 0;
        if (digit > 9) fail(source, 'length.malformed', source.offset + i, 'a length that is not in digits');
        length = 10 * length + digit;
      }
      source.offset += digits;
      return length;
    },
    write(target, at, length) {
      let left = length;
      for (let i = digits - 1; i >= 0; i--) {
        target.buffer[at + i] = bytes[left % 10] ?? 0;
        left = Math.trunc(left / 10);
      }
    },
  };
}

function lengthInBcd(digits: number): LengthCodec {
  const bytes = (digits + 1) >> 1;
  return {
    bytes,
    read(source) {
      let length = 0;
      for (let i = 0; i < bytes; i++) {
        const byte = source.bytes[source.offset + i] ?? 0;
        if (byte >> 4 > 9 || (byte & 0xf) > 9)
          fail(source, 'length.malformed', source.offset + i, 'a length that is not in digits');
        length = 100 * length + 10 * (byte >> 4) + (byte & 0xf);
      }
      source.offset += bytes;
      return length;
    },
    write(target, at, length) {
      let left = length;
      for (let i = bytes - 1; i >= 0; i--) {
        target.buffer[at + i] = (Math.trunc((left % 100) / 10) << 4) | (left % 10);
        left = Math.trunc(left / 100);
      }
    },
  };
}

function lengthInBinary(digits: number): LengthCodec {
  const bytes = digits <= 2 ? 1 : 2;
  return {
    bytes,
    read(source) {
      const length = source.bytes.readUIntBE(source.offset, bytes);
      source.offset += bytes;
      return length;
    },
    write(target, at, length) {
      target.buffer.writeUIntBE(length, at, bytes);
    },
  };
}

export function lengthPrefix(digits: number, encoding: NonNullable<Variable['encoding']>): LengthCodec {
  if (encoding === 'bcd') return lengthInBcd(digits);
  return encoding === 'binary' ? lengthInBinary(digits) : lengthInCharacters(digits, encoding);
}

/** Always `length` units. */
export function fixed(content: ContentCodec, length: number): ElementCodec {
  const bytes = content.bytes(length);
  return {
    read(source) {
      source.need(bytes);
      return content.read(source, length);
    },
    write(target, value) {
      const start = target.offset;
      const written = content.write(target, value);
      if (written !== length) fail(target, 'value.length', start, `a length of ${written}, which must be ${length}`);
    },
  };
}

/** A length, then as many units. */
export function variable(content: ContentCodec, prefix: LengthCodec, min: number, max: number): ElementCodec {
  return {
    read(source) {
      const start = source.offset;
      source.need(prefix.bytes);
      const length = prefix.read(source);
      if (length > max) fail(source, 'overlong', start, `a length over ${max}`);
      if (length < min) fail(source, 'too_short', start, `a length below ${min}`);
      source.need(content.bytes(length));
      return content.read(source, length);
    },
    write(target, value) {
      const start = target.offset;
      target.reserve(prefix.bytes);
      target.offset = start + prefix.bytes;
      const written = content.write(target, value);
      if (written > max || written < min)
        fail(target, 'value.length', start, `a length of ${written}, which must be ${min} to ${max}`);
      prefix.write(target, start, written);
    },
  };
}

/** Characters up to the one that ends them. */
export function terminated(content: ContentCodec, { until, max }: Until, encoding: CharacterEncoding): ElementCodec {
  const mark = encodedMark(until, encoding);
  return {
    read(source) {
      const start = source.offset;
      let at = start;
      while (at < source.end && source.bytes[at] !== mark) {
        if (at - start === max) fail(source, 'overlong', start, `a length over ${max}`);
        at++;
      }
      if (at === source.end) fail(source, 'truncated', start, 'the character that ends it is missing');
      const value = content.read(source, at - start);
      source.offset = at + 1;
      return value;
    },
    write(target, value) {
      const start = target.offset;
      const text = asText(target, value);
      if (text.includes(until)) fail(target, 'charset', start, 'the character that ends it is inside');
      if (text.length > max)
        fail(target, 'value.length', start, `a length of ${text.length}, which must be up to ${max}`);
      content.write(target, text);
      target.reserve(1);
      target.buffer[target.offset++] = mark;
    },
  };
}

function encodedMark(until: string, encoding: CharacterEncoding): number {
  const mark = bytesOf('ans', encoding)[until.charCodeAt(0)] ?? 0;
  if (until.length !== 1 || mark === 0) throw new TypeError('a part must end with one printable character');
  return mark;
}
