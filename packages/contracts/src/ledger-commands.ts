// The commands of ledger-core as schemas, for whoever sends them over a contract. The compiler compares both at the end of the file.
import { type Static, type TSchema, Type } from '@sinclair/typebox';
import type {
  AccountCommand,
  AccountId,
  AuthorisationKind,
  CardControls,
  CardId,
  CardLimits,
  CardToken,
  Channel,
  CurrencyCode,
  Frequency,
  LedgerAccount,
  LocalDate,
  PaymentId,
  PotId,
  ScheduleId,
  TransactionId,
  TransferId,
  UnknownCardCommand,
} from '@tallystick/ledger-core';

import type { Plain } from './plain.js';

export const orNull = <S extends TSchema>(schema: S) => Type.Union([schema, Type.Null()]);
const text = Type.String();
const flag = Type.Boolean();
/** Minor units, or microseconds since 1970. */
export const big = Type.BigInt();
const bytes = Type.Uint8Array();
export const accountId = Type.Unsafe<AccountId>(Type.String());
export const cardId = Type.Unsafe<CardId>(Type.String());
export const token = Type.Unsafe<CardToken>(Type.String());
export const transactionId = Type.Unsafe<TransactionId>(Type.String());
export const currency = Type.Unsafe<CurrencyCode>(Type.String());
const potId = Type.Unsafe<PotId>(Type.String());
const transferId = Type.Unsafe<TransferId>(Type.String());
const paymentId = Type.Unsafe<PaymentId>(Type.String());
export const scheduleId = Type.Unsafe<ScheduleId>(Type.String());
export const localDate = Type.Unsafe<LocalDate>(Type.String());
const ledgerAccount = Type.Unsafe<LedgerAccount>(Type.String());

const oneOf = <const T extends readonly string[]>(values: T) =>
  Type.Union(values.map((v) => Type.Literal(v as T[number])));
const command = <const T extends string, P extends Record<string, TSchema>>(type: T, properties: P) =>
  Type.Object({ type: Type.Literal(type), ...properties });

export const schemeKeys = Type.Object({ acquirer: text, stan: text, rrn: text, transmittedAt: text });
export const merchant = Type.Object({
  descriptor: text,
  mcc: orNull(text),
  category: orNull(text),
  country: orNull(text),
});
export const money = Type.Object({ amount: big, currency });
const kind = Type.Unsafe<AuthorisationKind>(oneOf(['PURCHASE', 'CASH', 'CASHBACK', 'STATUS_INQUIRY', 'CREDIT']));
export const channel = Type.Unsafe<Channel>(oneOf(['ONLINE', 'CONTACTLESS', 'CHIP', 'MAGSTRIPE', 'ATM', 'OTHER']));
const cvc = Type.Union([Type.Literal('MATCH'), Type.Literal('NO_MATCH'), Type.Literal('NOT_PRESENT')]);
export const controls = Type.Unsafe<CardControls>(
  Type.Object({ online: flag, contactless: flag, atm: flag, magstripe: flag, blockedCategories: Type.Array(text) }),
);
export const limits = Type.Unsafe<CardLimits>(
  Type.Object({
    perTransaction: orNull(big),
    dailyAmount: orNull(big),
    monthlyAmount: orNull(big),
    dailyCash: orNull(big),
    dailyCount: orNull(Type.Integer()),
    monthlyCount: orNull(Type.Integer()),
  }),
);
const cardUse = {
  cardId,
  keys: orNull(schemeKeys),
  scheme: text,
  kind,
  channel,
  amount: big,
  currency,
  cashAmount: big,
  merchant,
  local: orNull(money),
  holdFor: orNull(big),
};
const original = { transactionId: orNull(transactionId), originalKeys: orNull(schemeKeys) };
const presentment = {
  cardId,
  ...original,
  scheme: text,
  amount: big,
  currency,
  reconciliation: orNull(money),
  merchant,
  local: orNull(money),
  transactedAt: orNull(big),
};
const newCard = { cardId, token, masked: orNull(text), expiry: orNull(text) };

const authoriseCard = command('AuthoriseCard', {
  ...cardUse,
  singleMessage: flag,
  partialAllowed: flag,
  cvc,
  maximum: big,
});
const incrementAuthorisation = command('IncrementAuthorisation', { ...cardUse, ...original, cvc, maximum: big });
const recordAdvice = command('RecordAuthorisationAdvice', {
  ...cardUse,
  transactionId: orNull(transactionId),
  responseCode: text,
});
const reverseAuthorisation = command('ReverseAuthorisation', {
  cardId,
  ...original,
  replacement: orNull(big),
  reason: Type.Union([Type.Literal('SCHEME'), Type.Literal('ANSWERED_LATE')]),
});

export const unknownCardCommand = Type.Union([
  authoriseCard,
  incrementAuthorisation,
  recordAdvice,
  reverseAuthorisation,
]);

