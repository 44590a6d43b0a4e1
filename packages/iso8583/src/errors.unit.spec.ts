// Everything that is refused, with the code, the field and the byte at which it is.

import { inspect } from 'node:util';
import { describe as about, expect, it } from '@jest/globals';
import { everyEncoding } from './every-encoding.suite.js';
import {
  type Codec,
  compile,
  type FieldValue,
  Iso8583Error,
  ipmAscii,
  jpos1987,
  nao1215,
  subelements,
  tallystick,
  tallystickBinary,
  tallystickEbcdic,
} from './index.js';

const own = compile(tallystick);
const binary = compile(tallystickBinary);
const every = compile(everyEncoding);
const hex = (text: string) => Buffer.from(text, 'hex');
const ascii = (text: string) => Buffer.from(text, 'latin1');
/** A message of the bank's own with one field. */
const only = (field: number, rest: string | Buffer) => {
  const bits = Buffer.alloc(field > 64 ? 16 : 8);
  const at = (field - 1) >> 3;
  bits[at] = 0x80 >> ((field - 1) & 7);
  if (field > 64) bits[0] = 0x80;
  return Buffer.concat([ascii(`0100${bits.toString('hex').toUpperCase()}`), Buffer.from(rest)]);
};

function refusalOf(act: () => unknown): Iso8583Error {
  try {
    act();
  } catch (error) {
    if (error instanceof Iso8583Error) return error;
    throw error;
  }
  throw new Error('it was not refused');
}

