// Why the staff's routes refuse a request before any service is asked.
import { holdsCardNumber } from '@tallystick/contracts';
import { type CurrencyCode, isCurrency, type RejectionName, rejections } from '@tallystick/ledger-core';
import { badParam, missingParam, ProblemError } from '@tallystick/transport/service';
import type { AccountNumber, Claim } from './account-numbers.js';
import { isIban } from './iban.js';
import type { OpenBody } from './staff.schemas.js';

export function notFound(what: string): ProblemError {
  return new ProblemError({ status: 404, code: `not_found.${what}`, message: `there is no such ${what}` });
}

/** What a service would not do, by the catalogue. */
export function rejected(name: RejectionName): ProblemError {
  const { status, code, message, retryable } = rejections[name];
  return new ProblemError({ status, code, message, retryable });
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

/** An IBAN as an account number of its own: it names its bank itself. @throws ProblemError, 400 */
export function numbersOf({ account_number, sort_code, iban }: OpenBody): AccountNumber[] {
  if (account_number === undefined && sort_code !== undefined) throw missingParam('account_number');
  const numbers: AccountNumber[] = [];
  if (account_number !== undefined)
    numbers.push({ sortCode: sort_code ?? null, accountNumber: storable('account_number', account_number) });
  if (iban !== undefined) {
    if (!isIban(iban)) throw badParam('iban', 'iban is no international bank account number');
    if (account_number !== iban) numbers.push({ sortCode: null, accountNumber: iban });
  }
  return numbers;
}

export function notClaimed(claim: Exclude<Claim, 'claimed'>): ProblemError {
  if (claim === 'taken')
    return new ProblemError({
      status: 409,
      code: 'conflict.account_number_taken',
      message: 'another account has this account number',
    });
  const { status, code, message } = rejections.IdempotencyKeyReused;
  return new ProblemError({ status, code, message });
}
