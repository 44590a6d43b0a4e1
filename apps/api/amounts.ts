// Money as JSON: integers in minor units, as far as JSON numbers hold them.
import { ProblemError } from '@tallystick/transport/service';
import { badParam } from './refusals.js';

/** @throws ProblemError, 422, where an amount is beyond 2^53 - 1: it is refused, not rounded */
export function amountShown(value: bigint): number {
  const number = Number(value);
  if (Number.isSafeInteger(number)) return number;
  throw new ProblemError({
    status: 422,
    code: 'unprocessable.amount_out_of_range',
    message: 'an amount has more than 2^53 - 1 minor units',
  });
}

/** Of a form, a text of digits; of JSON, perhaps a number. @throws ProblemError, 400, for anything but 1 to 2^53 - 1 */
export function readAmount(given: string | number): bigint {
  const number = typeof given === 'number' ? given : /^\d{1,16}$/.test(given) ? Number(given) : Number.NaN;
  if (!Number.isSafeInteger(number) || number < 1)
    throw badParam('amount', 'amount must be a whole number of minor units, 1 to 9007199254740991');
  return BigInt(number);
}
