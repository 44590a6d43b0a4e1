import { hash } from 'node:crypto';
import type { Micros } from '@tallystick/ledger-core';
import { EncodingError } from './errors.js';

/** In ASCII order, so that ids sort by time. */
const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const TIME_DIGITS = 9;
const LETTER_EARLY = /^\d{0,3}[A-Za-z]/;

/**
 * An id seen outside: `<prefix>_0000`, 9 base62 characters of `effectiveAt` in milliseconds, 9 of SHA-256(kind, command id).
 * The same command gives the same id anywhere, and ids of one kind sort by time.
 *
 * An id is never taken for a card number: one of the first four hash characters is a letter (otherwise the hash is made again with
 * a counter). So no 13 digits in a row begin within the time or the hash, and a run that begins in the zeros before them has no
 * scheme's prefix.
 * @param prefix `acc`, `tx`, `card`, …, without the underscore
 * @param effectiveAt microseconds; of the first event of the thing that is named
 * @throws EncodingError `before_1970`: sorting would break
 */
export function deriveId(prefix: string, effectiveAt: Micros, kind: string, commandId: string): string {
  if (effectiveAt < 0n) throw new EncodingError('before_1970', `${prefix}: an id cannot carry a time before 1970`);
  const milliseconds = Number(effectiveAt / 1000n);
  return `${prefix}_0000${base62(milliseconds, TIME_DIGITS)}${fingerprint(kind, commandId)}`;
}

/** 32 letters that follow from the content, 128 bits: a name that no one can take for a card number. */
export function lettersOf(content: string): string {
  const letters = hash('sha256', content).replaceAll(/[0-9]/g, (digit) => String.fromCharCode(103 + Number(digit)));
  return letters.slice(0, 32);
}

function fingerprint(kind: string, commandId: string): string {
  const content = `${kind.length}:${kind}${commandId}`;
  for (let attempt = 0; ; attempt++) {
    const hex = hash('sha256', attempt === 0 ? content : `${attempt}/${content}`, 'hex');
    // 48 bits each, far above 62^5 and 62^4: the remainder is as good as uniform, and exact as a number.
    const text = base62(Number.parseInt(hex.slice(0, 12), 16), 5) + base62(Number.parseInt(hex.slice(12, 24), 16), 4);
    if (LETTER_EARLY.test(text)) return text;
  }
}

/** The last `digits` digits of a whole number. */
function base62(value: number, digits: number): string {
  let text = '';
  let rest = value;
  for (let i = 0; i < digits; i++) {
    text = BASE62.charAt(rest % 62) + text;
    rest = Math.floor(rest / 62);
  }
  return text;
}
