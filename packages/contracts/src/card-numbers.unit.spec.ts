import { describe, expect, it } from '@jest/globals';
import { holdsCardNumber, isCardNumber, maskCardNumber, maskCardNumbersIn } from './card-numbers.js';

describe('a card number', () => {
  it.each([
    '4111111111111111',
    '5555555555554444',
    '2221000000000009',
    '378282246310005',
    '6011000990139424',
    '30569309025904',
    '3530111333300000',
    '4222222222222',
    '501800000009',
  ])('%s is one', (number) => {
    expect(isCardNumber(number)).toBe(true);
  });

  it.each(['4111111111111112', '41111111111', '4111 1111 1111 1111', '41111111111111111111', 'tok_1_x', ''])(
    '%p is none',
    (text) => {
      expect(isCardNumber(text)).toBe(false);
    },
  );

  it('is shown by its last four digits', () => {
    expect(maskCardNumber('4111111111111111')).toBe('************1111');
  });
});

describe('a text with a card number', () => {
  it.each([
    ['SHOP 4111111111111111 LONDON', 'SHOP ************1111 LONDON'],
    ['4111 1111 1111 1111', '************1111'],
    ['card 4111-1111-1111-1111, thanks', 'card ************1111, thanks'],
    ['3782 822463 10005', '************0005'],
    ['12 4111111111111111', '12 ************1111'],
    ['378282246310005/5555555555554444', '************0005/************4444'],
  ])('%p is shown as %p', (text, masked) => {
    expect(maskCardNumbersIn(text)).toBe(masked);
    expect(holdsCardNumber(text)).toBe(true);
  });
});

describe('a text with other digits', () => {
  it.each([
    'TESCO STORES 3297',
    'ref 4111111111111112',
    '74537604221431003881865',
    '9111111111111115',
    '612345000123',
    '07/05/2016 12:00:01.000000',
  ])('%p is left as it is', (text) => {
    expect(maskCardNumbersIn(text)).toBe(text);
    expect(holdsCardNumber(text)).toBe(false);
  });
});
