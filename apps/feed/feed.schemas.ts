// The feed's HTTP routes, as /openapi.json describes them and as their requests are checked.
import { Type } from '@sinclair/typebox';
import { orNull } from '@tallystick/contracts';

const text = orNull(Type.String());
const integer = Type.Integer();
const instant = Type.String({ description: '2026-03-01T10:15:30.120Z' });
const token = Type.String({ description: '<journal id>.<position>' });

const query = {
  account_id: Type.String({ pattern: '^acc_[0-9A-Za-z]{4,59}$' }),
  limit: Type.Optional(Type.String({ pattern: '^([1-9][0-9]?|100)$', description: '1 to 100, default 30' })),
};
const since = Type.String({ maxLength: 255, description: 'a cursor: <journal id>.<position>' });
const localDate = Type.String({ pattern: '^[0-9]{4}-[0-9]{2}-[0-9]{2}$' });

// Parameters that a route does not know are let through: clients send some that are not meant for it.
export const itemQuery = Type.Object({ account_id: query.account_id });
export const itemParams = Type.Object({ item_id: Type.String({ maxLength: 64 }) });
export const listQuery = Type.Object({ ...query, before: Type.Optional(Type.String({ maxLength: 64 })) });
export const changesQuery = Type.Object({ ...query, since });
export const liveQuery = Type.Object({ account_id: query.account_id, since: Type.Optional(since) });
export const spendingQuery = Type.Object({
  account_id: query.account_id,
  from: localDate,
  to: localDate,
  by: Type.Union([Type.Literal('day'), Type.Literal('month')]),
});

const location = Type.Object({
  address: text,
  city: text,
  region: text,
  country: text,
  postcode: text,
  latitude: orNull(Type.Number()),
  longitude: orNull(Type.Number()),
});
const merchant = Type.Object({ id: text, name: Type.String(), location: orNull(location), confidence: integer });
const basic = Type.Object({
  title: Type.String(),
  body: text,
  image_url: Type.String(),
  url: text,
  background_color: text,
  title_color: text,
  body_color: text,
});
const item = Type.Object({
  id: Type.String(),
  account_id: Type.String(),
  created: instant,
  updated: instant,
  revision: Type.Integer({ description: 'a copy with a lower one is older' }),
  settled: orNull(instant),
  kind: Type.String(),
  status: Type.String(),
  decline_reason: text,
  amount: Type.Integer({ description: 'minor units, negative for money out' }),
  refunded: integer,
  dispute: orNull(Type.Object({ status: Type.String(), claim: integer, credited: integer })),
  currency: text,
  local_amount: orNull(integer),
  local_currency: text,
  description: Type.String(),
  mcc: text,
  related: text,
  category: Type.String(),
  merchant: orNull(merchant),
  include_in_spending: Type.Boolean(),
  basic: orNull(basic),
});

export const itemAnswer = Type.Object({ item });
export const listAnswer = Type.Object({ items: Type.Array(item), cursor: token });
export const changesAnswer = Type.Object({ items: Type.Array(item), cursor: token, more: Type.Boolean() });
export const spendingAnswer = Type.Object({
  spending: Type.Array(
    Type.Object({
      period: Type.String({ description: 'YYYY-MM-DD or YYYY-MM' }),
      category: Type.String(),
      currency: Type.String(),
      amount: integer,
      transactions: integer,
    }),
  ),
});

export const liveAnswer = Type.String({
  description: 'text/event-stream: id is a cursor, event is item, data is an item',
});