const REFUSED: readonly (readonly [
  what: string,
  codec: Codec,
  bytes: Buffer,
  code: string,
  field: string,
  offset: number,
])[] = [
  ['no bytes', own, Buffer.alloc(0), 'truncated', 'mti', 0],
  ['half an MTI', own, ascii('01'), 'truncated', 'mti', 0],
  ['letters for an MTI', own, ascii('01A0'), 'mti.malformed', 'mti', 2],
  ['half bytes that are no digits in an MTI', binary, hex('01f0'), 'mti.malformed', 'mti', 1],
  ['another version', own, ascii('1100'), 'mti.version', 'mti', 0],
  ['half a bitmap', own, ascii('010072'), 'truncated', 'bitmap', 4],
  ['a bitmap that is not hexadecimal', own, ascii('0100722G000000000000'), 'bitmap.malformed', 'bitmap', 7],
  ['a bitmap in small letters', own, ascii('0100000000000000000a'), 'bitmap.malformed', 'bitmap', 19],
  ['half a second bitmap', own, ascii('01008000000000000000'), 'truncated', 'bitmap', 20],
  ['an empty second bitmap', own, ascii(`01008${'0'.repeat(31)}`), 'bitmap.not_canonical', 'bitmap', 4],
  [
    'bit 1 set where it never is',
    compile(nao1215),
    ascii(`01008${'0'.repeat(31)}`),
    'bitmap.not_canonical',
    'bitmap',
    4,
  ],
  [
    'bit 1 clear where it never is',
    compile(ipmAscii),
    Buffer.concat([ascii('1240'), Buffer.alloc(16)]),
    'bitmap.not_canonical',
    'bitmap',
    4,
  ],
  [
    'an empty third bitmap',
    every,
    hex(`0100${'80'.padEnd(16, '0')}${'80'.padEnd(16, '0')}${'0'.repeat(16)}`),
    'bitmap.not_canonical',
    'bitmap',
    2,
  ],
  ['a field that is not in the table', own, only(65, '1'), 'field.unknown', '65', 36],
  ['a fixed field cut off', own, only(11, '00000'), 'truncated', '11', 20],
  ['a length cut off', own, only(2, '1'), 'truncated', '2', 20],
  ['a value shorter than its length', own, only(2, '16411111111111111'), 'truncated', '2', 22],
  ['a length that is not in digits', own, only(2, '1x4111111111111111'), 'length.malformed', '2', 21],
  ['a length over the most', own, only(2, '2041111111111111111111'), 'overlong', '2', 20],
  ['a length below the least', own, only(2, '074111111'), 'too_short', '2', 20],
  ['letters among digits', own, only(11, '0000A1'), 'charset', '11', 24],
  ['a byte over 7F', own, only(41, Buffer.from('TERM\xc00001', 'latin1')), 'charset', '41', 24],
  ['a space where none may be', own, only(37, 'ABC         '), 'charset', '37', 23],
  ['a sign that is neither C nor D', own, only(28, 'E00000001'), 'charset', '28', 20],
  ['more bytes than fields', own, only(11, '0000010'), 'trailing', 'message', 26],
  ['BCD that is not', binary, hex('01000020000000000000' + '00000a'), 'charset', '11', 12],
  ['a filling half byte that is not 0', binary, hex('01000000040000000000' + '1051'), 'padding', '22', 10],
  ['a BCD length that is not', binary, hex('01004000000000000000' + '1a'), 'length.malformed', '2', 10],
  ['a filling half byte that is not F', every, hex('01004000000000000000' + '0312340000'), 'padding', '2', 12],
  ['half a byte in hexadecimal', every, hex('01000004000000000000' + '0003f1f2f3'), 'length.malformed', '14', 12],
  [
    'hexadecimal digits that are not',
    compile(jpos1987),
    ascii('0100000000000000000100112233445566G7'),
    'charset',
    '64',
    34,
  ],
  [
    'EBCDIC in a dialect that is ASCII',
    own,
    compile(tallystickEbcdic).encode({ mti: '0800', fields: { 11: '000001' } }),
    'mti.malformed',
    'mti',
    0,
  ],
  [
    'an unknown byte of EBCDIC',
    compile(tallystickEbcdic),
    hex('f0f8f0f0f0f0f0f0f0f0f0f0f0f0f8f0f0f0f0f0c1f1404a5f5abb00'),
    'charset',
    '41',
    27,
  ],
  ['a tag cut off', own, only(48, '0034'), 'truncated', '48', 23],
  ['a tag that is not in digits', own, only(48, '0074x03ABC'), 'charset', '48', 24],
  ['a part longer than the field', own, only(48, '00763151234'), 'truncated', '48.63', 27],
  ['a part’s length that is not in digits', own, only(48, '007631x123'), 'length.malformed', '48.63', 26],
  ['a part over its length', own, only(48, '00892041234'), 'overlong', '48.92', 25],
  ['a part below its length', own, only(48, '006920212'), 'too_short', '48.92', 25],
  ['letters in a part of digits', own, only(48, '0079203A23'), 'charset', '48.92', 27],
  ['half a group of amounts', own, only(54, '010ABCDEFGHIJ'), 'truncated', '54.1', 23],
  ['a BER tag of 00', own, only(55, Buffer.concat([ascii('002'), hex('0000')])), 'tag.malformed', '55', 23],
  ['a BER tag cut off', own, only(55, Buffer.concat([ascii('001'), hex('9f')])), 'tag.malformed', '55', 23],
  ['a BER tag too long', own, only(55, Buffer.concat([ascii('005'), hex('9f81828301')])), 'tag.malformed', '55', 23],
  ['a BER length cut off', own, only(55, Buffer.concat([ascii('002'), hex('9f02')])), 'truncated', '55.9F02', 25],
  ['a BER value cut off', own, only(55, Buffer.concat([ascii('004'), hex('9f020600')])), 'truncated', '55.9F02', 26],
  [
    'a BER length of unknown end',
    own,
    only(55, Buffer.concat([ascii('003'), hex('9f0280')])),
    'length.malformed',
    '55.9F02',
    25,
  ],
  [
    'a BER length longer than needed',
    own,
    only(55, Buffer.concat([ascii('005'), hex('9f02810100')])),
    'length.not_canonical',
    '55.9F02',
    25,
  ],
  [
    'a broken tag inside a template',
    own,
    only(55, Buffer.concat([ascii('004'), hex('72028605')])),
    'truncated',
    '55.72.86',
    27,
  ],
  [
    'templates in templates without end',
    own,
    only(55, Buffer.concat([ascii('018'), hex('721072' + '0e720c720a7208720672047202' + '7200')])),
    'too_deep',
    '55.72.72.72.72.72.72.72.72',
    39,
  ],
  [
    'bytes behind the last part',
    every,
    hex(`01000000400000000000${'0009'}f0f0f04f${'01'}c1c1c1c1`),
    'length.malformed',
    '18.3',
    16,
  ],
  ['a part without its end', every, hex(`01000000400000000000${'0005'}f0f0f0c1c1`), 'truncated', '18.2', 15],
];

