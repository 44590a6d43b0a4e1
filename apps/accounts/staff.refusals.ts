// Why the staff's routes refuse a request before any service is asked.
import { holdsCardNumber } from '@tallystick/contracts';
import { type CurrencyCode, isCurrency } from '@tallystick/ledger-core';
import { ProblemError } from '@tallystick/transport/service';

export function badParam(name: string, message: string): ProblemError {
  return new ProblemError({ status: 400, code: `bad_request.bad_param.${name}`, message, params: { param: name } });
}

export function missing(name: string): ProblemError {
  return new ProblemError({
    status: 400,
    code: `bad_request.missing_param.${name}`,
    message: `${name} must be given`,
    params: { param: name },
  });
}

export function notFound(what: string): ProblemError {
  return new ProblemError({ status: 404, code: `not_found.${what}`, message: `there is no such ${what}` });
}

/** @throws ProblemError, 400 */
export function currencyOf(code: string): CurrencyCode {
  if (!isCurrency(code)) throw badParam('currency', 'the currency is not in ISO 4217');
  return code;
}

/** The text, which will be stored: no card number is. @throws ProblemError, 400 */
export function storable(name: string, text: string): string {
  if (holdsCardNumber(text)) throw badParam(name, `${name} looks like a card number`);
  return text;
}
