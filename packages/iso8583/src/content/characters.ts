import { bytesOf, type CharacterKind, membersOf } from '../charset.js';
import type { CharacterEncoding } from '../dialect.js';
import type { FieldValue } from '../message.js';
import { fail, type Source, type Target } from '../place.js';
import type { ContentCodec } from './content-codec.js';

/** Text, one byte a character. */
export function characters(kind: CharacterKind, encoding: CharacterEncoding): ContentCodec {
  const members = membersOf(kind, encoding);
  const bytes = bytesOf(kind, encoding);
  const isAscii = encoding === 'ascii';
  return {
    bytes: (units) => units,
    read(source, units) {
      const start = source.offset;
      const end = start + units;
      checkMembers(source, members, start, end, kind);
      source.offset = end;
      return isAscii ? source.asciiText(start, end) : source.translatedText(start, end);
    },
    write(target, value) {
      const text = asText(target, value);
      target.reserve(text.length);
      const { buffer, offset } = target;
      for (let i = 0; i < text.length; i++) {
        const byte = bytes[text.charCodeAt(i)] ?? 0;
        if (byte === 0) fail(target, 'charset', offset + i, `a character that is not ${kind}`);
        buffer[offset + i] = byte;
      }
      target.offset = offset + text.length;
      return text.length;
    },
  };
}

function checkMembers(source: Source, members: Uint8Array, start: number, end: number, kind: string): void {
  const { bytes } = source;
  for (let i = start; i < end; i++)
    if (members[bytes[i] ?? 0] !== 1) fail(source, 'charset', i, `a byte that is not ${kind}`);
}

/** x+n: C or D, then digits in their own encoding. A unit is a character or a digit. */
export function signed(sign: ContentCodec, digits: ContentCodec): ContentCodec {
  return {
    bytes: (units) => (units === 0 ? 0 : 1 + digits.bytes(units - 1)),
    read(source, units) {
      if (units === 0) return '';
      return `${textOf(sign.read(source, 1))}${textOf(digits.read(source, units - 1))}`;
    },
    write(target, value) {
      const text = asText(target, value);
      if (text === '') return 0;
      return sign.write(target, text.slice(0, 1)) + digits.write(target, text.slice(1));
    },
  };
}

function textOf(value: FieldValue): string {
  return typeof value === 'string' ? value : '';
}

export function asText(target: Target, value: FieldValue): string {
  if (typeof value !== 'string') fail(target, 'value.type', target.offset, 'text is needed');
  return value;
}
