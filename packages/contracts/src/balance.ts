// What the balance service answers, from its view.
import { Type } from '@sinclair/typebox';
import { defineContract, method } from './contract.js';
import { accountId, big, orNull } from './ledger-commands.js';

const row = Type.Object({ accountId, ledger: big, held: big, available: big, pots: big });

export const balanceContract = defineContract('balance', {
  /** Waits, within the deadline, until the view has seen `minPosition`; 0 for not at all. */
  get: method({
    request: Type.Object({ accountId, minPosition: big }),
    response: Type.Object({ found: orNull(row) }),
    idempotent: true,
    mutates: false,
  }),
  /** Of the accounts that the view knows, in the order asked. */
  list: method({
    request: Type.Object({ accountIds: Type.Array(accountId, { maxItems: 10_000 }) }),
    response: Type.Object({ balances: Type.Array(row) }),
    idempotent: true,
    mutates: false,
  }),
});
