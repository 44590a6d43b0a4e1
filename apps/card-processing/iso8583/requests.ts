// From an ISO 8583 message to what the gateway is asked: the very bodies that HTTP would have brought. docs/iso8583-gateway.md has the fields.
import { type Fields, isSubelements } from '@tallystick/iso8583';
import { currencyOfNumber } from '@tallystick/ledger-core';
import type { DecisionAsked } from '../asked.js';
import type { AuthorisationBody, CardBody, KeysBody, MerchantBody, MoneyBody } from '../gateway.schemas.js';
import type { Enquiry } from '../messages.js';
import { badParam, missingParam, type Refusal, unknownCurrency } from '../refusals.js';
import { nearestInstant } from './dates.js';
import { element, text } from './fields.js';
import { keyOf, keysOf, originalKeysOf } from './scheme-keys.js';

export type Asked =
  | DecisionAsked
  | { readonly kind: 'enquiry'; readonly enquiry: Enquiry }
  | { readonly kind: 'network'; readonly code: string }
  | { readonly kind: 'response' }
  | { readonly kind: 'unsupported' };

const CASH = '01';
const CASHBACK = '09';
const ENQUIRY = '30';
/** Money coming in: refund, payment, deposit. */
const CREDITS: ReadonlySet<string> = new Set(['20', '26', '28']);

/** DE25, point of service condition code. */
const PRE_AUTHORISED = '06';
/** DE48 subelement 87, card validation code result. */
const CVC: Readonly<Record<string, 'match' | 'no_match'>> = { M: 'match', N: 'no_match', Y: 'no_match' };
/** DE54, amount type: the cash of a purchase with cash back. */
const CASH_BACK_AMOUNT = '40';
const CASH_DISPENSER = '6011';
/** DE22, positions 1 and 2: how the card number was entered. */
const CHANNELS: Readonly<Record<string, NonNullable<AuthorisationBody['channel']>>> = {
  '02': 'magstripe',
  '05': 'chip',
  '07': 'contactless',
  '09': 'online',
  '10': 'online',
  '80': 'magstripe',
  '81': 'online',
  '82': 'online',
  '90': 'magstripe',
  '91': 'contactless',
};

/** @param nowMs milliseconds since 1970: dates without a year take the year nearest to it */
export function askedBy(mti: string, fields: Fields, nowMs: number): Asked | Refusal {
  switch (mti.slice(0, 3)) {
    case '010':
      return text(fields, 3)?.startsWith(ENQUIRY) === true ? enquiryOf(fields) : authorisationOf(fields, '10');
    case '012':
      return adviceOf(fields, nowMs);
    case '020':
      return authorisationOf(fields, '20');
    case '022':
      return completionOf(fields, nowMs);
    case '040':
    case '042':
      return reversalOf(fields);
    case '080':
    case '082':
      return { kind: 'network', code: text(fields, 70) ?? '' };
    default:
      return mti[2] === '1' || mti[2] === '3' ? { kind: 'response' } : { kind: 'unsupported' };
  }
}

function authorisationOf(fields: Fields, family: '10' | '20'): Asked | Refusal {
  const card = cardOf(fields);
  if ('kind' in card) return card;
  const keys = keysOf(fields);
  if ('kind' in keys) return keys;
  const use = useOf(fields, card, keys);
  if ('kind' in use && use.kind === 'refused') return use;
  const cvc = CVC[element(fields, 48, '87') ?? ''];
  const body = { ...use, ...(cvc === undefined ? {} : { cvc }) };
  const original = originalKeysOf(fields, keys);
  const key = keyOf(family, keys);
  if (original !== undefined) return { kind: 'increment', key, body: { ...body, original_keys: original } };
  const partial = element(fields, 48, '61')?.startsWith('1') === true;
  return {
    kind: 'authorisation',
    key,
    body: {
      ...body,
      ...(partial ? { partial_allowed: true } : {}),
      ...(family === '20' ? { single_message: true } : {}),
    },
  };
}

