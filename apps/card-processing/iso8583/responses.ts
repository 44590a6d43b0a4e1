// From the gateway's answer to the response message. What a response repeats of its request it has exactly as it came.
import type { Fields, FieldValue, Iso8583Message } from '@tallystick/iso8583';
import { type CurrencyCode, type Minor, numberOfCurrency } from '@tallystick/ledger-core';
import type { GatewayAnswer } from '../answers.js';
import { text } from './fields.js';

/** A response has these of its request, where the request has them. */
const REPEATED = [2, 3, 4, 5, 6, 7, 11, 12, 13, 15, 32, 33, 37, 41, 42, 49, 50, 51, 70, 90] as const;

export const APPROVED = '00';
const PARTIALLY_APPROVED = '10';
export const INVALID_TRANSACTION = '12';
export const FORMAT_ERROR = '30';
export const UNAVAILABLE = '91';

const AMOUNT_DIGITS = 12;
const APPROVAL_CODE_DIGITS = 6;
/** DE54, amount types: what is posted and what can be spent, of a current account. */
const LEDGER_BALANCE = '01';
const AVAILABLE_BALANCE = '02';
const ORIGINAL_AMOUNT = '57';
const DEFAULT_ACCOUNT = '00';

type Writable = { [field: number]: FieldValue };

/** `0100` and its repeat `0101` are both answered with `0110`. */
export function responseMti(mti: string): string {
  return `${mti.slice(0, 2)}${Number(mti[2]) + 1}0`;
}

export function responseTo(mti: string, request: Fields, responseCode: string): Iso8583Message {
  return { mti: responseMti(mti), fields: repeatedOf(request, responseCode) };
}

export function responseOfAnswer(mti: string, request: Fields, answer: GatewayAnswer): Iso8583Message {
  const { responseCode, decision, transactionId, amount, available } = answer;
  const fields = repeatedOf(request, responseCode);
  if (decision === 'approved' && transactionId !== null) fields[38] = approvalCodeOf(transactionId);
  const billed = text(request, 51) === undefined ? 4 : 6;
  if (responseCode === PARTIALLY_APPROVED && amount !== null) {
    const asked = text(request, billed) ?? '';
    const currency = text(request, billed === 4 ? 49 : 51) ?? '';
    fields[billed] = amount.toString().padStart(AMOUNT_DIGITS, '0');
    fields[54] = amounts(`${DEFAULT_ACCOUNT}${ORIGINAL_AMOUNT}${currency}D${asked}`);
    // The amount at the terminal's currency was asked for as a whole; what part of it this is, the scheme works out by its rate.
    if (billed === 6) delete fields[4];
  } else if (decision === 'approved' && available !== null && answer.currency !== null) {
    fields[54] = amounts(balanceAmount(AVAILABLE_BALANCE, available, answer.currency));
  }
  return { mti: responseMti(mti), fields };
}

export interface Balances {
  readonly ledger: Minor;
  readonly available: Minor;
}

export function responseToEnquiry(
  mti: string,
  request: Fields,
  balances: Balances,
  currency: CurrencyCode,
): Iso8583Message {
  const fields = repeatedOf(request, APPROVED);
  fields[54] = amounts(
    balanceAmount(LEDGER_BALANCE, balances.ledger, currency),
    balanceAmount(AVAILABLE_BALANCE, balances.available, currency),
  );
  return { mti: responseMti(mti), fields };
}

function repeatedOf(request: Fields, responseCode: string): Writable {
  const fields: Writable = {};
  for (const field of REPEATED) {
    const value = request[field];
    if (value !== undefined) fields[field] = value;
  }
  fields[39] = responseCode;
  return fields;
}

/** As parts tagged 1, 2, … */
function amounts(...groups: readonly string[]): FieldValue {
  return groups.map((value, index) => ({ tag: String(index + 1), value }));
}

/** C where the customer has it, D where the customer owes it; more than twelve digits are told as twelve nines. */
function balanceAmount(type: string, amount: Minor, currency: CurrencyCode): string {
  const digits = (amount < 0n ? -amount : amount).toString();
  const told = digits.length > AMOUNT_DIGITS ? '9'.repeat(AMOUNT_DIGITS) : digits.padStart(AMOUNT_DIGITS, '0');
  return `${DEFAULT_ACCOUNT}${type}${numberOfCurrency(currency)}${amount < 0n ? 'D' : 'C'}${told}`;
}

/** Six characters, the same for every message of the transaction: the end of its id, which is random. */
function approvalCodeOf(transactionId: string): string {
  return transactionId.slice(-APPROVAL_CODE_DIGITS).toUpperCase();
}
