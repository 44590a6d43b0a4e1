// The gateway's messages over Kafka: from a request's record to the very body that HTTP would have brought, checked by the same schemas, and
// from an answer to the response's record.
import { holdsCardNumber, maskCardNumbersIn } from '@tallystick/contracts';
import type { AuthorisationRequest, AuthorisationResponse } from '@tallystick/events';
import type { Answered } from './answers.js';
import type { AuthorisationAsked } from './asked.js';
import { adviceSchema, authorisationSchema, incrementSchema, reversalSchema } from './gateway.schemas.js';
import { formatInstant } from './instants.js';
import { checkIdempotencyKey, checkOf } from './message-checks.js';
import { isRefusal } from './messages.js';
import { badParam, missingParam, type Refusal } from './refusals.js';

const checkAuthorisation = checkOf(authorisationSchema);
const checkIncrement = checkOf(incrementSchema);
const checkAdvice = checkOf(adviceSchema);
const checkReversal = checkOf(reversalSchema);

const REQUEST_ID = /^[\x20-\x7e]{1,255}$/;
const REQUEST_ID_MAX = 255;
/** parseInstant takes it for no time. */
const NO_INSTANT = '';

/** What is asked, or what is wrong with it by the codes of HTTP. Whose the card is, and what it may be, is the gateway's business. */
export function askedBy(record: AuthorisationRequest): AuthorisationAsked | Refusal {
  const { request_id: requestId, idempotency_key: sentKey, message: kind, at, ...fields } = record;
  if (requestId === '') return missingParam('request_id');
  if (!REQUEST_ID.test(requestId))
    return badParam('request_id', 'a request id has 1 to 255 printable ASCII characters');
  if (holdsCardNumber(requestId)) return badParam('request_id', 'the request id looks like a card number');
  const key = checkIdempotencyKey(sentKey);
  if (typeof key !== 'string') return key;
  const sent = withoutNulls(fields);
  if (at !== null) sent.at = formatInstant(at) ?? NO_INSTANT;
  switch (kind) {
    case 'authorisation': {
      const body = checkAuthorisation(sent);
      return isRefusal(body) ? body : { kind, key, body };
    }
    case 'increment': {
      const body = checkIncrement(sent);
      return isRefusal(body) ? body : { kind, key, body };
    }
    case 'advice': {
      const body = checkAdvice(sent);
      return isRefusal(body) ? body : { kind, key, body };
    }
    case 'reversal': {
      const body = checkReversal(sent);
      return isRefusal(body) ? body : { kind, key, body };
    }
  }
}

/** What may be repeated of a request's id. */
export function shownRequestId({ request_id: id }: AuthorisationRequest): string {
  return maskCardNumbersIn(id).slice(0, REQUEST_ID_MAX);
}

export function responseOf(requestId: string, answered: Answered): AuthorisationResponse {
  if (answered.kind === 'refused') {
    const { code, message, status, retryable } = answered;
    const params = Object.entries(answered.params).map(([name, value]) => ({ name, value }));
    return { request_id: requestId, answer: null, error: { code, message, status, retryable, params } };
  }
  const { decision, reason, responseCode, transactionId, accountId, amount, currency, available, position } = answered;
  return {
    request_id: requestId,
    answer: {
      decision,
      reason,
      response_code: responseCode,
      authorisation_id: transactionId,
      transaction_id: transactionId,
      account_id: accountId,
      amount: amount === null || currency === null ? null : { amount, currency },
      available,
      position,
    },
    error: null,
  };
}

/** As JSON has it: what is null is left out. A number beyond 2^53 is rounded, and refused for being beyond. */
function withoutNulls(record: object): Record<string, unknown> {
  const json: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(record)) {
    if (value === null) continue;
    if (typeof value === 'bigint') json[name] = Number(value);
    else json[name] = typeof value === 'object' ? withoutNulls(value) : value;
  }
  return json;
}
