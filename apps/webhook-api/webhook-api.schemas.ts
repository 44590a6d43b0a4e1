// The routes of webhooks, as /openapi.json describes them and as their requests are checked.
import { Type } from '@sinclair/typebox';
import { orNull } from '@tallystick/contracts';

const text = Type.String();
const instant = Type.String({ description: '2026-03-01T10:15:30.120Z' });
const oneOrMore = Type.Union([text, Type.Array(text)], {
  description: 'transaction.created, transaction.updated; the first alone where it is left out',
});

export const webhookParams = Type.Object({ webhook_id: Type.String({ maxLength: 128 }) });
export const webhooksQuery = Type.Object({ account_id: text });
export const registerBody = Type.Object({
  account_id: text,
  url: Type.String({
    description: 'absolute, http or https, at most 2048 characters, without credentials or fragment',
  }),
  'types[]': Type.Optional(oneOrMore),
  types: Type.Optional(oneOrMore),
});

const sinceText = Type.String({ description: 'a time, inclusive, or the id of a delivery, exclusive' });
export const deliveriesQuery = Type.Object({
  since: Type.Optional(sinceText),
  limit: Type.Optional(Type.String({ description: '1 to 100, default 30; more are 100' })),
});
export const replayBody = Type.Object({ since: sinceText });

const webhook = Type.Object({ id: text, account_id: text, url: text });
export const webhookAnswer = Type.Object({ webhook });
export const webhooksAnswer = Type.Object({ webhooks: Type.Array(webhook) });
export const secretAnswer = Type.Object({
  secret: Type.String({ description: 'whsec_ and base64, as Standard Webhooks' }),
});
export const replayAnswer = Type.Object({ replayed: Type.Integer({ description: 'how many are sent again' }) });
export const emptyAnswer = Type.Object({});

const attempt = Type.Object({
  at: instant,
  status: orNull(Type.Integer({ description: "of the receiver's answer" })),
  failure: orNull(Type.String({ description: 'why there was no answer' })),
  duration_ms: Type.Integer(),
});
const delivery = Type.Object({
  id: Type.String({ description: 'webhook-id of its requests' }),
  type: text,
  transaction_id: text,
  created: instant,
  status: Type.String({ description: 'waiting, delivered, failed' }),
  attempts: Type.Array(attempt),
  next_attempt: orNull(instant),
});
export const deliveriesAnswer = Type.Object({ deliveries: Type.Array(delivery) });
