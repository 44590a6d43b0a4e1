// Any message that the tables allow, made from the tables themselves.
import fc from 'fast-check';
import { type Message, messages } from './messages.js';
import type { AnyType, Element, TextType } from './types.js';

/** Of the types that are more than a length: each accepts one of these, or some. */
const TEXTS = [
  ...['2026-05-01', '2024-02-29', '0001-01-01', '2026-12-31+14:00', '2026-05-01T10:00:00', '2026-05-01T24:00:00Z'],
  ...[
    '2026-05-01T10:00:00.123456-05:00',
    'GB',
    'US',
    'USD',
    'JPY',
    'GB33BUKB20201555555555',
    'DEUTDEFF',
    'DEUTDEFF500',
  ],
  ...['549300DTUYXVMJXZNY75', '8a562c67-ca16-48ba-b074-65581be6f011', 'CLRG', 'INDA', 'SLEV', 'DEBT', 'HIGH', 'NORM'],
  ...['URGT', 'RTGS', 'ADDR', '1', '000000000000015', '12345.00001', '-0.5', 'true', '0'],
];

/** As an XML text can carry it: all that must be escaped, line ends, and beyond the first plane. */
const character = fc.oneof(
  fc.constantFrom('&', '<', '>', '"', "'", '\r', '\n', '\t', ' ', ']', '😀', 'é', '\u{10ffff}', '\ufffd', '\u0085'),
  fc.integer({ min: 0x20, max: 0xd7ff }).map((code) => String.fromCodePoint(code)),
);

/** By type: the same few stand in hundreds of places. */
const made = new Map<AnyType, fc.Arbitrary<unknown>>();

function arbitraryOf(type: AnyType): fc.Arbitrary<unknown> {
  const known = made.get(type) ?? makeArbitrary(type);
  made.set(type, known);
  return known;
}

function textOf(type: TextType): fc.Arbitrary<string> {
  const known = TEXTS.filter((text) => type.accepts(text));
  const pool = known.length === 0 ? [] : [fc.constantFrom(...known)];
  // `\u0000` is no text that a message may have, but a type of length alone takes it.
  if (!type.accepts('\u0000')) return fc.oneof(...pool);
  const max = [...Array(2049).keys()].findLast((length) => type.accepts('x'.repeat(length))) ?? 1;
  return fc.oneof(
    ...pool,
    fc.array(character, { minLength: 1, maxLength: Math.min(max, 80) }).map((all) => all.join('')),
  );
}

function makeArbitrary(type: AnyType): fc.Arbitrary<unknown> {
  if (type.kind === 'text') return textOf(type);
  if (type.kind === 'amount')
    return fc.record({
      currency: fc.constantFrom('USD', 'JPY', 'KWD', 'CLF'),
      minor: fc.bigInt({ min: 0n, max: 10n ** 18n - 1n }),
    });
  const elements = Object.entries(type.elements);
  if (type.kind === 'choice')
    return fc.oneof(...elements.map(([name, element]) => occurring(element).map((value) => ({ [name]: value }))));
  const required = elements.filter(([, { min }]) => min === 1);
  return fc.record(Object.fromEntries(elements.map(([name, element]) => [name, occurring(element)])), {
    requiredKeys: required.map(([name]) => name),
  });
}

function occurring({ type, max, repeats }: Element): fc.Arbitrary<unknown> {
  if (!repeats) return arbitraryOf(type);
  return fc.array(arbitraryOf(type), { minLength: 1, maxLength: Math.min(max, 2) });
}

export const anyMessage: fc.Arbitrary<Message> = fc.oneof(
  // What the tables made is what their types say.
  ...Object.entries(messages).map(([id, table]) => arbitraryOf(table).map((body) => ({ id, body }) as Message)),
);
