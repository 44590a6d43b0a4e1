// What the payments service answers: transfers between accounts and moves between an account and its pots.
import { Type } from '@sinclair/typebox';
import type { LocalDate, PaymentId, PotId, TransferId } from '@tallystick/ledger-core';
import { defineContract, method } from './contract.js';
import { ledgerContract } from './ledger.js';
import { accountId, big, currency, orNull } from './ledger-commands.js';

const outcomes = ledgerContract.methods.execute.response.properties.outcomes;
const transferId = Type.Unsafe<TransferId>(Type.String());
const paymentId = Type.Unsafe<PaymentId>(Type.String());
const potId = Type.Unsafe<PotId>(Type.String());
const circumstances = {
  caller: Type.String(),
  key: Type.String(),
  effectiveAt: big,
  localDate: Type.Unsafe<LocalDate>(Type.String()),
};

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
const otherBank = {
  /** Of the creditor, as its bank knows it: a number of its own or an IBAN. */
  account: Type.String(),
  name: Type.String(),
  /** The creditor's bank: a clearing member's id, such as a routing number or a sort code. */
  agent: Type.String(),
};

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
      creditor: Type.Object(otherBank),
      amount: big,
      currency,
      reference: orNull(Type.String()),
      /** Code of ISO 20022, such as TCH or FDN; null where the banks settle between themselves. */
      clearingSystem: orNull(Type.String()),
    }),
    response: Type.Object({
      paymentId,
      /** Where the payment can't be said in a pacs.008: the element that is to blame, and why. */
      fault: orNull(Type.Object({ path: Type.String(), message: Type.String() })),
      outcomes,
    }),
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
});
