// What finance answers: the books, from the journal or from the views.
import { Type } from '@sinclair/typebox';
import type { EntryId, EventType, LedgerAccount, LocalDate, TransactionId } from '@tallystick/ledger-core';
import { defineContract, method } from './contract.js';
import { accountId, big, currency, orNull } from './ledger-commands.js';

/** Inclusive, microseconds since 1970; null for everything. */
const asOf = { at: orNull(big), knownAt: orNull(big) };

const ledgerAccount = Type.Unsafe<LedgerAccount>(Type.String());
const entryId = Type.Unsafe<EntryId>(Type.String());
const eventType = Type.Unsafe<EventType>(Type.String());
/** In the book's zone. */
const localDate = Type.Unsafe<LocalDate>(Type.String({ pattern: '^[0-9]{4}-[0-9]{2}-[0-9]{2}$' }));
const limit = Type.Integer({ minimum: 1, maximum: 10_000 });

const sums = { currency, debits: big, credits: big, balance: big };

/** The account after an event: where the next page of its history starts. */
const standing = Type.Object({
  revision: Type.Integer(),
  currency,
  ledger: big,
  held: big,
  pots: big,
  overdraftLimit: big,
});

const historyLine = Type.Object({
  revision: Type.Integer(),
  type: eventType,
  effectiveAt: big,
  recordedAt: big,
  transactionId: orNull(Type.Unsafe<TransactionId>(Type.String())),
  description: Type.String(),
  ledgerChange: big,
  heldChange: big,
  potsChange: big,
  /** The balances after this line. */
  ledger: big,
  held: big,
  available: big,
  pots: big,
});

/** The last entry of the page before. `upTo` keeps all pages at one state of the journal. */
const entryCursor = Type.Object({ date: localDate, entryId, upTo: big });

const entryPage = {
  /** Value dates, inclusive. */
  from: orNull(localDate),
  to: orNull(localDate),
  after: orNull(entryCursor),
};

const entry = Type.Object({
  entryId,
  /** Its value date. */
  date: localDate,
  type: eventType,
  description: Type.String(),
  /** A pot is an account of its own: `<account>:<pot>`. One of debit and credit is 0. */
  postings: Type.Array(Type.Object({ account: ledgerAccount, currency, debit: big, credit: big })),
});

export const financeContract = defineContract('finance', {
  trialBalance: method({
    /** From the views only as they are now: `at` and `knownAt` must be null. */
    request: Type.Object({ ...asOf, from: Type.Union([Type.Literal('journal'), Type.Literal('views')]) }),
    response: Type.Object({
      /** Sorted by account, then currency; balance = debits - credits. A pot is an account of its own: `<account>:<pot>`. */
      accounts: Type.Array(Type.Object({ account: ledgerAccount, ...sums })),
      /** Sorted by currency. */
      totals: Type.Array(Type.Object(sums)),
    }),
    idempotent: true,
    mutates: false,
  }),
  /** Sums postings with effectiveAt <= at and recordedAt <= knownAt; holds and the overdraft limit follow recordedAt alone. */
  balance: method({
    request: Type.Object({ accountId, ...asOf }),
    /** Null where the account was not known to be open. */
    response: Type.Object({
      found: orNull(Type.Object({ currency, ledger: big, held: big, available: big, pots: big })),
    }),
    idempotent: true,
    mutates: false,
  }),
  /** The account's events in the order of their recording, those that count, with the running balances. */
  explain: method({
    request: Type.Object({ accountId, ...asOf, after: orNull(standing), limit }),
    /** Null where the account was not known to be open. `next` is null after the last page. */
    response: Type.Object({
      found: orNull(Type.Object({ currency, lines: Type.Array(historyLine), next: orNull(standing) })),
    }),
    idempotent: true,
    mutates: false,
  }),
  /** Journal entries sorted by (value date, entry id). `next` is null after the last page. */
  entries: method({
    request: Type.Object({ ...entryPage, limit }),
    response: Type.Object({ entries: Type.Array(entry), next: orNull(entryCursor) }),
    idempotent: true,
    mutates: false,
  }),
  /** The same entries as text; the pages put together are the file. */
  exportEntries: method({
    request: Type.Object({
      ...entryPage,
      format: Type.Union([Type.Literal('hledger'), Type.Literal('csv')]),
      /** Entries. Large pages are quick where value dates lie scattered over the journal. */
      limit: Type.Integer({ minimum: 1, maximum: 50_000 }),
    }),
    response: Type.Object({ text: Type.String(), entries: Type.Integer(), next: orNull(entryCursor) }),
    idempotent: true,
    mutates: false,
  }),
});
