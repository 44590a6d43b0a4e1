// Receipts, as /openapi.json describes them and as their requests are checked (customer API, section 10).
import { type TSchema, Type } from '@sinclair/typebox';
import { orNull } from '@tallystick/contracts';
import { SafeInteger } from '@tallystick/transport/service';

const MAX_SAFE = 9_007_199_254_740_991;
const text = Type.String();
const currency = Type.String({ pattern: '^[A-Za-z]{3}$', description: 'ISO 4217' });
/** Some programs send null for what they do not have. */
const optional = <S extends TSchema>(schema: S) => Type.Optional(orNull(schema));

const line = { description: text, amount: SafeInteger, currency };
const item = {
  ...line,
  quantity: optional(Type.Number()),
  unit: optional(text),
  tax: optional(SafeInteger),
};
const paymentType = Type.Union([Type.Literal('card'), Type.Literal('cash'), Type.Literal('gift_card')]);
const payment = {
  type: paymentType,
  currency,
  last_four: optional(text),
  bin: optional(text),
  auth_code: optional(text),
  aid: optional(text),
  mid: optional(text),
  tid: optional(text),
  gift_card_type: optional(text),
};
const merchant = {
  name: text,
  online: Type.Boolean(),
  phone: text,
  email: text,
  store_name: text,
  store_address: text,
  store_postcode: text,
};

export const receiptBody = Type.Object({
  transaction_id: Type.String({ minLength: 1, maxLength: 128 }),
  external_id: Type.String({ minLength: 1, maxLength: 255, description: 'what the client calls it' }),
  total: Type.Integer({ minimum: 1, maximum: MAX_SAFE, description: 'minor units' }),
  currency,
  items: Type.Array(Type.Object({ ...item, sub_items: optional(Type.Array(Type.Object(item))) })),
  taxes: optional(Type.Array(Type.Object({ ...line, tax_number: optional(text) }))),
  payments: optional(
    Type.Array(Type.Object({ ...payment, amount: optional(SafeInteger) }), {
      description: 'amount may be left out of a gift card alone',
    }),
  ),
  merchant: optional(
    Type.Object({
      name: optional(text),
      online: optional(Type.Boolean()),
      phone: optional(text),
      email: optional(text),
      store_name: optional(text),
      store_address: optional(text),
      store_postcode: optional(text),
    }),
  ),
});

const itemShown = {
  ...line,
  quantity: Type.Optional(Type.Number()),
  unit: Type.Optional(text),
  tax: Type.Optional(SafeInteger),
};
const receipt = {
  id: text,
  transaction_id: text,
  external_id: text,
  total: SafeInteger,
  currency,
  items: Type.Array(Type.Object({ ...itemShown, sub_items: Type.Array(Type.Object(itemShown)) })),
  taxes: Type.Array(Type.Object({ ...line, tax_number: text })),
  payments: Type.Array(
    Type.Object({
      type: paymentType,
      amount: Type.Optional(SafeInteger),
      currency,
      last_four: Type.Optional(text),
      bin: Type.Optional(text),
      auth_code: Type.Optional(text),
      aid: Type.Optional(text),
      mid: Type.Optional(text),
      tid: Type.Optional(text),
      gift_card_type: Type.Optional(text),
    }),
  ),
  merchant: Type.Object(merchant),
};
export const storedReceiptAnswer = Type.Object({ receipt_id: text, ...receipt });
export const receiptAnswer = Type.Object({ receipt: Type.Object({ receipt_id: text, ...receipt }) });

const externalId = Type.String({ minLength: 1, maxLength: 255 });
export const receiptQuery = Type.Object({ external_id: externalId });
/** In the query or in the body. */
export const receiptDeletion = Type.Object({ external_id: Type.Optional(Type.String({ maxLength: 255 })) });