function adviceOf(fields: Fields, nowMs: number): Asked | Refusal {
  const card = cardOf(fields);
  if ('kind' in card) return card;
  const own = keysOf(fields);
  if ('kind' in own) return own;
  const responseCode = text(fields, 39);
  if (responseCode === undefined) return missingParam('39');
  const use = useOf(fields, card, originalKeysOf(fields, own) ?? own);
  if ('kind' in use && use.kind === 'refused') return use;
  const at = statedTime(fields, nowMs);
  // Advices of one transaction may state different amounts, each under a trace number of its own.
  const body = { ...use, response_code: responseCode, ...(at === undefined ? {} : { at }) };
  return { kind: 'advice', key: keyOf('12', own), body };
}

function completionOf(fields: Fields, nowMs: number): Asked | Refusal {
  const card = cardOf(fields);
  if ('kind' in card) return card;
  const own = keysOf(fields);
  if ('kind' in own) return own;
  const use = useOf(fields, card, own);
  if ('kind' in use && use.kind === 'refused') return use;
  const { amount, merchant, local_amount } = use;
  const transactedAt = statedTime(fields, nowMs);
  return {
    kind: 'completion',
    key: keyOf('22', own),
    body: {
      card,
      amount,
      merchant,
      clearing_key: keyOf('22', own),
      original_keys: originalKeysOf(fields, own) ?? own,
      ...(local_amount === undefined ? {} : { local_amount }),
      ...(transactedAt === undefined ? {} : { transacted_at: transactedAt }),
    },
  };
}

function reversalOf(fields: Fields): Asked | Refusal {
  const card = cardOf(fields);
  if ('kind' in card) return card;
  const own = keysOf(fields);
  if ('kind' in own) return own;
  const replacement = replacementOf(fields);
  if (replacement !== undefined && 'kind' in replacement) return replacement;
  return {
    kind: 'reversal',
    // A full and a partial reversal of one transaction may have the same trace number.
    key: `${keyOf('42', own)}.${replacement?.amount ?? 0}`,
    body: {
      card,
      // A reversal has the original's own date and time; in DE90 some senders give when it was transmitted.
      original_keys: { ...(originalKeysOf(fields, own) ?? own), transmitted_at: own.transmitted_at },
      ...(replacement === undefined ? {} : { replacement_amount: replacement }),
    },
  };
}

function enquiryOf(fields: Fields): Asked | Refusal {
  const card = cardOf(fields);
  if ('kind' in card) return card;
  return { kind: 'enquiry', enquiry: { card, channel: channelOf(fields), mcc: text(fields, 18) ?? null } };
}

type Use = Pick<AuthorisationBody, 'card' | 'amount' | 'merchant' | 'kind' | 'channel' | 'local_amount' | 'keys'>;

function useOf(fields: Fields, card: CardBody, keys: KeysBody): (Use & Partial<AuthorisationBody>) | Refusal {
  const transaction = moneyOf(fields, 4, 49);
  if (transaction === undefined) return missingParam('4');
  if ('kind' in transaction) return transaction;
  const billing = moneyOf(fields, 6, 51);
  if (billing !== undefined && 'kind' in billing) return billing;
  const amount = billing ?? transaction;
  const kind = kindOf(fields, amount.amount);
  const cash = kind === 'cashback' ? cashPart(fields) : undefined;
  return {
    card,
    keys,
    amount,
    kind,
    channel: channelOf(fields),
    merchant: merchantOf(fields),
    ...(billing === undefined || billing.currency === transaction.currency ? {} : { local_amount: transaction }),
    ...(cash === undefined ? {} : { cash_amount: { amount: cash, currency: amount.currency } }),
    ...(text(fields, 25) === PRE_AUTHORISED ? { pre_authorisation: true } : {}),
  };
}

