// What people may see of card data: the last four digits of a number, nothing of what proves that one has the card
// (PCI DSS 3.3 and 3.4).
import type { Sensitive } from './dialect.js';

const STARS = '************';
const SHOWN_DIGITS = 4;
/** Below this many digits, four of them would be half of it. */
const SHORTEST_SHOWN = 8;
const SHORTEST_PAN = 13;
const LONGEST_PAN = 19;

/** `************1111`, whatever the length; stars alone for what is no card number, as its end may be a validation code. */
export function maskedPan(pan: string): string {
  const isPan = pan.length >= SHORTEST_SHOWN && pan.length <= LONGEST_PAN;
  return isPan ? `${STARS}${pan.slice(-SHOWN_DIGITS)}` : STARS;
}

/** @param value text, or the hexadecimal digits of bytes */
export function maskedSensitive(sensitive: Sensitive, value: string): string {
  switch (sensitive) {
    case 'pan':
      return maskedPan(withoutFiller(value));
    case 'track2':
      return maskedPan(leadingDigits(value, 0));
    case 'track1':
      return maskedPan(leadingDigits(value, 1));
    case 'secret':
      return '(hidden)';
  }
}

/** Text that may hold a card number where none belongs: every run of digits that has one inside is masked whole. */
export function maskedText(text: string): string {
  return text.replaceAll(/\d(?:[ -]?\d){12,}/g, (run) => {
    const digits = run.replaceAll(/[ -]/g, '');
    return holdsPan(digits) ? maskedPan(digits) : run;
  });
}

/** Bytes among which enough digits stand in a row, in ASCII or EBCDIC, to be a card number. */
export function holdsCharactersOfPan(bytes: Uint8Array): boolean {
  let run = 0;
  for (const byte of bytes) {
    const zone = byte >> 4;
    run = (zone === 0x3 || zone === 0xf) && (byte & 0xf) <= 9 ? run + 1 : 0;
    if (run === SHORTEST_PAN) return true;
  }
  return false;
}

function withoutFiller(pan: string): string {
  return pan.replace(/[F ]+$/, '');
}

function leadingDigits(value: string, start: number): string {
  let end = start;
  while (end < value.length && value.charAt(end) >= '0' && value.charAt(end) <= '9') end++;
  return value.slice(start, end);
}

/** Schemes' numbers begin with 2 to 6: ISO/IEC 7812. */
function holdsPan(digits: string): boolean {
  for (let start = 0; start + SHORTEST_PAN <= digits.length; start++) {
    if (digits.charAt(start) < '2' || digits.charAt(start) > '6') continue;
    const longest = Math.min(LONGEST_PAN, digits.length - start);
    for (let length = SHORTEST_PAN; length <= longest; length++)
      if (passesLuhn(digits.slice(start, start + length))) return true;
  }
  return false;
}

function passesLuhn(digits: string): boolean {
  let sum = 0;
  for (let i = 0; i < digits.length; i++) {
    const digit = digits.charCodeAt(digits.length - 1 - i) - 0x30;
    sum += i % 2 === 0 ? digit : digit > 4 ? 2 * digit - 9 : 2 * digit;
  }
  return sum % 10 === 0;
}
