import { describe, expect, it } from '@jest/globals';
import type { LedgerEvent } from '@tallystick/ledger-core';
import fc from 'fast-check';
import { decodePayload, EventCodec, encodePayload, eventTypeOf, fieldsReader } from './codec.js';
import { DecodingError, EncodingError } from './errors.js';
import { arbitraryOf } from './event-arbitrary.suite.js';
import { catalogue, type ReleasedSchema } from './generated/catalogue.js';
import { type SampleKind, sampleOf } from './golden/sample.js';

const seed = Number(process.env.FC_SEED ?? Date.now());
const events = catalogue.filter((released) => released.aggregate !== 'metadata');
const newest = new EventCodec(catalogue);

function event(type: string, kind: SampleKind): LedgerEvent {
  const released = events.findLast((schema) => schema.name === type);
  if (released === undefined) throw new Error(`no event ${type}`);
  return Object.assign({ type }, sampleOf(JSON.parse(released.schema), kind)) as LedgerEvent;
}

function faultOf(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    if (error instanceof EncodingError || error instanceof DecodingError) return error.code;
    throw error;
  }
  return undefined;
}

function release(version: number, fields: readonly object[], name = 'Paid'): ReleasedSchema {
  const schema = JSON.stringify({ type: 'record', name, namespace: 'tallystick', fields });
  return { name, aggregate: 'account', version, schema };
}

describe('any event', () => {
  it.each(
    events
      .filter(({ name, version }) => version === newest.schemaVersionOf(name))
      .map(({ name, schema }) => [name, schema]),
  )('%s comes back as it was written', (name, schema) => {
    fc.assert(
      fc.property(arbitraryOf(JSON.parse(schema)), (fields) => {
        const written = { type: name, ...fields };
        const read = newest.decode(newest.encode(written));
        expect(read).toEqual(written);
        expect(Object.getPrototypeOf(read)).toBe(Object.prototype);
        expect(newest.typeOf(newest.encode(written))).toBe(name);
      }),
      { seed, numRuns: 40 },
    );
  });

  it('starts with the marker and its fingerprint', () => {
    expect(encodePayload(event('AccountClosed', 'bare')).subarray(0, 2).toString('hex')).toBe('c301');
  });
});

describe('an event that does not fit its schema', () => {
  const approved = event('AuthorisationApproved', 'full');

  it.each([
    [
      'a long beyond 64 bits',
      { requested: 2n ** 63n },
      'out_of_range',
      'AuthorisationApproved.requested: beyond 64 bits',
    ],
    [
      'a long below 64 bits',
      { requested: -(2n ** 63n) - 1n },
      'out_of_range',
      'AuthorisationApproved.requested: beyond 64 bits',
    ],
    ['a number for a long', { requested: 1 }, 'invalid_value', 'AuthorisationApproved.requested: not a valid long'],
    [
      'a lone surrogate',
      { scheme: 'visa\ud800' },
      'ill_formed_text',
      'AuthorisationApproved.scheme: has a lone surrogate',
    ],
    ['no balances', { balances: undefined }, 'invalid_value', 'AuthorisationApproved.balances: not a valid record'],
    [
      'a symbol that the enum lacks',
      { kind: '4111111111111111' },
      'invalid_value',
      'AuthorisationApproved.kind: not a valid enum',
    ],
  ])('with %s is refused, naming the field and not its value', (_what, change, code, message) => {
    const wrong = Object.assign({}, approved, change);
    expect(() => encodePayload(wrong)).toThrow(expect.objectContaining({ name: 'EncodingError', code, message }));
  });

  it('of an unknown type is refused', () => {
    expect(faultOf(() => newest.encode({ type: 'NeverHappened' }))).toBe('unknown_event');
  });
});

describe('a value larger than the buffer in use', () => {
  it.each(['x', 'é'])('is written whole (%s)', (letter) => {
    const frozen = { type: 'AccountFrozen', reason: letter.repeat(200_000) };
    expect(newest.decode(newest.encode(frozen))).toMatchObject(frozen);
  });
});

describe('bytes that are not one whole event', () => {
  const payload = encodePayload(event('ClearingPosted', 'full'));

  it('are refused when cut anywhere', () => {
    for (let length = 0; length < payload.length; length++) {
      const fault = faultOf(() => decodePayload(payload.subarray(0, length)));
      expect(fault).toBe(length < 10 ? 'unknown_schema' : 'truncated');
    }
  });

  it('are refused when something follows', () => {
    expect(faultOf(() => decodePayload(Buffer.concat([payload, Buffer.of(0)])))).toBe('trailing_bytes');
  });

  it('are refused under an unknown fingerprint', () => {
    const other = Buffer.from(payload);
    other[9] = (other[9] ?? 0) ^ 1;
    expect(faultOf(() => decodePayload(other))).toBe('unknown_schema');
    expect(faultOf(() => eventTypeOf(other))).toBe('unknown_schema');
  });

  it('never hang or fail otherwise, whatever the bytes', () => {
    const header = payload.subarray(0, 10);
    const fields = fieldsReader(['balances']);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (body) => {
        const bytes = Buffer.concat([header, body]);
        faultOf(() => decodePayload(bytes));
        faultOf(() => fields(bytes));
      }),
      { seed, numRuns: 2000 },
    );
  });

  it('may be any view of bytes', () => {
    expect(decodePayload(new Uint8Array(payload))).toEqual(decodePayload(payload));
  });
});

describe('an event of an older version', () => {
  const first = release(1, [
    { name: 'amount', type: 'int' },
    { name: 'note', type: 'string' },
  ]);
  const second = release(2, [
    { name: 'currency', type: 'string', default: 'GBP' },
    { name: 'amount', type: 'long' },
    { name: 'payee', type: ['null', 'string'], default: null },
    { name: 'fee', type: 'long', default: 0 },
  ]);
  const other = release(1, [{ name: 'note', type: 'string' }], 'Noted');
  const bytes = new EventCodec([first]).encode({ type: 'Paid', amount: 7, note: 'tea' } as { type: string });

  it('is read as the newest has it, defaults filled in', () => {
    const codec = new EventCodec([first, second, other]);
    expect(codec.decode(bytes)).toStrictEqual({ type: 'Paid', currency: 'GBP', amount: 7n, payee: null, fee: 0n });
    expect(codec.schemaVersionOf('Paid')).toBe(2);
  });

  it('has what may be absent since', () => {
    const optional = release(2, [{ name: 'note', type: ['null', 'string'], default: null }]);
    const codec = new EventCodec([first, optional]);
    expect(codec.decode(bytes)).toStrictEqual({ type: 'Paid', note: 'tea' });
  });

  it('is not known to a catalogue without it', () => {
    expect(faultOf(() => new EventCodec([second]).decode(bytes))).toBe('unknown_schema');
  });
});

describe('reading some fields only', () => {
  const read = fieldsReader(['entry', 'balances']);

  it('gives them as decoding everything does', () => {
    for (const { name } of events) {
      for (const kind of ['full', 'bare'] as const) {
        const payload = encodePayload(event(name, kind));
        const whole: { type: string; entry?: unknown; balances?: unknown } = decodePayload(payload);
        const some = read(payload);
        expect(some).toEqual({ type: name, entry: whole.entry, balances: whole.balances });
      }
    }
  });

  it('refuses a field that no event has', () => {
    expect(() => new EventCodec([release(1, [])]).fieldsReader(['entry'])).toThrow('no event has a field entry');
  });
});
