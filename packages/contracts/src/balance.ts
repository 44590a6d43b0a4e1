// What the balance service answers, from its view.
import { Type } from '@sinclair/typebox';
import type { PotId } from '@tallystick/ledger-core';
import { defineContract, method } from './contract.js';
import { accountId, big, orNull } from './ledger-commands.js';

const row = Type.Object({
  accountId,
  ledger: big,
  held: big,
  available: big,
  pots: big,
  /** Journal position of the last event that carried them: as long as it stays, no money of the account has moved. */
  position: big,
});

const potId = Type.Unsafe<PotId>(Type.String());

const pot = Type.Object({
  id: potId,
  accountId,
  /** Text `name`, sealed under the account's key; null where it has none. */
  personal: orNull(Type.Uint8Array()),
  style: Type.String(),
  goal: orNull(big),
  balance: big,
  /** Microseconds since 1970: effectiveAt of the opening. */
  created: big,
  /** Microseconds since 1970: when its last change was recorded. */
  updated: big,
  /** Until `lockedUntil`, microseconds since 1970; for good where that is null. */
  locked: Type.Boolean(),
  lockedUntil: orNull(big),
  closed: Type.Boolean(),
});

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
  /** Of one account, closed ones too, in order of id. */
  pots: method({
    request: Type.Object({ accountId, minPosition: big }),
    response: Type.Object({ pots: Type.Array(pot) }),
    idempotent: true,
    mutates: false,
  }),
  pot: method({
    request: Type.Object({ potId, minPosition: big }),
    response: Type.Object({ found: orNull(pot) }),
    idempotent: true,
    mutates: false,
  }),
});
