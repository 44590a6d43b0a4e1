// Any message that a dialect can say, made from its table: what is declared there is what is tested.
import fc from 'fast-check';
import type {
  BerContent,
  Content,
  Dialect,
  ElementSpec,
  Encodings,
  FieldSpec,
  PartSpec,
  TextContent,
} from './dialect.js';
import type { FieldValue, Iso8583Message, Subelement } from './message.js';

const DIGITS = '0123456789';
const LETTERS = 'ABCXYZabcxyz';
const PRINTABLE = Array.from({ length: 95 }, (_, i) => String.fromCharCode(0x20 + i)).join('');
const POOLS = {
  n: DIGITS,
  a: LETTERS,
  an: DIGITS + LETTERS,
  anp: `${DIGITS + LETTERS} `,
  ans: PRINTABLE,
  z: `${DIGITS}=D`,
};
/** Long enough for every way of writing a length, short enough for many runs. */
const LONGEST = 300;

/** Stands under tags made at random, of which some are known by chance and then left out. */
const UNKNOWN = '? ';

interface Size {
  readonly min: number;
  readonly max: number;
}

export function arbitraryMessage(dialect: Dialect): fc.Arbitrary<Iso8583Message> {
  const fields = Object.fromEntries(
    Object.entries(dialect.fields).map(([field, spec]) => [field, elementOf(spec, dialect.encodings, true)]),
  );
  const version = fc.constantFrom(...dialect.versions);
  const mti = fc.tuple(version, digits({ min: 3, max: 3 })).map(([first, rest]) => first + rest);
  const few = fc.subarray(Object.keys(fields), { minLength: 0, maxLength: 20 });
  const many = fc.constant(Object.keys(fields));
  return fc.record({
    mti,
    fields: fc
      .oneof({ arbitrary: few, weight: 20 }, { arbitrary: many, weight: 1 })
      .chain((chosen) =>
        fc.record(Object.fromEntries(chosen.map((field) => [field, fields[field] ?? fc.constant('')]))),
      ),
  });
}

function elementOf(spec: FieldSpec | PartSpec, encodings: Encodings, mayPack: boolean): fc.Arbitrary<FieldValue> {
  const { length } = spec;
  if (typeof length === 'number') return contentOf(spec, { min: length, max: length }, encodings, mayPack, 'digits');
  if ('until' in length)
    return text(
      { min: 0, max: Math.min(LONGEST, length.max) },
      [...PRINTABLE].filter((c) => c !== length.until).join(''),
    );
  const size = { min: length.min ?? 0, max: Math.min(LONGEST, length.max) };
  return contentOf(spec, size, encodings, mayPack, length.units);
}

function contentOf(
  spec: Content,
  size: Size,
  encodings: Encodings,
  mayPack: boolean,
  units: 'digits' | 'bytes' | undefined,
): fc.Arbitrary<FieldValue> {
  switch (spec.kind) {
    case 'b':
      return binary(size, units === 'digits' && (spec.encoding ?? encodings.binary) === 'hex' && size.max !== size.min);
    case 'positional':
      return fc.tuple(
        ...spec.parts.map((part) => elementOf(part, encodings, false).map((value) => ({ tag: part.tag, value }))),
      );
    case 'repeated': {
      const { length } = spec.part;
      const part = contentOf(spec.part, { min: length, max: length }, encodings, false, 'digits');
      const parts = fc.array(part, { maxLength: Math.trunc(size.max / length) });
      return parts.map((values) => values.map((value, index) => ({ tag: String(index + 1), value })));
    }
    case 'tagged':
      return fc
        .array(
          fc.oneof(
            ...Object.entries(spec.elements).map(([tag, element]) => taggedElement(tag, element, encodings)),
            fc.record({
              tag: digits({ min: spec.tagDigits, max: spec.tagDigits }),
              value: fc.constant(UNKNOWN),
            }),
          ),
          { maxLength: Math.trunc(size.max / 50) },
        )
        .map((elements) => elements.filter(({ tag, value }) => value !== UNKNOWN || spec.elements[tag] === undefined));
    case 'ber':
      return ber(spec, size.max, 3);
    default:
      return textOf(spec, size, encodings, mayPack, units);
  }
}

function taggedElement(tag: string, spec: ElementSpec, encodings: Encodings): fc.Arbitrary<Subelement> {
  const { length = { max: 20 } } = spec;
  const size = typeof length === 'number' ? { min: length, max: length } : { min: length.min ?? 0, max: length.max };
  return contentOf(spec, size, encodings, false, 'digits').map((value) => ({ tag, value }));
}

function ber(spec: BerContent, maxBytes: number, levels: number): fc.Arbitrary<Subelement[]> {
  const each = Math.max(0, Math.trunc(maxBytes / 2) - 8);
  const nested = levels === 0 || each < 8 ? [] : (spec.nested ?? []);
  const flatTags = [...Object.keys(spec.elements).filter((tag) => !spec.nested?.includes(tag)), 'C1', 'DF01', 'DF8129'];
  const flat = fc.record({ tag: fc.constantFrom(...flatTags), value: binary({ min: 0, max: each }, false) });
  if (nested.length === 0) return fc.array(flat, { maxLength: each < 8 ? 0 : 2 });
  const deep = fc.record({
    tag: fc.constantFrom(...nested),
    value: fc.constant(0).chain(() => ber(spec, each, levels - 1)),
  });
  return fc.array(fc.oneof(flat, deep), { maxLength: 2 });
}

function textOf(
  spec: TextContent,
  size: Size,
  encodings: Encodings,
  mayPack: boolean,
  units: 'digits' | 'bytes' | undefined,
): fc.Arbitrary<string> {
  const { kind } = spec;
  const isPacked = mayPack && (spec.encoding ?? encodings.digits) === 'bcd';
  if (kind === 'x+n') {
    const sign = fc.constantFrom('C', 'D');
    return fc.tuple(sign, digits({ min: size.min - 1, max: size.max - 1 })).map(([first, rest]) => first + rest);
  }
  if (!isPacked) return text(size, POOLS[kind]);
  const pool = kind === 'z' ? `${DIGITS}=` : POOLS[kind];
  if (units !== 'bytes') return text(size, pool);
  const isOddSaid = (spec.odd ?? encodings.odd).endsWith('F');
  const packedText = text({ min: 2 * size.min, max: 2 * size.max }, pool);
  return isOddSaid ? packedText : packedText.filter((value) => value.length % 2 === 0);
}

function digits(size: Size): fc.Arbitrary<string> {
  return text(size, DIGITS);
}

function text({ min, max }: Size, pool: string): fc.Arbitrary<string> {
  if (max === 0) return fc.constant('');
  return fc.string({ unit: fc.constantFrom(...pool), minLength: min, maxLength: max });
}

/** @param halved the size is in hexadecimal digits */
function binary({ min, max }: Size, halved: boolean): fc.Arbitrary<Uint8Array> {
  const divisor = halved ? 2 : 1;
  return fc
    .uint8Array({ minLength: Math.ceil(min / divisor), maxLength: Math.trunc(max / divisor) })
    .map((bytes) => Buffer.from(bytes));
}
