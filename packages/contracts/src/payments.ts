// What the payments service answers: transfers between accounts, at once and on dates, moves between an account and its pots, and payments
// to other banks.
import { Type } from '@sinclair/typebox';
import type { PaymentId, PotId, TransferId } from '@tallystick/ledger-core';
import { defineContract, method } from './contract.js';
import { ledgerContract } from './ledger.js';
import { accountId, big, currency, frequency, localDate, orNull, scheduleId } from './ledger-commands.js';

const outcomes = ledgerContract.methods.execute.response.properties.outcomes;
const transferId = Type.Unsafe<TransferId>(Type.String());
const paymentId = Type.Unsafe<PaymentId>(Type.String());
const potId = Type.Unsafe<PotId>(Type.String());
const circumstances = {
  caller: Type.String(),
  key: Type.String(),
  effectiveAt: big,
  localDate,
};

const creditor = Type.Object({
  /** As its bank knows it: a number of its own or an IBAN. */
  account: Type.String(),
  name: Type.String(),
  /** The creditor's bank: a clearing member's id, such as a routing number or a sort code. */
  agent: Type.String(),
});
/** Code of ISO 20022, such as TCH or FDN; null where the banks settle between themselves. */
const clearingSystem = orNull(Type.String());
/** Where the payment can't be said in a pacs.008: the element that is to blame, and why. */
const fault = orNull(Type.Object({ path: Type.String(), message: Type.String() }));

const terms = {
  /** Null where another bank is paid. */
  destinationAccountId: orNull(accountId),
  clearingSystem,
  /** Of each payment. */
  amount: big,
  currency,
  frequency,
  firstDate: localDate,
  lastDate: orNull(localDate),
  times: orNull(Type.Integer()),
};
const oneOf = <const T extends readonly string[]>(values: T) =>
  Type.Union(values.map((value) => Type.Literal(value as T[number])));
const schedule = Type.Object({
  id: scheduleId,
  accountId,
  ...terms,
  /**
   * Text `reference`, sealed under the account's key; null where it has none. Where another bank is paid, with it the creditor's `name`,
   * `account` and `agent`.
   */
  personal: orNull(Type.Uint8Array()),
  /** Microseconds since 1970: effectiveAt of its setting up. */
  created: big,
  status: oneOf(['ACTIVE', 'FINISHED', 'CANCELLED']),
  /** How many of its payments were taken or missed. */
  decided: Type.Integer(),
  nextDate: orNull(localDate),
  /** What became of the last payment that was due; null before the first. */
  last: orNull(
    Type.Object({
      date: localDate,
      /** DEFERRED: is tried again on the same day. */
      outcome: oneOf(['TAKEN', 'DEFERRED', 'MISSED']),
      /** Of one that was not taken: the name of the rejection. */
      reason: orNull(Type.String()),
      transferId: orNull(transferId),
      /** Of one that went to another bank. */
      paymentId: orNull(paymentId),
    }),
  ),
});

