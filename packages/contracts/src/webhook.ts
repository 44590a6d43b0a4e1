// What the webhook service answers: where customers' programs are told of transactions, and what became of it.
import { Type } from '@sinclair/typebox';
import { defineContract, method } from './contract.js';
import { accountId, big, orNull, transactionId } from './ledger-commands.js';

/** What a program may be told of. */
export const WEBHOOK_EVENT_TYPES = ['transaction.created', 'transaction.updated'] as const;
export type WebhookEventType = (typeof WEBHOOK_EVENT_TYPES)[number];

const eventType = Type.Union(WEBHOOK_EVENT_TYPES.map((type) => Type.Literal(type)));
const webhookId = Type.String();

/** Who asks. The release before does not say which user: then those of all the client's users are meant, as it knew them. */
const asking = { clientId: Type.String(), userId: Type.Optional(Type.String()) };

const webhook = Type.Object({
  id: webhookId,
  accountId,
  url: Type.String(),
});

const attempt = Type.Object({
  /** Microseconds since 1970: when it began. */
  at: big,
  /** Of the receiver's answer; null where there was none. */
  status: orNull(Type.Integer()),
  /** Why there was none: `timeout`, `private_address`, …; null where there was one. */
  failure: orNull(Type.String()),
  durationMs: Type.Integer(),
});

const delivery = Type.Object({
  /** The receiver sees it as `webhook-id`, in each attempt the same. */
  id: Type.String(),
  type: eventType,
  transactionId,
  /** Microseconds since 1970: when the event was recorded. */
  at: big,
  state: Type.Union([Type.Literal('waiting'), Type.Literal('delivered'), Type.Literal('failed')]),
  attempts: Type.Array(attempt),
  /** Microseconds since 1970: the next attempt; null where there is none to come. */
  dueAt: orNull(big),
});

const since = {
  /** A delivery: what comes after it. */
  after: orNull(Type.String()),
  /** Microseconds since 1970, inclusive. */
  since: orNull(big),
};

export const webhookContract = defineContract('webhook', {
  /** The same request again answers the same webhook: its id follows from the key and the time. */
  register: method({
    request: Type.Object({
      key: Type.String(),
      /** Microseconds since 1970. */
      at: big,
      accountId,
      clientId: Type.String(),
      userId: Type.String(),
      url: Type.String(),
      types: Type.Array(eventType, { minItems: 1 }),
    }),
    response: Type.Object({
      registered: orNull(webhook),
      /** Why it was not; null where it was. */
      refused: orNull(Type.Union([Type.Literal('too_many'), Type.Literal('private_address')])),
    }),
    idempotent: true,
    mutates: true,
  }),
  /** Of one client of one user, in the order of their registration. */
  list: method({
    request: Type.Object({ accountId, ...asking }),
    response: Type.Object({ webhooks: Type.Array(webhook) }),
    idempotent: true,
    mutates: false,
  }),
  find: method({
    request: Type.Object({ webhookId, ...asking }),
    response: Type.Object({ found: orNull(webhook) }),
    idempotent: true,
    mutates: false,
  }),
  /** Nothing is sent there any more, once what is under way has ended. Its log goes with it. */
  remove: method({
    request: Type.Object({ webhookId }),
    response: Type.Object({}),
    idempotent: true,
    mutates: true,
  }),
  /** What its deliveries are signed with; null where there is no such webhook. */
  secret: method({
    request: Type.Object({ webhookId }),
    response: Type.Object({ secret: orNull(Type.String()) }),
    idempotent: true,
    mutates: false,
  }),
  /** Oldest first. */
  deliveries: method({
    request: Type.Object({ webhookId, ...since, limit: Type.Integer({ minimum: 1, maximum: 100 }) }),
    response: Type.Object({ deliveries: Type.Array(delivery) }),
    idempotent: true,
    mutates: false,
  }),
  /** Sends again what is in the log from there on, whatever became of it; what still waits is left as it is. */
  replay: method({
    request: Type.Object({ webhookId, ...since }),
    response: Type.Object({ replayed: Type.Integer() }),
    idempotent: true,
    mutates: true,
  }),
});
