// From a message's body to the command it stands for, in one pass. Every function here is pure.

import { holdsCardNumber, maskCardNumbersIn } from '@tallystick/contracts';
import {
  type AuthorisationKind,
  type AuthoriseCard,
  type CardId,
  type CardUse,
  type Channel,
  type CurrencyCode,
  type IncrementAuthorisation,
  isCurrency,
  type Merchant,
  type Micros,
  type Minor,
  type Money,
  type PostClearing,
  type PostRefund,
  type RecordAuthorisationAdvice,
  type ReverseAuthorisation,
  type ReverseClearing,
  type ReverseRefund,
  type SchemeKeys,
  type TransactionId,
} from '@tallystick/ledger-core';
import type { CardProcessingConfiguration, HoldTimes } from './configuration.js';
import type {
  AdviceBody,
  AuthorisationBody,
  CardBody,
  ClearingBody,
  IncrementBody,
  KeysBody,
  MerchantBody,
  MoneyBody,
  PresentmentReversalBody,
  RefundBody,
  ReversalBody,
} from './gateway.schemas.js';
import { parseInstant } from './instants.js';
import { badParam, missingParam, type Refusal, unknownCurrency } from './refusals.js';

/** Reference data that decisions need, from the configuration. */
export interface Rules {
  readonly configuration: CardProcessingConfiguration;
  readonly holds: HoldTimes;
}

/** What a card asks of its account. */
export interface Enquiry {
  readonly card: CardBody;
  readonly channel: NonNullable<AuthorisationBody['channel']>;
  /** Merchant category code of whoever asks, four digits. */
  readonly mcc: string | null;
}

type Read<Command> = Command | Refusal;

const KINDS: Readonly<Record<NonNullable<AuthorisationBody['kind']>, AuthorisationKind>> = {
  purchase: 'PURCHASE',
  cash: 'CASH',
  cashback: 'CASHBACK',
  status_inquiry: 'STATUS_INQUIRY',
  credit: 'CREDIT',
};
export const CHANNELS: Readonly<Record<NonNullable<AuthorisationBody['channel']>, Channel>> = {
  online: 'ONLINE',
  contactless: 'CONTACTLESS',
  chip: 'CHIP',
  magstripe: 'MAGSTRIPE',
  atm: 'ATM',
  other: 'OTHER',
};
const CVC = { match: 'MATCH', no_match: 'NO_MATCH', not_present: 'NOT_PRESENT' } as const;
const TRANSACTION_ID = /^tx_[0-9A-Za-z]{4,61}$/;

export function isRefusal(value: unknown): value is Refusal {
  return typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'refused';
}

export function readAuthorisation(body: AuthorisationBody, cardId: CardId, rules: Rules): Read<AuthoriseCard> {
  const use = readUse(body, cardId, rules);
  if (isRefusal(use)) return use;
  return {
    type: 'AuthoriseCard',
    ...use,
    singleMessage: body.single_message ?? false,
    partialAllowed: body.partial_allowed ?? false,
    cvc: CVC[body.cvc ?? 'not_present'],
    maximum: rules.configuration.authorisationMaximum,
  };
}

export function readIncrement(body: IncrementBody, cardId: CardId, rules: Rules): Read<IncrementAuthorisation> {
  const use = readUse(body, cardId, rules);
  if (isRefusal(use)) return use;
  const original = readOriginal(body);
  if (isRefusal(original)) return original;
  if (original.transactionId === null && original.originalKeys === null) return noOriginal();
  return {
    type: 'IncrementAuthorisation',
    ...use,
    ...original,
    cvc: CVC[body.cvc ?? 'not_present'],
    maximum: rules.configuration.authorisationMaximum,
  };
}

export function readAdvice(body: AdviceBody, cardId: CardId, rules: Rules): Read<RecordAuthorisationAdvice> {
  const use = readUse(body, cardId, rules);
  if (isRefusal(use)) return use;
  const original = readOriginal(body);
  if (isRefusal(original)) return original;
  return {
    type: 'RecordAuthorisationAdvice',
    ...use,
    transactionId: original.transactionId,
    responseCode: body.response_code,
  };
}

