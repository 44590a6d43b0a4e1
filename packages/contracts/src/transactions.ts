// What the transactions service answers, from its view.
import { Type } from '@sinclair/typebox';
import { defineContract, method } from './contract.js';
import { accountId, big, currency, orNull, transactionId } from './ledger-commands.js';

const transaction = Type.Object({
  id: transactionId,
  accountId,
  /** Microseconds since 1970: the first event's effectiveAt. */
  created: big,
  /** Microseconds since 1970; null while nothing is posted. */
  settled: orNull(big),
  /** Negative for money out; -(remaining hold + cleared - clearing reversals) for a card transaction. */
  amount: big,
  currency,
  /** card, refund, pot, transfer, payment, fee, adjustment, statement-line. */
  kind: Type.String(),
  status: Type.String(),
  description: Type.String(),
  mcc: orNull(Type.String()),
  category: orNull(Type.String()),
  localAmount: orNull(big),
  localCurrency: orNull(Type.String()),
  declineReason: orNull(Type.String()),
  /** For a refund: the transaction refunded. For a pot move or a transfer: the pot or the transfer. */
  related: orNull(Type.String()),
});

export const transactionsContract = defineContract('transactions', {
  get: method({
    request: Type.Object({ accountId, transactionId, minPosition: big }),
    response: Type.Object({ found: orNull(transaction) }),
    idempotent: true,
    mutates: false,
  }),
  /** Newest first; `before` is the id of the last row of the page before. */
  list: method({
    request: Type.Object({
      accountId,
      minPosition: big,
      limit: Type.Integer({ minimum: 1, maximum: 1_000 }),
      before: orNull(transactionId),
    }),
    response: Type.Object({ transactions: Type.Array(transaction) }),
    idempotent: true,
    mutates: false,
  }),
});
