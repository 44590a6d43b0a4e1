// The customer API's routes, as /openapi.json describes them and as their requests are checked.
import { Type } from '@sinclair/typebox';
import { orNull } from '@tallystick/contracts';
import { attachments } from './attachments.schemas.js';

const text = Type.String();
const flag = Type.Boolean();
const amount = Type.Integer({ description: 'minor units' });
const instant = Type.String({ description: '2026-03-01T10:15:30.120Z' });
const texts = Type.Record(Type.String(), Type.String());
const optional = <S extends Parameters<typeof Type.Optional>[0]>(schema: S) => Type.Optional(schema);

// Parameters that a route does not know are let through: clients send some that are not meant for it.
const oneOrMore = Type.Union([text, Type.Array(text)], { description: 'merchant' });
const expansion = { 'expand[]': optional(oneOrMore), expand: optional(oneOrMore) };

export const accountsQuery = Type.Object({ account_type: optional(text) });
export const balanceQuery = Type.Object({ account_id: text });
export const potsQuery = Type.Object({ current_account_id: optional(text) });
export const potParams = Type.Object({ pot_id: Type.String({ maxLength: 128 }) });
export const transactionParams = Type.Object({ transaction_id: Type.String({ maxLength: 128 }) });
export const transactionQuery = Type.Object(expansion);
export const transactionsQuery = Type.Object({
  account_id: text,
  limit: optional(Type.String({ description: '1 to 100, default 30; more are 100' })),
  since: optional(Type.String({ description: 'a time, inclusive, or the id of a transaction, exclusive' })),
  before: optional(Type.String({ description: 'a time, exclusive' })),
  ...expansion,
});

/** Of a form all are texts; of JSON the amount may be a number. */
const move = {
  amount: Type.Union([text, Type.Integer()]),
  dedupe_id: Type.String({ minLength: 1, maxLength: 255 }),
};
export const depositBody = Type.Object({ source_account_id: text, ...move });
export const withdrawBody = Type.Object({ destination_account_id: text, ...move });

const owner = Type.Object({ user_id: text, preferred_name: text, preferred_first_name: text });
const account = Type.Object({
  id: text,
  description: text,
  created: instant,
  closed: flag,
  type: text,
  currency: text,
  country_code: text,
  owners: Type.Array(owner),
  account_number: optional(text),
  sort_code: optional(text),
  payment_details: optional(
    Type.Object({
      locale_uk: optional(Type.Object({ account_number: text, sort_code: text })),
      iban: optional(
        Type.Object({
          unformatted: text,
          formatted: text,
          bic: text,
          usage_description: text,
          usage_description_web: text,
        }),
      ),
    }),
  ),
});
export const accountsAnswer = Type.Object({ accounts: Type.Array(account) });

export const balanceAnswer = Type.Object({
  balance: amount,
  total_balance: amount,
  balance_including_flexible_savings: amount,
  currency: text,
  spend_today: amount,
  local_currency: text,
  local_exchange_rate: Type.Integer(),
  local_spend: Type.Array(Type.Object({ spend_today: amount, currency: text })),
});

export const potAnswer = Type.Object({
  id: text,
  name: text,
  style: text,
  balance: amount,
  currency: text,
  type: text,
  product_id: text,
  current_account_id: text,
  cover_image_url: text,
  isa_wrapper: text,
  round_up: flag,
  round_up_multiplier: orNull(Type.Integer()),
  is_tax_pot: flag,
  available_for_bills: flag,
  has_virtual_cards: flag,
  created: instant,
  updated: instant,
  deleted: flag,
  locked: flag,
  charity_id: text,
  goal_amount: optional(amount),
  locked_until: optional(instant),
});
export const potsAnswer = Type.Object({ pots: Type.Array(potAnswer) });

const merchant = Type.Object({
  id: text,
  group_id: text,
  created: instant,
  name: text,
  category: text,
  logo: text,
  emoji: text,
  online: flag,
  atm: flag,
  disable_feedback: flag,
  address: Type.Object({
    short_formatted: text,
    formatted: text,
    address: text,
    city: text,
    region: text,
    country: text,
    postcode: text,
    latitude: Type.Number(),
    longitude: Type.Number(),
    zoom_level: Type.Integer(),
    approximate: flag,
  }),
  metadata: texts,
});
const transaction = Type.Object({
  id: text,
  account_id: text,
  user_id: text,
  created: instant,
  updated: instant,
  settled: Type.String({ description: 'a time; empty while only authorised, and on declines' }),
  amount,
  currency: text,
  local_amount: amount,
  local_currency: text,
  amount_is_pending: flag,
  description: text,
  notes: text,
  metadata: texts,
  merchant: Type.Union([text, merchant, Type.Null()]),
  category: text,
  categories: Type.Record(Type.String(), amount),
  is_load: flag,
  include_in_spending: flag,
  decline_reason: optional(text),
  scheme: text,
  originator: flag,
  dedupe_id: text,
  counterparty: texts,
  attachments,
  fees: Type.Object({}),
  labels: Type.Null(),
  international: Type.Null(),
  atm_fees_detailed: Type.Null(),
  parent_account_id: text,
  can_add_to_tab: flag,
  can_be_excluded_from_breakdown: flag,
  can_be_made_subscription: flag,
  can_split_the_bill: flag,
  can_match_transactions_in_categorization: flag,
});
export const transactionAnswer = Type.Object({ transaction });
export const transactionsAnswer = Type.Object({ transactions: Type.Array(transaction) });

const given = (description: string) => optional(Type.Unknown({ description }));
/** What is given is looked at elsewhere: `params` may be an object or flat keys, and an empty text is one that was not given. */
export const feedBody = Type.Object({
  account_id: given('needed'),
  type: given('needed: basic'),
  'params[title]': given('needed, here or as title of the object params'),
  'params[image_url]': given('needed, here or in params'),
  'params[body]': given('here or in params'),
  'params[background_color]': given('#RRGGBB, here or in params'),
  'params[title_color]': given('#RRGGBB, here or in params'),
  'params[body_color]': given('#RRGGBB, here or in params'),
  params: given('of JSON: an object of the above'),
  url: given('what is opened when the item is'),
});

const metadata = (description: string) => optional(Type.Unknown({ description }));
/** What is given is looked at elsewhere: a key may be any, and without one nothing changes. */
export const annotationBody = Type.Object({
  'metadata[notes]': metadata(
    'metadata[key], any key: up to 50 texts of up to 512 bytes; an empty one takes its key away',
  ),
  metadata: metadata('of JSON: an object of such texts'),
});
