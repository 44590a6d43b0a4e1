// Commands for specifications: a plausible default for every field, so that a test names only what it is about.
import type {
  AccountId,
  CardId,
  CardToken,
  CurrencyCode,
  LedgerAccount,
  PaymentId,
  PotId,
  TransactionId,
  TransferId,
} from '../brands.js';
import { chart } from '../chart.js';
import type { CardControls, CardLimits, Merchant, SchemeKeys } from '../generated/events.js';
import type {
  AuthoriseCard,
  CardUse,
  CloseDispute,
  ExpireAuthorisation,
  IncrementAuthorisation,
  IssueCard,
  OpenAccount,
  OpenDispute,
  PaymentCommand,
  PostAdjustment,
  PostClearing,
  PostProvisionalCredit,
  PostRefund,
  RecordAuthorisationAdvice,
  RecordRepresentment,
  ReverseAuthorisation,
  ReverseClearing,
  ReverseRefund,
} from './commands.js';
import { DAY, GBP } from './specification.suite.js';

export const account = 'acc_1' as AccountId;
export const card = 'card_1' as CardId;
export const pot = 'pot_1' as PotId;
export const USD = 'USD' as CurrencyCode;
export const nostro = 'assets:nostro:main' as LedgerAccount;
export const merchant: Merchant = { descriptor: 'CORNER SHOP', mcc: '5411', category: null, country: 'GBR' };
export const everyChannel: CardControls = {
  online: true,
  contactless: true,
  atm: true,
  magstripe: true,
  blockedCategories: [],
};
export const noLimits: CardLimits = {
  perTransaction: null,
  dailyAmount: null,
  monthlyAmount: null,
  dailyCash: null,
  dailyCount: null,
  monthlyCount: null,
};

/** The scheme's keys of message `n`. */
export function keys(n: string): SchemeKeys {
  return { acquirer: '123456', stan: n, rrn: `rrn${n}`, transmittedAt: '0105120000' };
}

export const tx = (commandKey: string) => `tx_${commandKey}` as TransactionId;
export const transfer = (n: string) => `transfer_${n}` as TransferId;
export const payment = (n: string) => `payment_${n}` as PaymentId;

export function open(overrides: Partial<OpenAccount> = {}): OpenAccount {
  return {
    type: 'OpenAccount',
    accountId: account,
    owners: ['user_1'],
    currency: GBP,
    product: 'current',
    overdraftLimit: 0n,
    externalReference: null,
    personal: null,
    ...overrides,
  };
}

export function issue(overrides: Partial<IssueCard> = {}): IssueCard {
  return {
    type: 'IssueCard',
    cardId: card,
    token: `token of ${overrides.cardId ?? card}` as CardToken,
    masked: null,
    expiry: null,
    active: true,
    controls: everyChannel,
    limits: noLimits,
    ...overrides,
  };
}

export function fund(amount: bigint, id = 'funding'): PaymentCommand {
  return {
    type: 'ReceivePayment',
    paymentId: payment(id),
    scheme: 'fps',
    amount,
    currency: GBP,
    nostro,
    personal: null,
  };
}

export function pay(amount: bigint, id = 'out'): PaymentCommand {
  return { type: 'SendPayment', paymentId: payment(id), scheme: 'fps', amount, currency: GBP, nostro, personal: null };
}

export function adjust(overrides: Partial<PostAdjustment> = {}): PostAdjustment {
  return {
    type: 'PostAdjustment',
    adjustmentId: 'adj_1',
    amount: 100n,
    currency: GBP,
    reason: 'goodwill',
    proposedBy: 'ann',
    approvedBy: 'bob',
    contra: chart.adjustments,
    ...overrides,
  };
}

function use(n: string, amount: bigint): CardUse {
  return {
    cardId: card,
    keys: keys(n),
    scheme: 'mastercard',
    kind: 'PURCHASE',
    channel: 'CHIP',
    amount,
    currency: GBP,
    cashAmount: 0n,
    merchant,
    local: null,
    holdFor: 7n * DAY,
  };
}

/** `n` names the scheme keys: messages with the same `n` speak of the same transaction. */
export function authorise(n: string, amount: bigint, overrides: Partial<AuthoriseCard> = {}): AuthoriseCard {
  return {
    type: 'AuthoriseCard',
    ...use(n, amount),
    singleMessage: false,
    partialAllowed: false,
    cvc: 'MATCH',
    maximum: 1_000_000_000n,
    ...overrides,
  };
}

