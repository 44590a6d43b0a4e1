// Decimal text to minor units and back, digit by digit: no float is ever made.
import type { Amount, ExponentOf } from './types.js';

/** ActiveCurrencyAndAmount: at most 18 digits, 5 of them behind the point, not negative. */
const AMOUNT = /^\+?(\d*)(?:\.(\d*))?$/;
const DIGITS_MAX = 18;
const FRACTION_MAX = 5;

/** The fault in words, where there is one. */
export function readAmount(
  text: string,
  currency: string,
  exponentOf: ExponentOf,
): Amount | { readonly fault: string } {
  const [matched, whole = '', fraction = ''] = AMOUNT.exec(text) ?? [];
  const integer = whole.replace(/^0+/, '');
  const rest = fraction.replace(/0+$/, '');
  if (matched === undefined || whole + fraction === '' || integer.length + rest.length > DIGITS_MAX)
    return { fault: 'an amount is a decimal number of at most 18 digits, not negative' };
  if (rest.length > FRACTION_MAX) return { fault: 'an amount has at most 5 digits behind the point' };
  const exponent = exponentIn(exponentOf, currency);
  if (exponent === undefined) return { fault: 'the currency is not in ISO 4217' };
  if (rest.length > exponent) return { fault: `${currency} has ${exponent} digits behind the point` };
  return { currency, minor: BigInt(integer + rest.padEnd(exponent, '0')) };
}

/** With all digits of the currency: `46154.49`. */
export function writeAmount(
  { currency, minor }: Amount,
  exponentOf: ExponentOf,
): { readonly text: string } | { readonly fault: string } {
  const exponent = exponentIn(exponentOf, currency);
  if (exponent === undefined) return { fault: 'the currency is not in ISO 4217' };
  const digits = minor.toString().padStart(exponent + 1, '0');
  if (minor < 0n || minor.toString().length > DIGITS_MAX)
    return { fault: 'an amount is a decimal number of at most 18 digits, not negative' };
  if (exponent === 0) return { text: digits };
  return { text: `${digits.slice(0, -exponent)}.${digits.slice(-exponent)}` };
}

function exponentIn(exponentOf: ExponentOf, currency: string): number | undefined {
  try {
    return exponentOf(currency);
  } catch {
    return undefined;
  }
}