/** Of a payment to another bank. Sent again, a payment that is PENDING or REFUSED is decided again. */
const paymentState = Type.Union([
  /** Not known to have left the account: whoever asked for it has had no answer. */
  Type.Literal('PENDING'),
  /** Refused by the ledger: no money has moved. */
  Type.Literal('REFUSED'),
  /** Has left the account and is under way; its message may go out. */
  Type.Literal('SENT'),
  Type.Literal('CONFIRMED'),
  /** Is back on the account. */
  Type.Literal('RETURNED'),
]);
export const paymentsContract = defineContract('payments', {
  /** Answers when the money has left the source; the rest is driven from the journal. */
  transfer: method({
    request: Type.Object({
      ...circumstances,
      sourceAccountId: accountId,
      destinationAccountId: accountId,
      amount: big,
      currency,
      reference: orNull(Type.String()),
    }),
    response: Type.Object({ transferId, outcomes }),
    idempotent: true,
    mutates: true,
  }),
  /**
   * A payment on a date, or a standing order, to another account of ours or, with a creditor, to another bank. The ledger takes each
   * payment on its date.
   */
  schedulePayment: method({
    request: Type.Object({
      ...circumstances,
      accountId,
      ...terms,
      /** Null where an account of ours is paid. */
      creditor: orNull(creditor),
      reference: orNull(Type.String()),
    }),
    response: Type.Object({ scheduleId, fault, outcomes }),
    idempotent: true,
    mutates: true,
  }),
  cancelSchedule: method({
    request: Type.Object({ ...circumstances, accountId, scheduleId }),
    response: Type.Object({ outcomes }),
    idempotent: true,
    mutates: true,
  }),
  /** Of one account, those that are over too, in order of id. Waits, within the deadline, until the view has seen `minPosition`. */
  schedules: method({
    request: Type.Object({ accountId, minPosition: big }),
    response: Type.Object({ schedules: Type.Array(schedule) }),
    idempotent: true,
    mutates: false,
  }),
  openPot: method({
    request: Type.Object({ ...circumstances, accountId, name: Type.String(), goal: orNull(big), style: Type.String() }),
    response: Type.Object({ potId, outcomes }),
    idempotent: true,
    mutates: true,
  }),
  /** Answers when the money has left the account and waits in transit for what the other bank says. */
  pay: method({
    request: Type.Object({
      ...circumstances,
      accountId,
      creditor,
      amount: big,
      currency,
      reference: orNull(Type.String()),
      clearingSystem,
    }),
    response: Type.Object({ paymentId, fault, outcomes }),
    idempotent: true,
    mutates: true,
  }),
  payment: method({
    request: Type.Object({ paymentId }),
    response: Type.Object({
      found: orNull(
        Type.Object({
          accountId,
          amount: big,
          currency,
          state: paymentState,
          /** The status that was last reported of it, such as ACSP; null where there was none. */
          status: orNull(Type.String()),
          /** Why it was refused or returned: a code of ISO 20022 or of the ledger's rejections. */
          reason: orNull(Type.String()),
          /** The payment by which the money came back after it had arrived. */
          returnedBy: orNull(paymentId),
          /** The pacs.008 that goes out; null while it must not, and where the personal text was erased. */
          message: orNull(Type.String()),
        }),
      ),
    }),
    idempotent: true,
    mutates: false,
  }),
  /**
   * Payments to other banks that have left and neither arrived nor come back, in the order of their ids: their messages have to go out, or an
   * answer is waited for.
   */
  paymentsInFlight: method({
    request: Type.Object({ after: orNull(paymentId), limit: Type.Integer({ minimum: 1, maximum: 100 }) }),
    response: Type.Object({
      payments: Type.Array(
        Type.Object({
          id: paymentId,
          accountId,
          amount: big,
          currency,
          status: orNull(Type.String()),
          message: orNull(Type.String()),
        }),
      ),
      /** Where the next page begins; null where there is none. */
      next: orNull(paymentId),
    }),
    idempotent: true,
    mutates: false,
  }),
  movePot: method({
    request: Type.Object({
      ...circumstances,
      accountId,
      potId,
      amount: big,
      currency,
      direction: Type.Union([Type.Literal('deposit'), Type.Literal('withdraw')]),
    }),
    response: Type.Object({ outcomes }),
    idempotent: true,
    mutates: true,
  }),
  /** Nothing comes out of it until then, microseconds since 1970, or until it is unlocked; a lock that is there is replaced. */
  lockPot: method({
    request: Type.Object({ ...circumstances, accountId, potId, until: orNull(big) }),
    response: Type.Object({ outcomes }),
    idempotent: true,
    mutates: true,
  }),
  unlockPot: method({
    request: Type.Object({ ...circumstances, accountId, potId }),
    response: Type.Object({ outcomes }),
    idempotent: true,
    mutates: true,
  }),
  /** What is in it goes back to the account; it is closed for good. */
  closePot: method({
    request: Type.Object({ ...circumstances, accountId, potId }),
    response: Type.Object({ outcomes }),
    idempotent: true,
    mutates: true,
  }),
});