/** An increment of `of`, with scheme keys of its own. */
export function increment(
  of: string,
  n: string,
  amount: bigint,
  overrides: Partial<IncrementAuthorisation> = {},
): IncrementAuthorisation {
  return {
    type: 'IncrementAuthorisation',
    ...use(n, amount),
    transactionId: null,
    originalKeys: keys(of),
    cvc: 'NOT_PRESENT',
    maximum: 1_000_000_000n,
    ...overrides,
  };
}

export function advise(
  n: string,
  amount: bigint,
  overrides: Partial<RecordAuthorisationAdvice> = {},
): RecordAuthorisationAdvice {
  return {
    type: 'RecordAuthorisationAdvice',
    ...use(n, amount),
    transactionId: null,
    responseCode: '00',
    ...overrides,
  };
}

export function reverse(n: string, replacement: bigint | null = null): ReverseAuthorisation {
  return {
    type: 'ReverseAuthorisation',
    cardId: card,
    transactionId: null,
    originalKeys: keys(n),
    replacement,
    reason: 'SCHEME',
  };
}

/** A presentment of `n`, or one without an authorisation where `n` is null. */
export function clear(
  n: string | null,
  amount: bigint,
  clearingKey = `clearing ${n}`,
  overrides: Partial<PostClearing> = {},
): PostClearing {
  return {
    type: 'PostClearing',
    cardId: card,
    transactionId: null,
    originalKeys: n === null ? null : keys(n),
    scheme: 'mastercard',
    amount,
    currency: GBP,
    reconciliation: null,
    merchant,
    local: null,
    transactedAt: null,
    clearingKey,
    sequenceNumber: null,
    sequenceCount: null,
    final: true,
    ...overrides,
  };
}

/** Presentment `sequence` of `count`. */
export function clearPart(n: string, amount: bigint, sequence: number, count: number): PostClearing {
  return clear(n, amount, `clearing ${n} ${sequence}`, {
    sequenceNumber: sequence,
    sequenceCount: count,
    final: false,
  });
}

export function refund(
  n: string | null,
  amount: bigint,
  refundKey = `refund ${n}`,
  overrides: Partial<PostRefund> = {},
): PostRefund {
  const { cardId, scheme, currency } = clear(n, amount);
  return {
    type: 'PostRefund',
    cardId,
    transactionId: null,
    originalKeys: n === null ? null : keys(n),
    scheme,
    amount,
    currency,
    reconciliation: null,
    merchant,
    local: null,
    transactedAt: null,
    refundKey,
    ...overrides,
  };
}

export function reverseClearing(clearingKey: string, amount: bigint | null = null): ReverseClearing {
  return { type: 'ReverseClearing', clearingKey, amount };
}

export function reverseRefund(refundKey: string, amount: bigint | null = null): ReverseRefund {
  return { type: 'ReverseRefund', refundKey, amount };
}

export function dispute(
  n: string | null,
  amount: bigint | null = null,
  disputeKey = `dispute ${n}`,
  overrides: Partial<OpenDispute> = {},
): OpenDispute {
  const originalKeys = n === null ? null : keys(n);
  const of = { cardId: card, transactionId: null, originalKeys, amount, currency: null };
  return { type: 'OpenDispute', disputeKey, ...of, reason: '4853', ...overrides };
}

export function provisionalCredit(disputeKey: string, amount: bigint | null = null): PostProvisionalCredit {
  return { type: 'PostProvisionalCredit', disputeKey, amount };
}

export function represent(disputeKey: string): RecordRepresentment {
  return { type: 'RecordRepresentment', disputeKey, clearingKey: null, amount: null };
}

export function closeDispute(disputeKey: string, outcome: CloseDispute['outcome']): CloseDispute {
  return { type: 'CloseDispute', disputeKey, outcome };
}

export function expire(transactionId: TransactionId): ExpireAuthorisation {
  return { type: 'ExpireAuthorisation', transactionId };
}

/** An open account with money and an active card. */
export function funded(amount: bigint) {
  return [open(), issue(), fund(amount)] as const;
}
