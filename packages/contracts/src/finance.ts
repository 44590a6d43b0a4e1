// What finance answers: the books, from the journal or from the views.
import { Type } from '@sinclair/typebox';
import type { LedgerAccount } from '@tallystick/ledger-core';
import { defineContract, method } from './contract.js';
import { accountId, big, currency, orNull } from './ledger-commands.js';

/** Inclusive, microseconds since 1970; null for everything. */
const asOf = { at: orNull(big), knownAt: orNull(big) };

const ledgerAccount = Type.Unsafe<LedgerAccount>(Type.String());

const posting = Type.Object({ account: Type.String(), debit: big, credit: big, currency });

export const financeContract = defineContract('finance', {
  trialBalance: method({
    request: Type.Object({ ...asOf, from: Type.Union([Type.Literal('journal'), Type.Literal('views')]) }),
    response: Type.Object({
      /** Sorted by account, then currency; balance = debits - credits. A pot is an account of its own: `<account>:<pot>`. */
      accounts: Type.Array(Type.Object({ account: ledgerAccount, currency, debits: big, credits: big, balance: big })),
      totals: Type.Array(Type.Object({ currency, debits: big, credits: big, balance: big })),
    }),
    idempotent: true,
    mutates: false,
  }),
  /** Sums postings with effectiveAt <= at and recordedAt <= knownAt; holds follow recordedAt. */
  balance: method({
    request: Type.Object({ accountId, ...asOf }),
    response: Type.Object({ found: orNull(Type.Object({ currency, ledger: big, held: big, available: big, pots: big })) }),
    idempotent: true,
    mutates: false,
  }),
  /** The account's events in the order of their recording, those that count, with the running balance. */
  explain: method({
    request: Type.Object({ accountId, ...asOf, after: Type.Integer(), limit: Type.Integer({ minimum: 1, maximum: 10_000 }) }),
    response: Type.Object({
      found: Type.Boolean(),
      lines: Type.Array(
        Type.Object({
          revision: Type.Integer(), type: Type.String(), effectiveAt: big, recordedAt: big, transactionId: orNull(Type.String()), description: Type.String(),
          ledgerChange: big, heldChange: big, ledger: big, held: big, currency,
        }),
      ),
    }),
    idempotent: true,
    mutates: false,
  }),
  /** Journal entries sorted by (value date, entry id), paged by the last one of the page before. */
  entries: method({
    request: Type.Object({
      /** Local dates, inclusive. */
      from: orNull(Type.String()), to: orNull(Type.String()),
      after: orNull(Type.Object({ date: Type.String(), entryId: Type.String() })),
      limit: Type.Integer({ minimum: 1, maximum: 10_000 }),
    }),
    response: Type.Object({
      entries: Type.Array(Type.Object({ entryId: Type.String(), date: Type.String(), type: Type.String(), description: Type.String(), postings: Type.Array(posting) })),
    }),
    idempotent: true,
    mutates: false,
  }),
});
