// Made-up cards of a test issuer.
import { Random } from './random.js';

/** No real issuer's. */
const ISSUER = '559955';
const SERIAL_DIGITS = 9;
const SERIALS = 10 ** SERIAL_DIGITS;

/** Sixteen digits that pass the check of ISO/IEC 7812-1: the same for the same seed, none twice. */
export function cardNumbers(seed: number, count: number): string[] {
  const first = Random.of(seed, 1).integer(0, SERIALS - 1);
  return Array.from({ length: count }, (_, n) =>
    withCheckDigit(ISSUER + String((first + n) % SERIALS).padStart(SERIAL_DIGITS, '0')),
  );
}

function withCheckDigit(body: string): string {
  let sum = 0;
  for (let i = 0; i < body.length; i++) {
    // The check digit comes behind, so every second digit from the last one on counts twice.
    const digit = Number(body[i]) * ((body.length - i) % 2 === 1 ? 2 : 1);
    sum += digit > 9 ? digit - 9 : digit;
  }
  return body + ((10 - (sum % 10)) % 10);
}