function kindOf(fields: Fields, amount: number): NonNullable<AuthorisationBody['kind']> {
  const type = (text(fields, 3) ?? '').slice(0, 2);
  if (amount === 0) return 'status_inquiry';
  if (CREDITS.has(type)) return 'credit';
  if (type === CASH) return 'cash';
  return type === CASHBACK ? 'cashback' : 'purchase';
}

/** DE54 has groups of account type 2, amount type 2, currency 3, sign 1, amount 12. */
function cashPart(fields: Fields): number | undefined {
  const amounts = fields[54];
  if (!isSubelements(amounts)) return undefined;
  for (const { value } of amounts)
    if (typeof value === 'string' && value.startsWith(CASH_BACK_AMOUNT, 2)) return Number(value.slice(8));
  return undefined;
}

function channelOf(fields: Fields): NonNullable<AuthorisationBody['channel']> {
  if (text(fields, 18) === CASH_DISPENSER) return 'atm';
  return CHANNELS[(text(fields, 22) ?? '').slice(0, 2)] ?? 'other';
}

function cardOf(fields: Fields): CardBody | Refusal {
  const number = text(fields, 2) ?? numberOfTrack(text(fields, 35));
  return number === undefined ? missingParam('2') : { number };
}

/** Track 2 has the card number before its separator. */
function numberOfTrack(track: string | undefined): string | undefined {
  if (track === undefined) return undefined;
  const separator = track.search(/[=D]/);
  return separator === -1 ? undefined : track.slice(0, separator);
}

function moneyOf(fields: Fields, amountField: number, currencyField: number): MoneyBody | Refusal | undefined {
  const digits = text(fields, amountField);
  if (digits === undefined) return undefined;
  const numeric = text(fields, currencyField);
  if (numeric === undefined) return missingParam(String(currencyField));
  const currency = currencyOfNumber(numeric);
  if (currency === undefined) return unknownCurrency(String(currencyField));
  return { amount: Number(digits), currency };
}

/**
 * DE95 holds the new amounts: of the transaction, of the settlement and, as Mastercard has it, in the cardholder's billing currency. Zero, or no
 * DE95, is a full reversal.
 */
function replacementOf(fields: Fields): MoneyBody | Refusal | undefined {
  const amounts = text(fields, 95);
  if (amounts === undefined) return undefined;
  const billing = text(fields, 6) === undefined ? undefined : Number(amounts.slice(24, 36));
  const amount = billing ?? Number(amounts.slice(0, 12));
  if (!Number.isInteger(amount)) return badParam('95', 'replacement amounts are digits');
  if (amount === 0) return undefined;
  const numeric = text(fields, billing === undefined ? 49 : 51);
  const currency = numeric === undefined ? undefined : currencyOfNumber(numeric);
  return currency === undefined ? unknownCurrency(billing === undefined ? '49' : '51') : { amount, currency };
}

/** DE43: name and place, then the country in its last two or three characters. */
function merchantOf(fields: Fields): MerchantBody {
  const acceptor = text(fields, 43) ?? '';
  const country = /(?:^|[^A-Z])([A-Z]{2,3})$/.exec(acceptor.slice(36).trimEnd())?.[1];
  const named = (country === undefined ? acceptor : acceptor.slice(0, acceptor.trimEnd().length - country.length))
    .replaceAll(/ +/g, ' ')
    .trim();
  const mcc = text(fields, 18);
  return {
    name: named === '' ? text(fields, 42)?.trim() || UNNAMED : named,
    ...(mcc === undefined ? {} : { mcc }),
    ...(country === undefined ? {} : { country }),
  };
}

const UNNAMED = 'unnamed merchant';

/** Of DE13 and DE12, RFC 3339 in UTC; undefined where they are not there or no such day is near. */
function statedTime(fields: Fields, nowMs: number): string | undefined {
  const date = text(fields, 13);
  const time = text(fields, 12);
  return date === undefined || time === undefined ? undefined : nearestInstant(date, time, nowMs);
}
