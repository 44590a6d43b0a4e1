// What the gateway is sent and what it answers, as JSON. Unknown fields are refused everywhere.
import { type Static, type TProperties, Type } from '@sinclair/typebox';

export const BATCH_MAX = 1_000;

const closed = <P extends TProperties>(properties: P, description?: string) =>
  Type.Object(properties, { additionalProperties: false, ...(description === undefined ? {} : { description }) });
const oneOf = <const T extends readonly string[]>(...values: T) =>
  Type.Union(values.map((value) => Type.Literal(value as T[number])));
const text = (maxLength: number, minLength = 1) => Type.String({ minLength, maxLength });

const minorUnits = Type.Integer({
  minimum: 0,
  maximum: Number.MAX_SAFE_INTEGER,
  description: 'whole minor units, such as pence',
});
const currency = Type.String({ pattern: '^[A-Z]{3}$', description: 'ISO 4217' });
export const moneySchema = closed({ amount: minorUnits, currency });
export type MoneyBody = Static<typeof moneySchema>;

const cardSchema = closed(
  { number: Type.Optional(Type.String()), token: Type.Optional(text(40)), id: Type.Optional(text(64)) },
  'exactly one of the three; a number is turned into its token at once and kept nowhere',
);
export type CardBody = Static<typeof cardSchema>;

const merchantSchema = closed({
  name: text(200),
  mcc: Type.Optional(Type.String({ pattern: '^[0-9]{4}$' })),
  country: Type.Optional(Type.String({ pattern: '^[A-Z]{2,3}$' })),
});
export type MerchantBody = Static<typeof merchantSchema>;

const keysSchema = closed(
  { acquirer: text(32), stan: text(12), rrn: text(32), transmitted_at: text(40) },
  "the scheme's keys: DE32, DE11, DE37, and DE13 with DE12 behind it (MMDDhhmmss)",
);
export type KeysBody = Static<typeof keysSchema>;

const scheme = Type.String({ pattern: '^[a-z][a-z0-9-]{0,31}$' });
const instant = Type.String({ maxLength: 40, description: 'RFC 3339' });
const presentmentKey = Type.String({ pattern: '^[A-Za-z0-9][A-Za-z0-9._:-]{0,95}$' });
const cvc = oneOf('match', 'no_match', 'not_present');

/** Every message names its card, and may say when it counts (by default: now). */
const message = { card: cardSchema, at: Type.Optional(instant) };
/** Which transaction a message is about; in the path, the id needs no repeating. */
const original = { authorisation_id: Type.Optional(text(64)), original_keys: Type.Optional(keysSchema) };
const use = {
  ...message,
  amount: moneySchema,
  scheme: Type.Optional(scheme),
  kind: Type.Optional(oneOf('purchase', 'cash', 'cashback', 'status_inquiry', 'credit')),
  channel: Type.Optional(oneOf('online', 'contactless', 'chip', 'magstripe', 'atm', 'other')),
  cash_amount: Type.Optional(moneySchema),
  merchant: merchantSchema,
  local_amount: Type.Optional(moneySchema),
  keys: Type.Optional(keysSchema),
  pre_authorisation: Type.Optional(Type.Boolean()),
};
const presentment = {
  ...message,
  ...original,
  amount: moneySchema,
  scheme: Type.Optional(scheme),
  merchant: merchantSchema,
  local_amount: Type.Optional(moneySchema),
  reconciliation_amount: Type.Optional(moneySchema),
  transacted_at: Type.Optional(instant),
};

const authorisation = {
  ...use,
  partial_allowed: Type.Optional(Type.Boolean()),
  single_message: Type.Optional(Type.Boolean()),
  cvc: Type.Optional(cvc),
};

export const authorisationSchema = closed(authorisation);
export const batchItemSchema = closed({ ...authorisation, idempotency_key: text(255) });
/** The items are checked one by one, so that a bad one costs only itself. */
export const batchSchema = closed({ authorisations: Type.Array(Type.Unknown(), { maxItems: BATCH_MAX }) });
export const incrementSchema = closed({ ...use, ...original, cvc: Type.Optional(cvc) });
export const adviceSchema = closed({
  ...use,
  authorisation_id: original.authorisation_id,
  response_code: Type.String({ pattern: '^[0-9A-Z]{2}$', description: 'DE39 that the scheme answered with' }),
});
export const reversalSchema = closed({ ...message, ...original, replacement_amount: Type.Optional(moneySchema) });
export const clearingSchema = closed({
  ...presentment,
  clearing_key: presentmentKey,
  sequence: Type.Optional(
    closed({ number: Type.Integer({ minimum: 1, maximum: 99 }), count: Type.Integer({ minimum: 1, maximum: 99 }) }),
  ),
  final: Type.Optional(Type.Boolean()),
});
export const refundSchema = closed({ ...presentment, refund_key: presentmentKey });
/** Without an amount: all that is left. */
export const presentmentReversalSchema = closed({ ...message, amount: Type.Optional(moneySchema) });

export const disputeSchema = closed({
  ...message,
  ...original,
  dispute_key: presentmentKey,
  reason: text(200),
  amount: Type.Optional(moneySchema),
});
/** Without an amount: all that is claimed and not credited yet. */
export const provisionalCreditSchema = closed({ ...message, amount: Type.Optional(moneySchema) });
export const representmentSchema = closed({ ...message, amount: Type.Optional(moneySchema) });
export const disputeOutcomeSchema = closed({ ...message, outcome: oneOf('won', 'lost', 'absorbed') });

export type UseBody = Static<ReturnType<typeof closed<typeof use>>>;
export type AuthorisationBody = Static<typeof authorisationSchema>;
export type BatchItemBody = Static<typeof batchItemSchema>;
export type BatchBody = Static<typeof batchSchema>;
export type IncrementBody = Static<typeof incrementSchema>;
export type AdviceBody = Static<typeof adviceSchema>;
export type ReversalBody = Static<typeof reversalSchema>;
export type ClearingBody = Static<typeof clearingSchema>;
export type RefundBody = Static<typeof refundSchema>;
export type PresentmentReversalBody = Static<typeof presentmentReversalSchema>;
export type DisputeBody = Static<typeof disputeSchema>;
export type ProvisionalCreditBody = Static<typeof provisionalCreditSchema>;
export type RepresentmentBody = Static<typeof representmentSchema>;
export type DisputeOutcomeBody = Static<typeof disputeOutcomeSchema>;

const orNull = <S extends Parameters<typeof Type.Optional>[0]>(schema: S) => Type.Union([schema, Type.Null()]);

export const answerSchema = Type.Object({
  decision: oneOf('approved', 'declined', 'recorded'),
  reason: orNull(Type.String({ description: 'the rung of the decline ladder, or why a clearing was suspended' })),
  response_code: Type.String({ description: 'DE39' }),
  authorisation_id: orNull(Type.String()),
  transaction_id: orNull(Type.String()),
  account_id: orNull(Type.String()),
  amount: orNull(Type.Object({ amount: minorUnits, currency })),
  available: orNull(Type.Integer({ description: "minor units of the account's currency" })),
  position: Type.String({ description: '<journal id>.<position>, for X-Min-Ledger-Position' }),
});
export const batchAnswerSchema = Type.Object({
  answers: Type.Array(
    Type.Union([answerSchema, Type.Object({ error: Type.Object({ code: Type.String(), message: Type.String() }) })]),
  ),
});
