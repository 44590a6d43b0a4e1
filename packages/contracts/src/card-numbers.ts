// What a card number looks like, and how it is shown where it must be shown at all.

/** First digits by scheme (ISO/IEC 7812): Visa, Mastercard, Amex, Discover, Diners, JCB, UnionPay, Maestro. */
const SCHEME_PREFIX = /^(?:4|5[0-9]|2(?:2(?:2[1-9]|[3-9])|[3-6]|7[01]|720)|3[4-9]|30|6|1800|2131)/;
const WHOLE = /^[0-9]{12,19}$/;
const UNBROKEN = /(?<![0-9])[0-9]{13,19}(?![0-9])/g;
/** As people write them: 4-4-4-4 and its longer and shorter relatives, and 4-6-5. */
const GROUPED = /(?<![0-9])[0-9]{4}([ -])(?:[0-9]{4}\1[0-9]{4}\1[0-9]{1,7}|[0-9]{6}\1[0-9]{4,5})(?![0-9])/g;
const ZERO = 48;

/** 12 to 19 digits, nothing between them, that pass the check of ISO/IEC 7812-1 annex B. */
export function isCardNumber(text: string): boolean {
  return WHOLE.test(text) && passesLuhn(text);
}

/** @param digits decimal digits only */
export function passesLuhn(digits: string): boolean {
  let sum = 0;
  let double = false;
  for (let i = digits.length - 1; i >= 0; i--) {
    let digit = digits.charCodeAt(i) - ZERO;
    if (double) {
      digit *= 2;
      if (digit > 9) digit -= 9;
    }
    sum += digit;
    double = !double;
  }
  return sum % 10 === 0;
}

/** `************1234`: the last four digits, nothing else. */
export function maskCardNumber(number: string): string {
  return `************${number.slice(-4)}`;
}

/** Whether the text holds a run of 13 to 19 digits that passes Luhn and begins as a scheme's cards do. */
export function holdsCardNumber(text: string): boolean {
  // Thirteen digits need thirteen characters: most texts are done here.
  return text.length >= 13 && maskCardNumbersIn(text) !== text;
}

/** The same text with every card number in it masked. */
export function maskCardNumbersIn(text: string): string {
  return text.length < 13 ? text : text.replace(UNBROKEN, masked).replace(GROUPED, masked);
}

function masked(run: string): string {
  const digits = run.replaceAll(/[ -]/g, '');
  return SCHEME_PREFIX.test(digits) && passesLuhn(digits) ? maskCardNumber(digits) : run;
}
