// What the accounts service answers.
import { Type } from '@sinclair/typebox';
import type { LocalDate } from '@tallystick/ledger-core';
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
    summary: 'Opens an account; its id follows from the caller, the key and effectiveAt.',
  }),
  get: method({
    request: Type.Object({ accountId }),
    response: Type.Object({ found: orNull(account) }),
    idempotent: true,
    mutates: false,
  }),
  /** In order of id; closed ones, too. */
  ownedBy: method({
    request: Type.Object({ userId: Type.String() }),
    response: Type.Object({ accounts: Type.Array(account) }),
    idempotent: true,
    mutates: false,
  }),
  /** The account that is known outside by a number, at a clearing member's code (a sort code) or without any. */
  byNumber: method({
    request: Type.Object({
      numbers: Type.Array(Type.Object({ sortCode: orNull(Type.String()), accountNumber: Type.String() })),
    }),
    response: Type.Object({ accounts: Type.Array(orNull(accountId)) }),
    idempotent: true,
    mutates: false,
  }),
  /** The number that an account was opened under. */
  numberOf: method({
    request: Type.Object({ accountId }),
    response: Type.Object({
      found: orNull(Type.Object({ sortCode: orNull(Type.String()), accountNumber: Type.String() })),
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
