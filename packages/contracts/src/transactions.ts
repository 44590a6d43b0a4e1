// What the transactions service answers, from its view.
import { Type } from '@sinclair/typebox';
import { defineContract, method } from './contract.js';
import { accountId, big, currency, orNull, transactionId } from './ledger-commands.js';
import { merchantId, merchantLocation } from './merchant.js';

/** Who was paid, as the newest enrichment says. */
const payee = Type.Object({
  /** Null where the descriptor names nobody. */
  id: orNull(merchantId),
  name: Type.String(),
  category: Type.String(),
  location: orNull(merchantLocation),
});

const transaction = Type.Object({
  id: transactionId,
  accountId,
  /** Microseconds since 1970: the first event's effectiveAt. */
  created: big,
  /** Microseconds since 1970: when its last change was recorded. */
  updated: big,
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
  /** Null until it is enriched, and for what names no merchant. */
  payee: orNull(payee),
  /** Whether it counts as spending: not what moves between the customer's own pockets, comes in, or never happened. */
  includeInSpending: Type.Boolean(),
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
  /** Of several accounts: the one that has it says so. */
  find: method({
    request: Type.Object({ accountIds: Type.Array(accountId, { maxItems: 1_000 }), transactionId, minPosition: big }),
    response: Type.Object({ found: orNull(transaction) }),
    idempotent: true,
    mutates: false,
  }),
  /**
   * Oldest first: by `created` in whole milliseconds, which is what customers see of it, and then by id. A page that is shorter than
   * `limit` is the last.
   */
  page: method({
    request: Type.Object({
      accountId,
      minPosition: big,
      limit: Type.Integer({ minimum: 1, maximum: 1_000 }),
      /** Microseconds since 1970, inclusive. */
      since: orNull(big),
      /** The last row of the page before: only rows after it. */
      after: orNull(transactionId),
      /** Microseconds since 1970, exclusive. */
      before: orNull(big),
    }),
    response: Type.Object({
      transactions: Type.Array(transaction),
      /** `created` of the row `after`; null where none was named, or the account has no such row: then there are no rows either. */
      afterCreated: orNull(big),
    }),
    idempotent: true,
    mutates: false,
  }),
  /** Sum of the amounts that count as spending, created at or after a time: negative where more went out than came back. */
  spentSince: method({
    request: Type.Object({ accountId, since: big, minPosition: big }),
    response: Type.Object({ amount: big }),
    idempotent: true,
    mutates: false,
  }),
});
