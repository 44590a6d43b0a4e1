// Whatever comes in: a message or the package's own error. Whatever is written comes back.
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { anyMessage } from './arbitrary-messages.suite.js';
import { Iso20022Error, iso20022 } from './index.js';
import { samples } from './samples.suite.js';

const seed = Number(process.env.TALLYSTICK_SEED ?? Date.now() % 2 ** 31);
process.stdout.write(`TALLYSTICK_SEED=${seed}\n`);
const EXPONENTS: Readonly<Record<string, number>> = { USD: 2, JPY: 0, KWD: 3, CLF: 4 };
const { parse, write } = iso20022((currency) => {
  const found = EXPONENTS[currency];
  if (found === undefined) throw new RangeError('no currency');
  return found;
});
const texts = samples.map(write);
const PIECES = [
  '<',
  '>',
  '</',
  '&',
  '&#0;',
  '&#xD800;',
  '<!--',
  ']]>',
  '<![CDATA[',
  '<?a?>',
  '<!DOCTYPE a>',
  ' xmlns=""',
  '\u0000',
  '\ud800',
  '"',
];

describe('any message', () => {
  it('is the same after writing and reading', () => {
    fc.assert(
      fc.property(anyMessage, (message) => {
        expect(parse(write(message))).toEqual(message);
      }),
      { seed, numRuns: 100 },
    );
  });
});

describe('a message that was damaged', () => {
  it('is read, or refused with a place', () => {
    const at = fc.double({ min: 0, max: 1, noNaN: true });
    const change = fc.record({ at, length: fc.nat(60), to: fc.oneof(fc.constantFrom(...PIECES), fc.string(), at) });
    let read = 0;
    let refused = 0;
    fc.assert(
      fc.property(fc.constantFrom(...texts), fc.array(change, { minLength: 1, maxLength: 4 }), (text, changes) => {
        let damaged = text;
        for (const { at: share, length, to } of changes) {
          const start = Math.floor(share * damaged.length);
          const from = typeof to === 'number' ? Math.floor(to * damaged.length) : 0;
          const piece = typeof to === 'string' ? to : damaged.slice(from, from + length);
          damaged = damaged.slice(0, start) + piece + damaged.slice(start + length);
        }
        try {
          parse(damaged);
          read++;
        } catch (error) {
          expect(error).toBeInstanceOf(Iso20022Error);
          refused++;
        }
      }),
      { seed, numRuns: 2_000 },
    );
    expect(refused).toBeGreaterThan(read);
  });

  it('is read, or refused, where its bytes are damaged', () => {
    fc.assert(
      fc.property(fc.constantFrom(...texts), fc.nat(), fc.nat(255), (text, place, byte) => {
        const bytes = Buffer.from(text);
        bytes[place % bytes.length] = byte;
        try {
          parse(bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(Iso20022Error);
        }
      }),
      { seed, numRuns: 2_000 },
    );
  });
});
