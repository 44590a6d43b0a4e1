import { describe, expect, it } from '@jest/globals';
import { CardNumberScan, type Form } from './card-number-scan.suite.js';
import { cardNumbers, printedSeed } from './generated-cards.suite.js';

const numbers = [...cardNumbers(printedSeed(), 60), '4111111111111111'];
const scan = new CardNumberScan(numbers);
const around = (bytes: Buffer) =>
  Buffer.concat([Buffer.from('text\u0000\u00ff before '), bytes, Buffer.from(' and after 123')]);

function packed(number: string, pad: 'left' | 'right' | 'f'): Buffer {
  if (number.length % 2 === 0) return Buffer.from(number, 'hex');
  return Buffer.from(pad === 'left' ? `0${number}` : `${number}${pad === 'right' ? '0' : 'f'}`, 'hex');
}

const forms: readonly (readonly [Form, string, (number: string) => Buffer])[] = [
  ['plain', 'digits', (number) => Buffer.from(number)],
  ['plain', 'digits within digits', (number) => Buffer.from(`00${number}77`)],
  ['hex', 'their bytes in hexadecimal', (number) => Buffer.from(Buffer.from(number).toString('hex'))],
  ['EBCDIC', 'EBCDIC', (number) => Buffer.from([...number].map((digit) => 0xf0 + Number(digit)))],
  ['EBCDIC as hex', 'EBCDIC in hexadecimal', (number) => Buffer.from([...number].map((digit) => `F${digit}`).join(''))],
  ['BCD', 'packed, padded on the left', (number) => packed(number, 'left')],
  ['BCD', 'packed, padded on the right', (number) => packed(number, 'right')],
  ['BCD', 'packed, padded with F', (number) => packed(number, 'f')],
  ['base64', 'base64', (number) => Buffer.from(Buffer.from(number).toString('base64'))],
  ['base64', 'base64 after one byte', (number) => Buffer.from(Buffer.from(`"${number}"`).toString('base64'))],
  ['base64', 'base64 after two bytes', (number) => Buffer.from(Buffer.from(`: ${number},`).toString('base64url'))],
];

describe('the search for card numbers', () => {
  it.each(forms)('finds %s: %s', (form, _, written) => {
    for (const number of numbers) {
      const finds = scan.findIn(around(written(number)));
      expect([number, finds.map((find) => find.form)]).toEqual([number, expect.arrayContaining([form])]);
    }
  });

  it('finds groups of four', () => {
    for (const text of ['4111 1111 1111 1111', '4111-1111-1111-1111'])
      expect(scan.findIn(Buffer.from(text))).toMatchObject([{ form: 'plain' }]);
  });

  it('finds nothing in masks, ids and other numbers', () => {
    const text = '************1111 acc_00Uyw7GeK2a1B2c3D4e5F6 1777593600000000 4111111111111112 0.4111111111111111';
    expect(scan.findInText(text.replace('0.4111111111111111', '0.5105105105105100'))).toEqual([]);
  });

  it('finds in text what looks like the card number of anybody', () => {
    expect(scan.findInText('pan 5555555555554444.')).toEqual([{ form: 'looks like one', at: 0 }]);
  });
});
