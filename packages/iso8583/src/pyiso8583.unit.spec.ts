import { describe as about, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { arbitraryMessage } from './arbitrary-messages.suite.js';
import {
  compile,
  type Dialect,
  type Iso8583Message,
  iso1987Fields,
  lll,
  subelements,
  tallystick,
  tallystickBinary,
  tallystickEbcdic,
} from './index.js';
import { type Ask, openPyiso8583, type PyMessage } from './python.suite.js';

const MESSAGES = 150;
/** Not what pyiso8583 can say: a sign before packed digits, and `=` among them. */
const NOT_PACKED = [28, 29, 30, 31, 35, 36, 97];

/** As tallystick, but fields with parts are left whole: so has pyiso8583 them. */
function whole(dialect: Dialect, without: readonly number[]): Dialect {
  const fields = {
    ...iso1987Fields,
    55: { name: 'Integrated circuit card data', kind: 'b', length: lll(999) },
  } as const;
  const kept = Object.entries(fields).filter(([field]) => !without.includes(Number(field)));
  return { ...dialect, fields: Object.fromEntries(kept) };
}

const DIALECTS = [
  ['ascii', tallystick, whole(tallystick, [])],
  ['ebcdic', tallystickEbcdic, whole(tallystickEbcdic, [])],
  ['binary', tallystickBinary, whole(tallystickBinary, NOT_PACKED)],
] as const;

function asPython({ mti, fields }: Iso8583Message): PyMessage {
  const values = Object.entries(fields).map(([field, value]) => [
    field,
    value instanceof Uint8Array ? Buffer.from(value).toString('hex').toUpperCase() : String(value),
  ]);
  return Object.fromEntries([['t', mti], ...values]);
}

const hexOf = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

const seed = Number(process.env.TALLYSTICK_SEED ?? Date.now() % 2 ** 31);
const pyiso8583 = openPyiso8583();
const ask: Ask = pyiso8583 ?? (() => []);

(pyiso8583 === undefined ? about.skip : about)(`pyiso8583, seed ${seed}`, () => {
  it.each(DIALECTS)('writes and reads the same bytes, in %s', (dialect, _own, spec) => {
    const codec = compile(spec);
    const messages = fc.sample(arbitraryMessage(spec), { numRuns: MESSAGES, seed });
    const written = ask(messages.map((message) => ({ dialect, message: asPython(message) })));
    const read = ask(messages.map((message) => ({ dialect, hex: hexOf(codec.encode(message)) })));
    for (const [index, message] of messages.entries()) {
      expect(written[index]).toEqual({ hex: hexOf(codec.encode(message)) });
      expect(read[index]).toEqual({ message: asPython(message) });
      expect(codec.decode(Buffer.from(written[index]?.hex ?? '', 'hex'))).toEqual(message);
    }
  });

  it.each(DIALECTS)('has the parts of a field where we have them, in %s', (dialect, own, _whole) => {
    const fields = {
      11: '000042',
      48: subelements([
        ['63', 'MCC1234561121  '],
        ['92', '737'],
      ]),
      54: subelements([['1', '0001826C000000012345']]),
      55: subelements([
        ['9F02', Buffer.from('000000001250', 'hex')],
        ['9F36', Buffer.from('0034', 'hex')],
      ]),
    };
    const hex = hexOf(compile(own).encode({ mti: '0100', fields }));
    expect(ask([{ dialect, hex }])).toEqual([
      {
        message: {
          t: '0100',
          11: '000042',
          48: '6315MCC1234561121  9203737',
          54: '0001826C000000012345',
          55: '9F02060000000012509F36020034',
        },
      },
    ]);
  });

  it('refuses what we refuse', () => {
    const bytes = compile(tallystick).encode({ mti: '0800', fields: { 11: '000001', 70: '301' } });
    const bad = [bytes.subarray(0, -1), Buffer.concat([bytes, Buffer.from('0')]), bytes.subarray(0, 30)];
    for (const each of bad) expect(() => compile(tallystick).decode(each)).toThrow();
    for (const { error } of ask(bad.map((each) => ({ dialect: 'ascii', hex: hexOf(each) }))))
      expect(error).toBeDefined();
  });
});
