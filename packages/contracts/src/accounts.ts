// What the accounts service answers.
import { type Static, Type } from '@sinclair/typebox';
import type { LocalDate, RejectionName } from '@tallystick/ledger-core';
import { defineContract, method } from './contract.js';
import { ledgerContract } from './ledger.js';
import { accountId, big, currency, orNull } from './ledger-commands.js';

const account = Type.Object({
  id: accountId,
  externalReference: orNull(Type.String()),
  currency,
  product: Type.String(),
  owners: Type.Array(Type.String()),
  status: Type.String(),
  /** Microseconds since 1970: effectiveAt of the opening. */
  openedAt: big,
});

const number = Type.Object({ sortCode: orNull(Type.String()), accountNumber: Type.String() });

const userDetails = Type.Object({
  name: Type.String(),
  preferredName: orNull(Type.String()),
  /** The first word of the preferred name, or else of the name, where it is null. */
  preferredFirstName: orNull(Type.String()),
  email: orNull(Type.String()),
  phone: orNull(Type.String()),
  address: orNull(Type.String()),
  /** YYYY-MM-DD. */
  dateOfBirth: orNull(Type.String()),
});
type UserDetail = keyof Static<typeof userDetails>;

const userOutcome = Type.Union([
  Type.Object({ kind: Type.Literal('recorded'), position: big, repeated: Type.Boolean() }),
  Type.Object({ kind: Type.Literal('rejected'), rejection: Type.Unsafe<RejectionName>(Type.String()) }),
]);

export const accountsContract = defineContract('accounts', {
  open: method({
    request: Type.Object({
      caller: Type.String(),
      key: Type.String(),
      effectiveAt: big,
      localDate: Type.Unsafe<LocalDate>(Type.String()),
      owners: Type.Array(Type.String()),
      currency,
      product: Type.String(),
      overdraftLimit: big,
      externalReference: orNull(Type.String()),
    }),
    response: Type.Object({ accountId, outcomes: ledgerContract.methods.execute.response.properties.outcomes }),
    idempotent: true,
    mutates: true,
    summary: 'Opens an account, for nobody who was erased; its id follows from the caller, the key and effectiveAt.',
  }),
  get: method({
    request: Type.Object({ accountId }),
    response: Type.Object({ found: orNull(account) }),
    idempotent: true,
    mutates: false,
  }),
  /** In order of id; closed ones, too. */
  ownedBy: method({
    /** The release before does not say how far the view must have come: 0. */
    request: Type.Object({ userId: Type.String(), minPosition: Type.Optional(big) }),
    response: Type.Object({ accounts: Type.Array(account) }),
    idempotent: true,
    mutates: false,
  }),
  /** The account that is known outside by a number, at a clearing member's code (a sort code) or without any. */
  byNumber: method({
    request: Type.Object({
      numbers: Type.Array(number),
      /**
       * Whether a number that an account has without any code is another one than the same with a code. The release before does not say
       * it: false.
       */
      exact: Type.Optional(Type.Boolean()),
    }),
    response: Type.Object({ accounts: Type.Array(orNull(accountId)) }),
    idempotent: true,
    mutates: false,
  }),
  /** The number that an account was opened under. */
  numberOf: method({
    request: Type.Object({ accountId }),
    response: Type.Object({ found: orNull(number) }),
    idempotent: true,
    mutates: false,
  }),
  /** All numbers that accounts were opened under; those without any are left out. */
  numbersOf: method({
    request: Type.Object({ accountIds: Type.Array(accountId) }),
    response: Type.Object({ accounts: Type.Array(Type.Object({ accountId, numbers: Type.Array(number) })) }),
    idempotent: true,
    mutates: false,
  }),
  registerUser: method({
    request: Type.Object({
      caller: Type.String(),
      key: Type.String(),
      effectiveAt: big,
      /** Null for an id that follows from the caller, the key and effectiveAt. */
      userId: orNull(Type.String()),
      details: userDetails,
    }),
    response: Type.Object({ userId: Type.String(), outcome: userOutcome }),
    idempotent: true,
    mutates: true,
    summary: 'Registers a customer.',
  }),
  changeUser: method({
    request: Type.Object({
      caller: Type.String(),
      key: Type.String(),
      userId: Type.String(),
      /** Null removes; what is not named stays. */
      changes: Type.Array(Type.Object({ field: Type.Unsafe<UserDetail>(Type.String()), value: orNull(Type.String()) })),
    }),
    response: Type.Object({ outcome: userOutcome }),
    idempotent: true,
    mutates: true,
    summary: "Changes a customer's details.",
  }),
  eraseUser: method({
    request: Type.Object({ caller: Type.String(), userId: Type.String() }),
    response: Type.Object({ outcome: userOutcome }),
    idempotent: true,
    mutates: true,
    summary:
      "Destroys a customer's key, and those of the accounts all of whose owners are erased: what they sealed can not be read any more.",
  }),
  user: method({
    request: Type.Object({ userId: Type.String(), minPosition: big }),
    response: Type.Object({
      found: orNull(
        Type.Object({
          userId: Type.String(),
          /** Microseconds since 1970. */
          registeredAt: big,
          changedAt: big,
          /** Null where the customer was erased. */
          details: orNull(userDetails),
        }),
      ),
    }),
    idempotent: true,
    mutates: false,
  }),
  /** How owners want to be called; of whom nothing is known, or nothing any more, nothing is said. */
  ownerNames: method({
    request: Type.Object({ userIds: Type.Array(Type.String()) }),
    response: Type.Object({
      names: Type.Array(
        Type.Object({ userId: Type.String(), preferredName: Type.String(), preferredFirstName: Type.String() }),
      ),
    }),
    idempotent: true,
    mutates: false,
  }),
  /** Posts another bank's statement lines against a nostro; one account per reference and currency, opened at its first line. */
  importLines: method({
    request: Type.Object({
      lines: Type.Array(
        Type.Object({
          id: Type.String(),
          account: Type.String(),
          date: Type.Unsafe<LocalDate>(Type.String()),
          amount: big,
          currency,
          description: Type.String(),
          statedBalance: orNull(big),
        }),
      ),
    }),
    response: Type.Object({
      repeated: Type.Integer(),
      differences: Type.Array(
        Type.Object({ id: Type.String(), account: Type.String(), stated: big, currency, ours: big }),
      ),
      refused: Type.Array(Type.Object({ id: Type.String(), code: Type.String(), message: Type.String() })),
    }),
    idempotent: true,
    mutates: true,
  }),
  /** In order of id. */
  list: method({
    request: Type.Object({ after: orNull(accountId), limit: Type.Integer({ minimum: 1, maximum: 10_000 }) }),
    response: Type.Object({ accounts: Type.Array(account) }),
    idempotent: true,
    mutates: false,
  }),
});
