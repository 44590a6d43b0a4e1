import { describe, expect, it } from '@jest/globals';
import { CustomerToken, customerTokenOf } from './customer-token.js';
import type { Secrets } from './secrets.js';

function secretsOf(byte: number): Secrets {
  const secret = { version: 1, bytes: new Uint8Array(32).fill(byte) };
  return { current: () => secret, version: () => secret };
}

describe("a customer's token", () => {
  const tokens = new CustomerToken(secretsOf(1));
  const token = customerTokenOf(secretsOf(1), 'user_0000AbC');

  it('names its user', () => {
    expect(tokens.userOf({ authorization: `Bearer ${token}` })).toBe('user_0000AbC');
  });

  it.each([
    ['no header', undefined],
    ['the token of another bank', customerTokenOf(secretsOf(2), 'user_0000AbC')],
    ["another user's name on the same proof", token.replace('AbC', 'AbD')],
    ['a proof cut short', token.slice(0, -1)],
    ['nothing', ''],
  ])('is refused: %s', (_, given) => {
    const headers = given === undefined ? {} : { authorization: `Bearer ${given}` };
    expect(() => tokens.userOf(headers)).toThrow(/token|Authorization/);
  });
});