about('bytes', () => {
  it.each(REFUSED)('are refused: %s', (_what, codec, bytes, code, field, offset) => {
    const { code: actual, field: at, offset: byte } = refusalOf(() => codec.decode(bytes));
    expect([actual, at, byte]).toEqual([code, field, offset]);
  });
});

const card = '4111111111111111';
const UNSAYABLE: readonly (readonly [what: string, field: number, value: FieldValue, code: string, at: string])[] = [
  ['a field that is too short', 11, '1', 'value.length', '11'],
  ['a field that is too long', 2, '4'.repeat(20), 'value.length', '2'],
  ['letters for digits', 11, '00000A', 'charset', '11'],
  ['a character beyond ASCII', 41, 'CAFÉ0001', 'charset', '41'],
  ['a character beyond Latin', 41, 'CAFĀ0001', 'charset', '41'],
  ['bytes for text', 41, Buffer.alloc(8), 'value.type', '41'],
  ['text for bytes', 52, '01020304', 'value.type', '52'],
  ['text for parts', 48, 'plain', 'value.type', '48'],
  ['a field that is not in the table', 65, '1', 'field.unknown', '65'],
  ['a field beyond its bitmaps', 192, '1', 'field.unknown', '192'],
  ['a bitmap as a field', 1, '1', 'field.unknown', '1'],
  ['a tag of another length', 48, subelements([['123', '1']]), 'tag.malformed', '48'],
  ['a part of another length', 48, subelements([['92', '12']]), 'value.length', '48.92'],
  ['a part over 99', 48, subelements([['99', 'x'.repeat(100)]]), 'value.length', '48.99'],
  ['parts out of their places', 54, subelements([['2', '0001826C000000012345']]), 'tag.unknown', '54.1'],
  ['a BER tag that is none', 55, subelements([['9F', Buffer.alloc(1)]]), 'tag.malformed', '55'],
  ['a BER tag in small letters', 55, subelements([['9f02', Buffer.alloc(1)]]), 'tag.malformed', '55'],
  ['text for a BER value', 55, subelements([['9F02', '000000001000']]), 'value.type', '55.9F02'],
  ['parts over the field', 55, subelements([['9F02', Buffer.alloc(999)]]), 'value.length', '55'],
];

about('a message', () => {
  it.each(UNSAYABLE)('is not written: %s', (_what, field, value, code, at) => {
    const error = refusalOf(() => own.encode({ mti: '0100', fields: { [field]: value } }));
    expect([error.code, error.field]).toEqual([code, at]);
  });

  it.each([
    ['1100', 'mti.version'],
    ['010', 'mti.malformed'],
    ['01O0', 'charset'],
  ])('is not written with the type %s', (mti, code) => {
    expect(refusalOf(() => own.encode({ mti, fields: {} }))).toMatchObject({ code, field: 'mti' });
  });
});

about('an error', () => {
  const message = { mti: '0100', fields: { 2: card, 11: '000042', 37: 'ABCDEF123456', 41: 'TERM0001' } };
  const bytes = own.encode(message).fill(0, 60);

  it('has what was read before it, so that a format error can be answered', () => {
    const error = refusalOf(() => own.decode(bytes));
    expect(error.field).toBe('41');
    expect(error.partial).toEqual({ mti: '0100', fields: { 2: card, 11: '000042', 37: 'ABCDEF123456' } });
  });

  it('has no fields where the type could not be read', () => {
    expect(refusalOf(() => own.decode(ascii('GET / HTTP/1.1'))).partial).toEqual({ fields: {} });
  });

  it('shows the field and the byte, and never a value', () => {
    const error = refusalOf(() => own.decode(bytes));
    expect(error.message).toBe('ISO 8583 field 41 at byte 60: a byte that is not ans');
    for (const shown of [inspect(error, { depth: 9, showHidden: true }), JSON.stringify(error), String(error.stack)])
      expect(shown).not.toContain(card);
  });
});
