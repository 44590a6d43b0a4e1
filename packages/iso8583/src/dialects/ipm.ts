// Mastercard IPM clearing: 1240 presentment, 1442 chargeback, 1644 header, trailer and other administrative records, 1740
// fee collection. ISO 8583:1993, both bitmaps always there, in binary. Field table: github.com/adelosa/cardutil,
// src/cardutil/config.py; lengths where that has none: the ISO maximum.
import { type Dialect, type FieldSpec, ll, lll, type PartSpec } from '../dialect.js';
import { emvFlat } from './emv.js';

/** Private data subelements: a tag of four digits, a length of three. They go on from 48 in 62, 123, 124 and 125. */
const privateData: Omit<Extract<FieldSpec, { kind: 'tagged' }>, 'name'> = {
  kind: 'tagged',
  tagDigits: 4,
  lengthDigits: 3,
  length: lll(999),
  elements: {
    '0001': { name: 'Mapping service account number', kind: 'anp', sensitive: 'pan' },
    '0023': { name: 'Terminal type', kind: 'anp', length: 3 },
    '0025': { name: 'Message reversal indicator', kind: 'anp' },
    '0043': { name: 'Program registration', kind: 'anp' },
    '0052': { name: 'Electronic commerce security level indicator', kind: 'anp', length: 3 },
    '0105': { name: 'File identification', kind: 'anp', length: 25 },
    '0122': { name: 'Processing mode', kind: 'a', length: 1 },
    '0146': { name: 'Amounts, transaction fee', kind: 'anp' },
    '0148': { name: 'Currency exponents', kind: 'n' },
    '0158': { name: 'Business activity', kind: 'ans' },
    '0159': { name: 'Settlement data', kind: 'ans' },
    '0165': { name: 'Settlement indicator', kind: 'ans' },
    '0177': { name: 'Cross-border', kind: 'anp' },
    '0191': { name: 'Originating message format', kind: 'anp' },
    '0300': { name: 'Reconciled file', kind: 'anp', length: 25 },
    '0301': { name: 'File amount, checksum', kind: 'n', length: 16 },
    '0306': { name: 'File message counts', kind: 'n', length: 8 },
  },
};

const cardAcceptorParts: readonly PartSpec[] = [
  { tag: '1', name: 'Name', kind: 'ans', length: { until: '\\', max: 99 } },
  { tag: '2', name: 'Street address', kind: 'ans', length: { until: '\\', max: 99 } },
  { tag: '3', name: 'City', kind: 'ans', length: { until: '\\', max: 99 } },
  { tag: '4', name: 'Postal code', kind: 'ans', length: 10 },
  { tag: '5', name: 'State, province or region', kind: 'ans', length: 3 },
  { tag: '6', name: 'Country', kind: 'anp', length: 3 },
];

/** In EBCDIC (cp500), as files come from and go to Mastercard. */
export const ipm: Dialect = {
  name: 'ipm',
  versions: ['1'],
  mti: 'cp500',
  bitmap: { encoding: 'binary', secondary: 'always' },
  encodings: { text: 'cp500', digits: 'cp500', odd: 'left0', binary: 'bytes', prefix: 'cp500' },
  fields: {
    2: { name: 'Primary account number', kind: 'n', length: { min: 8, max: 19, prefix: 2 }, sensitive: 'pan' },
    3: { name: 'Processing code', kind: 'n', length: 6 },
    4: { name: 'Amount, transaction', kind: 'n', length: 12 },
    5: { name: 'Amount, reconciliation', kind: 'n', length: 12 },
    6: { name: 'Amount, cardholder billing', kind: 'n', length: 12 },
    9: { name: 'Conversion rate, reconciliation', kind: 'n', length: 8 },
    10: { name: 'Conversion rate, cardholder billing', kind: 'n', length: 8 },
    12: { name: 'Date and time, local transaction', kind: 'n', length: 12 },
    14: { name: 'Date, expiration', kind: 'n', length: 4 },
    22: { name: 'Point of service data code', kind: 'an', length: 12 },
    23: { name: 'Card sequence number', kind: 'n', length: 3 },
    24: { name: 'Function code', kind: 'n', length: 3 },
    25: { name: 'Message reason code', kind: 'n', length: 4 },
    26: { name: 'Card acceptor business code', kind: 'n', length: 4 },
    30: { name: 'Amounts, original', kind: 'n', length: 24 },
    31: { name: 'Acquirer reference data', kind: 'an', length: ll(23) },
    32: { name: 'Acquiring institution identification code', kind: 'n', length: ll(11) },
    33: { name: 'Forwarding institution identification code', kind: 'n', length: ll(11) },
    37: { name: 'Retrieval reference number', kind: 'anp', length: 12 },
    38: { name: 'Approval code', kind: 'anp', length: 6 },
    40: { name: 'Service code', kind: 'an', length: 3 },
    41: { name: 'Card acceptor terminal identification', kind: 'ans', length: 8 },
    42: { name: 'Card acceptor identification code', kind: 'ans', length: 15 },
    43: { name: 'Card acceptor name and location', kind: 'positional', length: ll(99), parts: cardAcceptorParts },
    48: { name: 'Additional data', ...privateData },
    49: { name: 'Currency code, transaction', kind: 'n', length: 3 },
    50: { name: 'Currency code, reconciliation', kind: 'n', length: 3 },
    51: { name: 'Currency code, cardholder billing', kind: 'n', length: 3 },
    54: {
      name: 'Amounts, additional',
      kind: 'repeated',
      length: lll(120),
      part: { name: 'Additional amount', kind: 'an', length: 20 },
    },
    55: { name: 'Integrated circuit card data', length: lll(255), ...emvFlat },
    62: { name: 'Additional data 2', ...privateData },
    63: { name: 'Transaction life cycle identification', kind: 'ans', length: lll(16) },
    71: { name: 'Message number', kind: 'n', length: 8 },
    72: { name: 'Data record', kind: 'ans', length: lll(999) },
    73: { name: 'Date, action', kind: 'n', length: 6 },
    93: { name: 'Transaction destination institution identification code', kind: 'n', length: ll(11) },
    94: { name: 'Transaction originator institution identification code', kind: 'n', length: ll(11) },
    95: { name: 'Card issuer reference data', kind: 'ans', length: ll(10) },
    100: { name: 'Receiving institution identification code', kind: 'n', length: ll(11) },
    111: { name: 'Amount, currency conversion assessment', kind: 'n', length: lll(12) },
    123: { name: 'Additional data 3', ...privateData },
    124: { name: 'Additional data 4', ...privateData },
    125: { name: 'Additional data 5', ...privateData },
    127: { name: 'Network data', kind: 'ans', length: lll(999) },
  },
};

/** The same in ASCII. */
export const ipmAscii: Dialect = {
  ...ipm,
  name: 'ipm-ascii',
  mti: 'ascii',
  encodings: { ...ipm.encodings, text: 'ascii', digits: 'ascii', prefix: 'ascii' },
};
