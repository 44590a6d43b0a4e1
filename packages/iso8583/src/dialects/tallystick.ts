// The bank's own: ISO 8583:1987 in ASCII with a hexadecimal bitmap, and the same table in two other ways of writing it.
import { type Dialect, type FieldSpec, lll } from '../dialect.js';
import { emv } from './emv.js';
import { iso1987Fields } from './iso1987.js';

/**
 * Additional data: a tag of two digits, a length of two digits, the value. Numbers and meanings are those of Mastercard's
 * data element 48 of authorisations, without its leading category code. Other tags are kept as text.
 */
const additionalData: FieldSpec = {
  name: 'Additional data, private',
  kind: 'tagged',
  tagDigits: 2,
  lengthDigits: 2,
  length: lll(999),
  elements: {
    '42': { name: 'Electronic commerce indicators', kind: 'n', length: { min: 3, max: 7 } },
    '43': { name: 'Universal cardholder authentication', kind: 'ans', length: { max: 32 }, sensitive: 'secret' },
    '61': { name: 'Point of service data, extended conditions', kind: 'n', length: 5 },
    '63': { name: 'Trace identification of the first authorisation', kind: 'ans', length: 15 },
    '77': { name: 'Payment transaction type', kind: 'an', length: 3 },
    '80': { name: 'PIN service code', kind: 'a', length: 2 },
    '82': { name: 'Address verification request', kind: 'n', length: 2 },
    '83': { name: 'Address verification response', kind: 'a', length: 1 },
    '87': { name: 'Card validation code result', kind: 'a', length: 1 },
    '92': { name: 'Card validation code', kind: 'n', length: 3, sensitive: 'secret' },
  },
};

/** Account type 2, amount type 2, currency 3, C or D, amount 12: ISO 8583:1987, data element 54. */
const additionalAmounts: FieldSpec = {
  name: 'Additional amounts',
  kind: 'repeated',
  length: lll(120),
  part: { name: 'Additional amount', kind: 'an', length: 20 },
};

/** Fields in ASCII, bitmap in hexadecimal digits, data element 55 BER-TLV in bytes; PIN block and MAC 8 bytes. */
export const tallystick: Dialect = {
  name: 'tallystick',
  versions: ['0'],
  mti: 'ascii',
  bitmap: { encoding: 'hex', secondary: 'indicated' },
  encodings: { text: 'ascii', digits: 'ascii', odd: 'left0', binary: 'bytes', prefix: 'ascii' },
  fields: {
    ...iso1987Fields,
    48: additionalData,
    54: additionalAmounts,
    55: { name: 'Integrated circuit card data', length: lll(999), ...emv },
  },
};

/** The same with a binary bitmap; digits, lengths and MTI in BCD, an odd number of digits filled with 0 on the left (jPOS iso87binary.xml). */
export const tallystickBinary: Dialect = {
  ...tallystick,
  name: 'tallystick-binary',
  mti: 'bcd',
  bitmap: { encoding: 'binary', secondary: 'indicated' },
  encodings: { text: 'ascii', digits: 'bcd', odd: 'left0', binary: 'bytes', prefix: 'bcd' },
};

/** The same in EBCDIC (cp500), bitmap in EBCDIC hexadecimal digits. */
export const tallystickEbcdic: Dialect = {
  ...tallystick,
  name: 'tallystick-ebcdic',
  mti: 'cp500',
  encodings: { text: 'cp500', digits: 'cp500', odd: 'left0', binary: 'bytes', prefix: 'cp500' },
};
