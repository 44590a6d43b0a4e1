import { describe, expect, it } from '@jest/globals';
import { type Static, Type } from '@sinclair/typebox';
import fc from 'fast-check';
import { ContractViolation, codecOf, compileMessage, defineContract, jsonSchemaOf, method } from './index.js';

const Everything = Type.Object({
  text: Type.String(),
  count: Type.Integer(),
  yes: Type.Boolean(),
  amount: Type.BigInt(),
  proof: Type.Uint8Array(),
  note: Type.Optional(Type.String()),
  maybe: Type.Union([Type.BigInt(), Type.Null()]),
  state: Type.Union([Type.Literal('open'), Type.Literal('closed')]),
  either: Type.Union([Type.String(), Type.BigInt(), Type.Uint8Array()]),
  outcome: Type.Union([
    Type.Object({ kind: Type.Literal('accepted'), position: Type.BigInt() }),
    Type.Object({ kind: Type.Literal('rejected'), code: Type.String() }),
  ]),
  lines: Type.Array(Type.Tuple([Type.String(), Type.BigInt()])),
  tags: Type.Array(Type.String()),
  byAccount: Type.Record(Type.String(), Type.BigInt()),
});
type Everything = Static<typeof Everything>;

const bytes = fc.uint8Array({ maxLength: 8 }).map((value) => new Uint8Array(value));
const everything: fc.Arbitrary<Everything> = fc.record(
  {
    text: fc.string({ unit: 'grapheme' }),
    count: fc.maxSafeInteger().map((value) => value + 0),
    yes: fc.boolean(),
    amount: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
    proof: bytes,
    note: fc.string(),
    maybe: fc.option(fc.bigInt({ min: -10n, max: 10n })),
    state: fc.constantFrom('open' as const, 'closed' as const),
    either: fc.oneof(fc.constantFrom('12n', 'AAAA', ''), fc.bigInt({ min: -9n, max: 9n }), bytes),
    outcome: fc.oneof(
      fc.record({ kind: fc.constant('accepted' as const), position: fc.bigInt({ min: 0n, max: 9n }) }),
      fc.record({ kind: fc.constant('rejected' as const), code: fc.string() }),
    ),
    lines: fc.array(fc.tuple(fc.string(), fc.bigInt({ min: -9n, max: 9n })), { maxLength: 3 }),
    tags: fc.array(fc.string(), { maxLength: 3 }),
    byAccount: fc.dictionary(fc.string(), fc.bigInt({ min: -9n, max: 9n }), { noNullPrototype: true }),
  },
  {
    requiredKeys: [
      ...(['text', 'count', 'yes', 'amount', 'proof', 'maybe', 'state', 'either'] as const),
      ...(['outcome', 'lines', 'tags', 'byAccount'] as const),
    ],
  },
);

const sample: Everything = {
  text: '12n',
  count: 3,
  yes: true,
  amount: 9_007_199_254_740_993n,
  proof: new Uint8Array([1, 2]),
  maybe: null,
  state: 'open',
  either: '5n',
  outcome: { kind: 'accepted', position: 4n },
  lines: [['a', 1n]],
  tags: ['x'],
  byAccount: { acc_1: -5n },
};

function asJson(value: Uint8Array): unknown {
  return JSON.parse(new TextDecoder().decode(value));
}

describe('a message of a contract', () => {
  const codec = compileMessage(Everything);

  it('comes back the same from bytes', () => {
    fc.assert(fc.property(everything, (value) => expect(codec.decode(codec.encode(value))).toEqual(value)));
  });

  it('is copied without sharing any object', () => {
    fc.assert(
      fc.property(everything, (value) => {
        expect(codec.isValid(value)).toBe(true);
        const copy = codec.copy(value);
        expect(copy).toEqual(value);
        expect(sharedObjects(copy, value)).toBe(0);
      }),
    );
  });

  it('is written with tagged integers and base64, and numbers a union only where nothing else tells the variant', () => {
    expect(asJson(codec.encode(sample))).toEqual({
      ...sample,
      amount: '9007199254740993n',
      proof: 'AQI=',
      either: { variant: 0, value: '5n' },
      outcome: { kind: 'accepted', position: '4n' },
      lines: [['a', '1n']],
      byAccount: { acc_1: '-5n' },
    });
  });

  it('leaves out what the contract does not name, on the wire as in a copy', () => {
    const more = { ...sample, extra: 1 };
    expect(codec.copy(more)).toEqual(sample);
    expect(codec.decode(codec.encode(more))).toEqual(sample);
  });

  it('keeps a key called __proto__ an ordinary key', () => {
    const value = { ...sample, byAccount: Object.fromEntries([['__proto__', 1n]]) };
    expect(codec.decode(codec.encode(value))).toEqual(value);
    expect(codec.copy(value)).toEqual(value);
  });

  it.each([
    ['broken JSON', '{', 'the message: expected UTF-8 JSON'],
    ['a number for a bigint', '{"amount":5}', '/amount: expected an integer as "123n"'],
    [
      'a bigint of a million digits',
      `{"amount":"${'9'.repeat(1_000_000)}n"}`,
      '/amount: expected an integer as "123n"',
    ],
    ['bytes that are not base64', '{"proof":"?"}', '/proof: expected bytes in base64'],
    ['an unknown variant', '{"outcome":{"kind":"other"}}', '/outcome: expected one of the known variants'],
    ['an object for an array', '{"lines":{}}', '/lines: expected an array'],
    ['an array for the whole', '[]', 'the message: expected an object'],
  ])('refuses %s and says where', (_name, json, message) => {
    expect(() => codec.decode(new TextEncoder().encode(json))).toThrow(ContractViolation);
    expect(() => codec.decode(new TextEncoder().encode(json))).toThrow(message);
  });

  it('names the place but not the value of what does not fit', () => {
    const violation = codec.violation({ ...sample, text: 4_111_111_111_111_111 });
    expect(violation.message).toBe('/text: Expected string');
  });
});

describe('a contract', () => {
  it('compiles a method once', () => {
    const ping = method({ request: Type.Object({}), response: Type.Object({}), idempotent: true, mutates: false });
    expect(codecOf(ping)).toBe(codecOf(ping));
  });

  it('refuses names that would need escaping in a path', () => {
    expect(() => defineContract('Ledger/2', {})).toThrow("a service's name is lower case");
  });

  it('refuses what is not plain data', () => {
    expect(() => compileMessage(Type.Object({ at: Type.Date() }))).toThrow("a contract can't carry Date");
  });

  it('has a JSON Schema of what is on the wire', () => {
    expect(
      jsonSchemaOf(Type.Object({ amount: Type.BigInt({ description: 'minor units' }), id: Type.String() })),
    ).toEqual({
      type: 'object',
      required: ['amount', 'id'],
      properties: {
        amount: { type: 'string', pattern: '^-?[0-9]{1,40}n$', description: 'minor units' },
        id: { type: 'string' },
      },
    });
  });
});

/** How many objects occur in both trees. */
function sharedObjects(left: unknown, right: unknown): number {
  const objects = (value: unknown): object[] =>
    typeof value === 'object' && value !== null
      ? [value, ...(value instanceof Uint8Array ? [value.buffer] : Object.values(value).flatMap(objects))]
      : [];
  const seen = new Set(objects(left));
  return objects(right).filter((value) => seen.has(value)).length;
}