export const frequency = Type.Unsafe<Frequency>(oneOf(['ONCE', 'WEEKLY', 'MONTHLY', 'YEARLY']));
const otherBank = Type.Object({ scheme: text, nostro: ledgerAccount });
const payment = { paymentId, scheme: text, amount: big, currency, nostro: ledgerAccount, personal: orNull(bytes) };

export const accountCommand = Type.Union([
  authoriseCard,
  incrementAuthorisation,
  recordAdvice,
  reverseAuthorisation,
  command('ExpireAuthorisation', { transactionId }),
  command('PostClearing', {
    ...presentment,
    clearingKey: text,
    sequenceNumber: orNull(Type.Integer()),
    sequenceCount: orNull(Type.Integer()),
    final: flag,
  }),
  command('PostRefund', { ...presentment, refundKey: text }),
  command('ReverseClearing', { clearingKey: text, amount: orNull(big) }),
  command('ReverseRefund', { refundKey: text, amount: orNull(big) }),
  command('OpenDispute', {
    disputeKey: text,
    cardId,
    ...original,
    amount: orNull(big),
    currency: orNull(currency),
    reason: text,
  }),
  command('PostProvisionalCredit', { disputeKey: text, amount: orNull(big) }),
  command('RecordRepresentment', { disputeKey: orNull(text), clearingKey: orNull(text), amount: orNull(big) }),
  command('CloseDispute', {
    disputeKey: text,
    outcome: Type.Union([Type.Literal('WON'), Type.Literal('LOST'), Type.Literal('ABSORBED')]),
  }),
  command('OpenAccount', {
    accountId,
    owners: Type.Array(text),
    currency,
    product: text,
    overdraftLimit: big,
    externalReference: orNull(text),
    personal: orNull(bytes),
  }),
  command('SetOverdraftLimit', { overdraftLimit: big }),
  command('FreezeAccount', { reason: text }),
  command('UnfreezeAccount', {}),
  command('CloseAccount', {}),
  command('AddAccountOwner', { userId: text }),
  command('RemoveAccountOwner', { userId: text }),
  command('ChargeFee', { feeId: text, kind: text, amount: big, currency }),
  command('PostAdjustment', {
    adjustmentId: text,
    amount: big,
    currency,
    reason: text,
    proposedBy: text,
    approvedBy: text,
    contra: ledgerAccount,
  }),
  command('PostStatementLine', { lineId: text, amount: big, currency, description: text, statedBalance: orNull(big) }),
  command('IssueCard', { ...newCard, holder: orNull(text), active: flag, controls, limits }),
  command('ActivateCard', { cardId }),
  command('FreezeCard', { cardId, frozenBy: text }),
  command('UnfreezeCard', { cardId, unfrozenBy: text }),
  command('ReplaceCard', { cardId, replacement: Type.Object(newCard) }),
  command('ReportCardLost', { cardId }),
  command('ReportCardStolen', { cardId }),
  command('CancelCard', { cardId, reason: text }),
  command('SetCardControls', { cardId, controls }),
  command('SetCardLimits', { cardId, limits }),
  command('OpenPot', { potId, goal: orNull(big), style: text, personal: orNull(bytes) }),
  command('DepositToPot', { potId, amount: big, currency }),
  command('WithdrawFromPot', { potId, amount: big, currency }),
  command('LockPot', { potId, until: orNull(big) }),
  command('UnlockPot', { potId }),
  command('ClosePot', { potId }),
  command('SendTransfer', {
    transferId,
    destinationAccountId: accountId,
    amount: big,
    currency,
    personal: orNull(bytes),
  }),
  command('ReceiveTransfer', {
    transferId,
    sourceAccountId: accountId,
    amount: big,
    currency,
    personal: orNull(bytes),
  }),
  command('ReturnTransfer', { transferId, reason: text }),
  command('CompleteTransfer', { transferId }),
  command('CancelTransfer', { transferId }),
  command('SchedulePayment', {
    scheduleId,
    destinationAccountId: orNull(accountId),
    otherBank: Type.Optional(orNull(otherBank)),
    amount: big,
    currency,
    frequency,
    firstDate: localDate,
    lastDate: orNull(localDate),
    times: orNull(Type.Integer()),
    personal: orNull(bytes),
  }),
  command('CancelScheduledPayment', { scheduleId }),
  command('TakeScheduledPayment', {
    scheduleId,
    occurrence: localDate,
    transferId,
    paymentId,
    tryAgainAt: orNull(big),
    personal: orNull(bytes),
  }),
  command('ReceivePayment', payment),
  command('SendPayment', payment),
  command('ConfirmPayment', { paymentId }),
  command('ReturnPayment', { paymentId, reason: text }),
]);

type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : false) : false;
// Fails to compile where a schema and its command differ.
const _accountCommandsAgree: Same<Plain<Static<typeof accountCommand>>, Plain<AccountCommand>> = true;
const _unknownCardCommandsAgree: Same<Plain<Static<typeof unknownCardCommand>>, Plain<UnknownCardCommand>> = true;
void _accountCommandsAgree;
void _unknownCardCommandsAgree;
