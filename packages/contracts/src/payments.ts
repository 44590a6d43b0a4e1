// What the payments service answers: transfers between accounts and moves between an account and its pots.
import { Type } from '@sinclair/typebox';
import type { LocalDate, PotId, TransferId } from '@tallystick/ledger-core';
import { defineContract, method } from './contract.js';
import { ledgerContract } from './ledger.js';
import { accountId, big, currency, orNull } from './ledger-commands.js';

const outcomes = ledgerContract.methods.execute.response.properties.outcomes;
const transferId = Type.Unsafe<TransferId>(Type.String());
const potId = Type.Unsafe<PotId>(Type.String());
const circumstances = {
  caller: Type.String(),
  key: Type.String(),
  effectiveAt: big,
  localDate: Type.Unsafe<LocalDate>(Type.String()),
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
