// Customers' routes about their cards, as /openapi.json describes them and as their requests are checked.
import { Type } from '@sinclair/typebox';
import { orNull } from '@tallystick/contracts';

const text = Type.String();
const flag = Type.Boolean();
const limit = orNull(Type.Integer({ minimum: 0, description: 'minor units or a count; null for no limit' }));

// Parameters that a route does not know are let through, as everywhere in the customer API.
export const cardsQuery = Type.Object({ account_id: Type.Optional(text) });
export const cardParams = Type.Object({ card_id: Type.String({ maxLength: 128 }) });

/** Of a form all are texts, and an empty one stands for null. */
const newLimit = Type.Union([text, Type.Integer({ minimum: 0 }), Type.Null()]);
/** All of them, so that no limit goes because somebody forgot it. */
export const limitsBody = Type.Object({
  per_transaction: newLimit,
  daily_amount: newLimit,
  monthly_amount: newLimit,
  daily_cash: newLimit,
  daily_count: newLimit,
  monthly_count: newLimit,
});
const onOrOff = Type.Union([flag, Type.Literal('true'), Type.Literal('false')]);
export const controlsBody = Type.Object({
  online: onOrOff,
  contactless: onOrOff,
  atm: onOrOff,
  magstripe: onOrOff,
  blocked_categories: Type.Union([text, Type.Array(text)], {
    description: 'merchant category codes; in a form with commas between them',
  }),
});
export const replaceBody = Type.Object({
  dedupe_id: Type.Optional(
    Type.String({ maxLength: 255, description: 'or the header Idempotency-Key: one of them is needed' }),
  ),
});

export const cardAnswer = Type.Object({
  id: text,
  account_id: text,
  created: text,
  status: Type.String({ description: 'inactive, active, lost, stolen, cancelled or replaced' }),
  frozen: flag,
  last_four: Type.String({ description: 'empty where they are not known' }),
  expires: Type.String({ description: 'YYYY-MM; empty where the card never does' }),
  replaced_by: Type.String({ description: 'the card that came in its place; empty for none' }),
  controls: Type.Object({
    online: flag,
    contactless: flag,
    atm: flag,
    magstripe: flag,
    blocked_categories: Type.Array(text),
  }),
  limits: Type.Object({
    per_transaction: limit,
    daily_amount: limit,
    monthly_amount: limit,
    daily_cash: limit,
    daily_count: limit,
    monthly_count: limit,
  }),
});
export const cardsAnswer = Type.Object({ cards: Type.Array(cardAnswer) });
