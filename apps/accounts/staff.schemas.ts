// What the staff's routes are sent and what they answer, as JSON. Unknown fields are refused everywhere.

import { type Static, type TProperties, Type } from '@sinclair/typebox';
import { orNull } from '@tallystick/contracts';

export const closed = <P extends TProperties>(properties: P) =>
  Type.Object(properties, { additionalProperties: false });
const minorUnits = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER });
const code = Type.String({ pattern: '^[A-Z]{3}$', description: 'ISO 4217' });
const text = (maxLength: number) => Type.String({ maxLength });

/** No customer has the name that the bank's own doings are put down to. */
const OWNER = '^(?!staff$)[A-Za-z0-9_.-]{1,64}$';

export const accountParam = closed({ account_id: Type.String({ pattern: '^acc_[0-9A-Za-z]{4,59}$' }) });
export const keyHeader = Type.Object({ 'idempotency-key': Type.Optional(Type.String()) });

export const openBody = closed({
  currency: code,
  product: Type.Optional(text(64)),
  overdraft_limit: Type.Optional(minorUnits),
  owners: Type.Optional(Type.Array(Type.String({ pattern: OWNER }), { maxItems: 16 })),
  external_reference: Type.Optional(text(255)),
  account_number: Type.Optional(Type.String({ pattern: '^[A-Za-z0-9]{1,34}$' })),
  sort_code: Type.Optional(
    Type.String({ pattern: '^[A-Za-z0-9]{1,35}$', description: "a clearing member's id, without hyphens" }),
  ),
  iban: Type.Optional(Type.String({ pattern: '^[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}$', description: 'without spaces' })),
});
export type OpenBody = Static<typeof openBody>;

export const cardBody = closed({
  number: Type.String({ minLength: 12, maxLength: 19 }),
  expiry: Type.Optional(Type.String({ pattern: '^[0-9]{4}-(0[1-9]|1[0-2])$' })),
  holder: Type.Optional(Type.String({ pattern: OWNER, description: "one of the account's owners" })),
  active: Type.Optional(Type.Boolean()),
});
export type CardBody = Static<typeof cardBody>;

export const paymentBody = closed({
  payment_id: Type.String({ minLength: 1, maxLength: 64 }),
  amount: closed({ amount: minorUnits, currency: code }),
});
export type PaymentBody = Static<typeof paymentBody>;

const cardLimits = closed({
  per_transaction: Type.Optional(minorUnits),
  daily_amount: Type.Optional(minorUnits),
  monthly_amount: Type.Optional(minorUnits),
  daily_cash: Type.Optional(minorUnits),
  daily_count: Type.Optional(minorUnits),
  monthly_count: Type.Optional(minorUnits),
});
const cardControls = closed({
  online: Type.Boolean(),
  contactless: Type.Boolean(),
  atm: Type.Boolean(),
  magstripe: Type.Boolean(),
  blocked_categories: Type.Array(Type.String({ pattern: '^[0-9]{4}$' })),
});
const CHANGES = [
  'freeze',
  'unfreeze',
  'close',
  'set_overdraft_limit',
  'add_owner',
  'remove_owner',
  'activate_card',
  'freeze_card',
  'unfreeze_card',
  'report_card_lost',
  'report_card_stolen',
  'cancel_card',
  'set_card_limits',
  'set_card_controls',
] as const;

export const changeBody = closed({
  change: Type.Union(CHANGES.map((name) => Type.Literal(name))),
  reason: Type.Optional(text(255)),
  card_id: Type.Optional(Type.String({ pattern: '^card_[0-9A-Za-z]{4,59}$' })),
  user_id: Type.Optional(Type.String({ pattern: OWNER, description: 'an owner' })),
  overdraft_limit: Type.Optional(minorUnits),
  limits: Type.Optional(cardLimits),
  controls: Type.Optional(cardControls),
});
export type Change = Static<typeof changeBody>;

/** Query strings are text. */
const pageLimit = Type.String({ pattern: '^[1-9][0-9]{0,2}$' });
export const accountsQuery = closed({
  after: Type.Optional(Type.String({ pattern: '^acc_[0-9A-Za-z]{4,59}$' })),
  limit: Type.Optional(pageLimit),
});
export const transactionsQuery = closed({
  before: Type.Optional(Type.String({ pattern: '^tx_[0-9A-Za-z]{22}$' })),
  limit: Type.Optional(pageLimit),
});

export const written = Type.Object({ account_id: Type.String(), position: Type.String() });
export const issued = Type.Object({ ...written.properties, card_id: Type.String(), token: Type.String() });
export const balanceAnswer = Type.Object({
  account_id: Type.String(),
  ledger: Type.Integer(),
  held: Type.Integer(),
  available: Type.Integer(),
  pots: Type.Integer(),
});
export const accountsAnswer = Type.Object({
  accounts: Type.Array(
    Type.Object({
      id: Type.String(),
      external_reference: orNull(Type.String()),
      currency: Type.String(),
      product: Type.String(),
      owners: Type.Array(Type.String()),
      status: Type.String(),
      opened: Type.String(),
    }),
  ),
});
export const transactionsAnswer = Type.Object({
  transactions: Type.Array(
    Type.Object({
      id: Type.String(),
      created: Type.String(),
      settled: orNull(Type.String()),
      amount: Type.Integer(),
      currency: Type.String(),
      kind: Type.String(),
      status: Type.String(),
      description: Type.String(),
      category: orNull(Type.String()),
      decline_reason: orNull(Type.String()),
    }),
  ),
});
