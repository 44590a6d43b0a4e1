// What names a transaction in a card network: acquirer, trace number, retrieval reference, local date and time (lifecycles, section 1). The last digit
// of the MTI is no part of it, so repeats have the same.
import type { Fields } from '@tallystick/iso8583';
import type { KeysBody } from '../gateway.schemas.js';
import { missingParam, type Refusal } from '../refusals.js';
import { text } from './fields.js';

const NOT_GIVEN = '-';

/** Without DE32 or DE37 the terminal's or nobody's name stands there: what a sender leaves out it leaves out of all messages of the transaction. */
export function keysOf(fields: Fields): KeysBody | Refusal {
  const stan = text(fields, 11);
  if (stan === undefined) return missingParam('11');
  const date = text(fields, 13);
  const time = text(fields, 12);
  const transmittedAt = date === undefined || time === undefined ? text(fields, 7) : date + time;
  if (transmittedAt === undefined) return missingParam('12');
  return {
    acquirer: text(fields, 32) ?? text(fields, 33) ?? NOT_GIVEN,
    stan,
    rrn: text(fields, 37)?.trim() || NOT_GIVEN,
    transmitted_at: transmittedAt,
  };
}

/** DE90: the original's MTI 4, trace number 6, date and time 10 (MMDDhhmmss), acquirer 11, forwarder 11. The rest of its keys are the message's own. */
export function originalKeysOf(fields: Fields, own: KeysBody): KeysBody | undefined {
  const original = text(fields, 90);
  if (original === undefined) return undefined;
  const acquirer = original.slice(20, 31).replace(/^0+/, '');
  const at = original.slice(10, 20);
  return {
    acquirer: acquirer === '' ? own.acquirer : sameNumber(acquirer, own.acquirer),
    stan: original.slice(4, 10),
    rrn: own.rrn,
    transmitted_at: /^0+$/.test(at) ? own.transmitted_at : at,
  };
}

/** DE32 has as many digits as its sender gives it, DE90 always eleven. */
function sameNumber(padded: string, own: string): string {
  return own.replace(/^0+/, '') === padded ? own : padded;
}

export function keyOf(family: string, { acquirer, stan, rrn, transmitted_at }: KeysBody): string {
  return `${family}.${acquirer}.${stan}.${rrn.replaceAll(' ', '_')}.${transmitted_at}`;
}