export function readReversal(body: ReversalBody, cardId: CardId): Read<ReverseAuthorisation> {
  const original = readOriginal(body);
  if (isRefusal(original)) return original;
  if (original.transactionId === null && original.originalKeys === null) return noOriginal();
  const replacement = body.replacement_amount;
  if (replacement !== undefined && !isCurrency(replacement.currency))
    return unknownCurrency('replacement_amount.currency');
  return {
    type: 'ReverseAuthorisation',
    cardId,
    ...original,
    replacement: replacement === undefined ? null : BigInt(replacement.amount),
    reason: 'SCHEME',
  };
}

export function readClearing(body: ClearingBody, cardId: CardId, rules: Rules): Read<PostClearing> {
  const presentment = readPresentment(body, cardId, rules);
  if (isRefusal(presentment)) return presentment;
  if (holdsCardNumber(body.clearing_key)) return badParam('clearing_key', 'the clearing key looks like a card number');
  const { sequence } = body;
  if (sequence !== undefined && sequence.number > sequence.count)
    return badParam('sequence.number', 'the number is above the count');
  return {
    type: 'PostClearing',
    ...presentment,
    clearingKey: body.clearing_key,
    sequenceNumber: sequence?.number ?? null,
    sequenceCount: sequence?.count ?? null,
    final: body.final ?? sequence === undefined,
  };
}

export function readRefund(body: RefundBody, cardId: CardId, rules: Rules): Read<PostRefund> {
  const presentment = readPresentment(body, cardId, rules);
  if (isRefusal(presentment)) return presentment;
  if (holdsCardNumber(body.refund_key)) return badParam('refund_key', 'the refund key looks like a card number');
  return { type: 'PostRefund', ...presentment, refundKey: body.refund_key };
}

export function readClearingReversal(body: PresentmentReversalBody, clearingKey: string): Read<ReverseClearing> {
  const amount = readPart(body);
  return amount !== null && typeof amount === 'object' ? amount : { type: 'ReverseClearing', clearingKey, amount };
}

export function readRefundReversal(body: PresentmentReversalBody, refundKey: string): Read<ReverseRefund> {
  const amount = readPart(body);
  return amount !== null && typeof amount === 'object' ? amount : { type: 'ReverseRefund', refundKey, amount };
}

/** When the message counts. */
export function readAt(at: string | undefined, clock: () => Micros): Micros | Refusal {
  return at === undefined ? clock() : (parseInstant(at) ?? badParam('at', 'at is a time as in RFC 3339, from 1970 on'));
}

function readUse(
  body: AuthorisationBody | IncrementBody | AdviceBody,
  cardId: CardId,
  rules: Rules,
): CardUse | Refusal {
  const { amount: total, kind = 'purchase', cash_amount: cash, keys, local_amount: local } = body;
  const { amount, currency } = total;
  if (!isCurrency(currency)) return unknownCurrency('currency');
  if ((amount === 0) !== (kind === 'status_inquiry'))
    return badParam('amount', 'the amount is above zero, and zero for a status inquiry');
  if (cash !== undefined && (cash.currency !== currency || cash.amount > amount))
    return badParam('cash_amount', 'the cash is a part of the amount, in its currency');
  if (local !== undefined && !isCurrency(local.currency)) return unknownCurrency('local_amount.currency');
  if (keys !== undefined && keysHoldCardNumber(keys)) return badParam('keys', 'a key looks like a card number');
  const scheme = body.scheme ?? rules.configuration.defaultScheme;
  const merchant = readMerchant(body.merchant);
  const minor = BigInt(amount);
  return {
    cardId,
    keys: keys === undefined ? null : readKeys(keys),
    scheme,
    kind: KINDS[kind],
    channel: CHANNELS[body.channel ?? 'other'],
    amount: minor,
    currency,
    cashAmount: cash === undefined ? (kind === 'cash' ? minor : 0n) : BigInt(cash.amount),
    merchant,
    local: local === undefined ? null : readMoney(local),
    holdFor: rules.holds.holdFor(scheme, merchant.mcc, body.pre_authorisation ?? false),
  };
}

