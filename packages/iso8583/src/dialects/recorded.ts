// What other programs write: the dialects of recorded messages that the codec is tested with, and of programs to talk to.
import { type Dialect, lll } from '../dialect.js';
import { emvFlat } from './emv.js';
import { iso1987Fields } from './iso1987.js';
import { tallystick } from './tallystick.js';

const iccData = { name: 'Integrated circuit card data', length: lll(999), ...emvFlat } as const;

/** github.com/nao1215/iso8583tool, `basei` and `spec87ascii`: 128 bits of bitmap whose bit 1 is never set, private fields plain. */
export const nao1215: Dialect = {
  ...tallystick,
  name: 'nao1215',
  bitmap: { encoding: 'hex', secondary: 'unannounced' },
  fields: { ...iso1987Fields, 55: iccData },
};

/** github.com/tilln/jmeter-iso8583, samples/demo-packager.xml for jPOS: binary fields in hexadecimal digits, except 55. */
export const jpos1987: Dialect = {
  ...tallystick,
  name: 'jpos-1987',
  encodings: { ...tallystick.encodings, binary: 'hex' },
  fields: {
    ...iso1987Fields,
    43: {
      name: 'Card acceptor name and location',
      kind: 'positional',
      length: 40,
      parts: [
        { tag: '1', name: 'Name', kind: 'ans', length: 25 },
        { tag: '2', name: 'City', kind: 'ans', length: 13 },
        { tag: '3', name: 'Country', kind: 'ans', length: 2 },
      ],
    },
    55: iccData,
  },
};
