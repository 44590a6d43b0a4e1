// What the transactions service answers, from its view.
import { Type } from '@sinclair/typebox';
import type { AttachmentId } from '@tallystick/ledger-core';
import { defineContract, method } from './contract.js';
import { accountId, big, currency, orNull, transactionId } from './ledger-commands.js';
import { merchantId, merchantLocation } from './merchant.js';
import { writing } from './transactions-writing.js';

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

/** A file beside a transaction, which every owner of the account sees. */
const attachment = Type.Object({
  id: Type.Unsafe<AttachmentId>(Type.String()),
  /** Who registered it. */
  userId: Type.String(),
  /** Microseconds since 1970. */
  created: big,
  /** Texts `file_url` and `file_type`, sealed under the account's key. */
  personal: Type.Uint8Array(),
});

/** With what customers' programs wrote beside it; `updated` moves with that too. */
const annotated = Type.Object({
  ...transaction.properties,
  /** Texts by key that the asking client wrote, sealed under the account's key; null where there are none. */
  written: orNull(Type.Uint8Array()),
  /** Oldest first. */
  attachments: Type.Array(attachment),
});

/** The client that asks: it sees what it has written, and nothing of others. Null for none. */
const asking = { clientId: orNull(Type.String()) };

export const transactionsContract = defineContract('transactions', {
  ...writing,
  get: method({
    request: Type.Object({ accountId, transactionId, ...asking, minPosition: big }),
    response: Type.Object({ found: orNull(annotated) }),
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
    request: Type.Object({
      accountIds: Type.Array(accountId, { maxItems: 1_000 }),
      transactionId,
      ...asking,
      minPosition: big,
    }),
    response: Type.Object({ found: orNull(annotated) }),
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
      ...asking,
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
      transactions: Type.Array(annotated),
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
