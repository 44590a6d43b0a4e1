import { createHmac } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { isCardNumber } from '@tallystick/contracts';
import { parseInstant } from './instants.js';
import { CardTokens, isCardToken } from './tokens.js';

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const key = (fill: number, length = 32) => new Uint8Array(length).fill(fill);

/** The same by node:crypto's HMAC. */
function byTheBook(secret: Uint8Array, number: string): string {
  const digest = createHmac('sha256', secret).update(number).digest();
  let text = '';
  for (let at = 0; at < 16; at += 4) {
    const word = digest.readUInt32BE(at);
    for (let power = 62 ** 5; power >= 1; power /= 62) text += ALPHABET.charAt(Math.floor(word / power) % 62);
  }
  return text;
}

describe('a token', () => {
  it.each([32, 64, 100])('is HMAC-SHA-256 of the digits under a key of %d bytes', (length) => {
    const tokens = new CardTokens([{ version: 3, key: key(7, length) }]);
    for (const number of ['4111111111111111', '501800000009', '4111111111111111110']) {
      expect(tokens.tokenOf(number)).toBe(`tok_3_${byTheBook(key(7, length), number)}`);
      expect(isCardToken(tokens.tokenOf(number))).toBe(true);
    }
  });

  it('is made under the newest key, and under the older ones for cards issued before', () => {
    const old = new CardTokens([{ version: 1, key: key(1) }]);
    const both = new CardTokens([
      { version: 1, key: key(1) },
      { version: 2, key: key(2) },
    ]);
    expect(both.tokenOf('4111111111111111')).toMatch(/^tok_2_/);
    expect(both.olderTokensOf('4111111111111111')).toEqual([old.tokenOf('4111111111111111')]);
  });

  it('is found from a number that the bank gives to a card of its own, the same for the same card', () => {
    const tokens = new CardTokens([{ version: 1, key: key(1) }]);
    const numbers = Array.from({ length: 100 }, (_, n) => tokens.newNumber(`card ${n}`));
    for (const number of numbers) {
      expect(number).toMatch(/^999999[0-9]{10}$/);
      expect(isCardNumber(number)).toBe(true);
    }
    expect(new Set(numbers).size).toBe(100);
    expect(tokens.newNumber('card 7')).toBe(numbers[7]);
    expect(new CardTokens([{ version: 1, key: key(2) }]).newNumber('card 7')).not.toBe(numbers[7]);
  });

  it('needs keys that are long enough and tell apart', () => {
    expect(() => new CardTokens([])).toThrow('card tokens need a key');
    expect(() => new CardTokens([{ version: 1, key: key(1, 31) }])).toThrow('token key 1 is shorter than 32 bytes');
    expect(
      () =>
        new CardTokens([
          { version: 1, key: key(1) },
          { version: 1, key: key(2) },
        ]),
    ).toThrow('two token keys have the same version');
  });

  it.each(['4111111111111111', 'tok_1_4111111111111111', 'tok_0_aaaaaaaaaaaaaaaaaaaaaaaa', ''])('is not %p', (text) => {
    expect(isCardToken(text)).toBe(false);
  });
});

describe('a time in a message', () => {
  it.each([
    ['2026-05-01T00:00:00Z', 1_777_593_600_000_000n],
    ['2026-05-01T01:00:00.1234567+01:00', 1_777_593_600_123_456n],
    ['1970-01-01T00:00:00Z', 0n],
  ])('%s is %d microseconds', (text, at) => {
    expect(parseInstant(text)).toBe(at);
  });

  it.each([
    '2026-05-01',
    '2026-02-30T00:00:00Z',
    '2026-05-01T25:00:00Z',
    '1969-12-31T23:59:59Z',
    '2026-05-01T00:00:00',
    'now',
    '1777593600',
  ])('is not %p', (text) => {
    expect(parseInstant(text)).toBeUndefined();
  });
});
