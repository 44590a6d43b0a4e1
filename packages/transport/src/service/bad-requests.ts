// What a request is refused with before any service is asked, and what an answer can not be.
import { ProblemError } from './problem.js';

export function missingParam(name: string): ProblemError {
  return new ProblemError({
    status: 400,
    code: `bad_request.missing_param.${name}`,
    message: `${name} must be given`,
    params: { param: name },
  });
}

export function badParam(name: string, message: string): ProblemError {
  return new ProblemError({ status: 400, code: `bad_request.bad_param.${name}`, message, params: { param: name } });
}

/** JSON numbers hold integers to 2^53 - 1: beyond it an amount is refused, not rounded. @throws ProblemError, 422 */
export function exactAmount(amount: bigint): number {
  const number = Number(amount);
  if (Number.isSafeInteger(number)) return number;
  throw new ProblemError({
    status: 422,
    code: 'unprocessable.amount_out_of_range',
    message: 'an amount has more than 2^53 - 1 minor units',
  });
}
