// From what a dialect declares to what reads and writes it.
import type {
  BinaryContent,
  CharacterEncoding,
  Content,
  ElementSpec,
  Encodings,
  FieldSpec,
  PartSpec,
  TaggedContent,
  TextContent,
  Variable,
} from '../dialect.js';
import { BerTlv } from './ber.js';
import { hexBytes, rawBytes } from './binary.js';
import { characters, signed } from './characters.js';
import type { ContentCodec, ElementCodec } from './content-codec.js';
import { fixed, lengthInCharacters, lengthPrefix, terminated, variable } from './lengths.js';
import { packed } from './packed.js';
import { positional, repeated } from './parts.js';
import { Tagged, type TaggedElement } from './tagged.js';

/** @throws TypeError if the table contradicts itself */
export function compileElement(spec: FieldSpec | PartSpec, encodings: Encodings): ElementCodec {
  const { length } = spec;
  if (typeof length === 'number') return fixed(compileContent(spec, encodings, undefined), length);
  const content = compileContent(spec, encodings, 'prefix' in length ? length.units : undefined);
  if (!('prefix' in length)) return terminated(content, length, encodings.text);
  const prefix = lengthPrefix(length.prefix, length.encoding ?? encodings.prefix);
  const most = Math.min(length.max, largest(length, encodings));
  return variable(content, prefix, length.min ?? 0, most);
}

/** What so many digits, or bytes, can say. */
function largest({ prefix, encoding }: Variable, encodings: Encodings): number {
  if ((encoding ?? encodings.prefix) !== 'binary') return 10 ** prefix - 1;
  return prefix <= 2 ? 0xff : 0xffff;
}

function compileContent(spec: Content, encodings: Encodings, units: Variable['units']): ContentCodec {
  switch (spec.kind) {
    case 'b':
      return compileBinary(spec, encodings, units);
    case 'positional':
      return positional(
        spec.parts.map((part) => ({ tag: part.tag, codec: compileElement(part, insideText(encodings)) })),
      );
    case 'repeated':
      if (spec.part.length < 1) throw new TypeError('a repeated part must take at least one byte');
      return repeated(fixed(compileContent(spec.part, insideText(encodings), undefined), spec.part.length));
    case 'tagged':
      return compileTagged(spec, insideText(encodings));
    case 'ber':
      return new BerTlv(Object.keys(spec.elements), new Set(spec.nested ?? []));
    case 'n':
    case 'a':
    case 'an':
    case 'anp':
    case 'ans':
    case 'z':
    case 'x+n':
      return compileText(spec, encodings, units);
  }
}

function compileText(spec: TextContent, encodings: Encodings, units: Variable['units']): ContentCodec {
  const { kind } = spec;
  const countsBytes = units === 'bytes';
  const isOfDigits = kind === 'n' || kind === 'z' || kind === 'x+n';
  const encoding = spec.encoding ?? (isOfDigits ? encodings.digits : encodings.text);
  const odd = spec.odd ?? encodings.odd;
  if (encoding !== 'bcd') return compileCharacters(kind, encoding);
  if (kind === 'x+n') return signed(characters('sign', encodings.text), packed('n', odd, countsBytes));
  if (kind !== 'n' && kind !== 'z') throw new TypeError(`${kind} can not be packed`);
  return packed(kind, odd, countsBytes);
}

function compileCharacters(kind: TextContent['kind'], encoding: CharacterEncoding): ContentCodec {
  if (kind !== 'x+n') return characters(kind, encoding);
  return signed(characters('sign', encoding), characters('n', encoding));
}

function compileBinary(spec: BinaryContent, encodings: Encodings, units: Variable['units']): ContentCodec {
  if ((spec.encoding ?? encodings.binary) === 'bytes') return rawBytes;
  return hexBytes(encodings.text, units !== 'digits');
}

function compileTagged(spec: TaggedContent, encodings: Encodings): ContentCodec {
  const length = lengthInCharacters(spec.lengthDigits, encodings.text);
  const elements = Object.entries(spec.elements).map(
    ([tag, element]) => [tag, compileTaggedElement(element, encodings)] as const,
  );
  const unknown = { content: characters('ans', encodings.text), min: 0, max: Number.POSITIVE_INFINITY };
  return new Tagged(characters('n', encodings.text), spec.tagDigits, length, new Map(elements), unknown);
}

function compileTaggedElement(spec: ElementSpec, encodings: Encodings): TaggedElement {
  const content = compileContent(spec, encodings, 'digits');
  const { length } = spec;
  if (length === undefined) return { content, min: 0, max: Number.POSITIVE_INFINITY };
  if (typeof length === 'number') return { content, min: length, max: length };
  return { content, min: length.min ?? 0, max: length.max };
}

/** Between characters, digits are characters too. */
function insideText(encodings: Encodings): Encodings {
  return { ...encodings, digits: encodings.text, prefix: encodings.text };
}
