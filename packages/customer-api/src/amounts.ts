// Money as JSON: integers in minor units, as far as JSON numbers hold them.
import { badParam } from './refusals.js';

/** Of a form, a text of digits; of JSON, perhaps a number. @throws ProblemError, 400, for anything but 1 to 2^53 - 1 */
export function readAmount(given: string | number): bigint {
  const number = typeof given === 'number' ? given : /^\d{1,16}$/.test(given) ? Number(given) : Number.NaN;
  if (!Number.isSafeInteger(number) || number < 1)
    throw badParam('amount', 'amount must be a whole number of minor units, 1 to 9007199254740991');
  return BigInt(number);
}