type Presentment = Omit<PostRefund, 'type' | 'refundKey'>;

function readPresentment(body: ClearingBody | RefundBody, cardId: CardId, rules: Rules): Presentment | Refusal {
  const { amount: money, local_amount: local, reconciliation_amount: reconciliation, transacted_at } = body;
  const { amount, currency } = money;
  if (!isCurrency(currency)) return unknownCurrency('currency');
  if (amount === 0) return badParam('amount', 'the amount is above zero');
  if (local !== undefined && !isCurrency(local.currency)) return unknownCurrency('local_amount.currency');
  if (reconciliation !== undefined && !isCurrency(reconciliation.currency))
    return unknownCurrency('reconciliation_amount.currency');
  if (reconciliation?.amount === 0) return badParam('reconciliation_amount', 'the amount is above zero');
  const original = readOriginal(body);
  if (isRefusal(original)) return original;
  const transactedAt = transacted_at === undefined ? null : parseInstant(transacted_at);
  if (transactedAt === undefined)
    return badParam('transacted_at', 'transacted_at is a time as in RFC 3339, from 1970 on');
  return {
    cardId,
    transactionId: original.transactionId,
    originalKeys: original.originalKeys,
    scheme: body.scheme ?? rules.configuration.defaultScheme,
    amount: BigInt(amount),
    currency,
    reconciliation: reconciliation === undefined ? null : readMoney(reconciliation),
    merchant: readMerchant(body.merchant),
    local: local === undefined ? null : readMoney(local),
    transactedAt,
  };
}

export function readPart({ amount }: { readonly amount?: MoneyBody }): Minor | null | Refusal {
  if (amount === undefined) return null;
  if (!isCurrency(amount.currency)) return unknownCurrency('currency');
  return amount.amount === 0 ? badParam('amount', 'the amount is above zero') : BigInt(amount.amount);
}

interface Original {
  readonly transactionId: TransactionId | null;
  readonly originalKeys: SchemeKeys | null;
}

export function readOriginal(body: {
  readonly authorisation_id?: string;
  readonly original_keys?: KeysBody;
}): Original | Refusal {
  const { authorisation_id: id, original_keys: keys } = body;
  if (id !== undefined && !TRANSACTION_ID.test(id))
    return badParam('authorisation_id', 'an authorisation id begins with tx_');
  if (keys !== undefined && keysHoldCardNumber(keys))
    return badParam('original_keys', 'a key looks like a card number');
  return {
    transactionId: id === undefined ? null : (id as TransactionId),
    originalKeys: keys === undefined ? null : readKeys(keys),
  };
}

export function noOriginal(): Refusal {
  return missingParam('authorisation_id', 'the authorisation is given by authorisation_id or original_keys');
}

/** The caller has checked the currency. */
function readMoney({ amount, currency }: MoneyBody): Money {
  return { amount: BigInt(amount), currency: currency as CurrencyCode };
}

function readKeys({ acquirer, stan, rrn, transmitted_at }: KeysBody): SchemeKeys {
  return { acquirer, stan, rrn, transmittedAt: transmitted_at };
}

function keysHoldCardNumber({ acquirer, stan, rrn, transmitted_at }: KeysBody): boolean {
  return holdsCardNumber(acquirer) || holdsCardNumber(stan) || holdsCardNumber(rrn) || holdsCardNumber(transmitted_at);
}

/** A descriptor is the merchant's free text: a card number in it is masked, as nobody could send the message otherwise. */
function readMerchant({ name, mcc, country }: MerchantBody): Merchant {
  return { descriptor: maskCardNumbersIn(name), mcc: mcc ?? null, category: null, country: country ?? null };
}
