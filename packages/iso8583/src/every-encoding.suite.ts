// A dialect that nobody speaks: one field for each thing that can be declared and that no real dialect here uses.
import { type Dialect, ll, lll, llll } from './dialect.js';

export const everyEncoding: Dialect = {
  name: 'every-encoding',
  versions: ['0', '1', '2'],
  mti: 'bcd',
  bitmap: { encoding: 'binary', secondary: 'indicated', tertiary: true },
  encodings: { text: 'cp1047', digits: 'bcd', odd: 'rightF', binary: 'hex', prefix: 'binary' },
  fields: {
    2: { name: 'digits, filled on the right', kind: 'n', length: ll(19), sensitive: 'pan' },
    3: { name: 'digits, filled with 0 on the right', kind: 'n', length: 5, odd: 'right0' },
    4: { name: 'digits, filled with F on the left', kind: 'n', length: ll(7), odd: 'leftF' },
    5: { name: 'digits, counted in bytes', kind: 'n', length: { max: 10, prefix: 2, units: 'bytes' } },
    6: {
      name: 'even digits, counted in bytes',
      kind: 'n',
      odd: 'left0',
      length: { max: 10, prefix: 2, units: 'bytes' },
    },
    7: {
      name: 'digits in bytes, F on the left',
      kind: 'n',
      odd: 'leftF',
      length: { max: 9, prefix: 2, units: 'bytes' },
    },
    8: { name: 'signed', kind: 'x+n', length: 9 },
    9: { name: 'signed, in characters', kind: 'x+n', encoding: 'ascii', length: 8 },
    10: { name: 'letters', kind: 'a', length: { max: 9, prefix: 1, encoding: 'bcd' } },
    11: {
      name: 'ASCII among EBCDIC',
      kind: 'ans',
      encoding: 'ascii',
      length: { max: 999, prefix: 3, encoding: 'bcd' },
    },
    12: { name: 'long', kind: 'ans', length: llll(9_999) },
    13: { name: 'long, length in characters', kind: 'ans', length: { max: 9_999, prefix: 4, encoding: 'cp1047' } },
    14: { name: 'hexadecimal, counted in digits', kind: 'b', length: { max: 600, prefix: 3, units: 'digits' } },
    15: { name: 'hexadecimal, counted in bytes', kind: 'b', length: lll(300) },
    16: { name: 'fixed hexadecimal', kind: 'b', length: 8 },
    17: { name: 'bytes', kind: 'b', encoding: 'bytes', length: llll(65_535) },
    18: {
      name: 'parts',
      kind: 'positional',
      length: lll(300),
      parts: [
        { tag: '1', name: 'digits as characters', kind: 'n', length: 3 },
        { tag: '2', name: 'up to a bar', kind: 'ans', length: { until: '|', max: 30 } },
        { tag: '3', name: 'with a length', kind: 'anp', length: { max: 50, min: 1, prefix: 2 } },
      ],
    },
    19: {
      name: 'tags',
      kind: 'tagged',
      tagDigits: 3,
      lengthDigits: 3,
      length: { max: 999, prefix: 3, encoding: 'cp1047' },
      elements: {
        '001': { name: 'bytes inside text', kind: 'b', encoding: 'bytes', length: { max: 20 } },
        '002': {
          name: 'parts inside tags',
          kind: 'positional',
          length: 5,
          parts: [{ tag: '1', name: 'whole', kind: 'ans', length: 5 }],
        },
      },
    },
    35: { name: 'track', kind: 'z', length: ll(37), sensitive: 'track2' },
    36: { name: 'track in characters', kind: 'z', encoding: 'cp1047', length: lll(104), sensitive: 'secret' },
    66: { name: 'second bitmap', kind: 'n', length: 1 },
    129: { name: 'third bitmap', kind: 'n', length: 4 },
    192: { name: 'last', kind: 'b', length: { max: 8, prefix: 2, min: 1 } },
  },
};
