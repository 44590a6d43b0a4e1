// The card gateway's HTTP (docs/http-gateway.md). Registered as fast routes: an authorisation passes through nothing but this.
import type { IncomingHttpHeaders } from 'node:http';
import type { Static, TSchema } from '@sinclair/typebox';
import type { CallContext } from '@tallystick/contracts';
import { callScopeOf, type HttpRoutes, problemBody, type ScopeOptions } from '@tallystick/transport/service';
import type { FastifyReply } from 'fastify';
import { type Answered, answerJson } from './answers.js';
import type { DecisionCounts } from './decision-counts.js';
import { readDispute, readOutcome, readProvisionalCredit, readRepresentment } from './dispute-messages.js';
import type { Gateway } from './gateway.js';
import {
  adviceSchema,
  answerSchema,
  authorisationSchema,
  BATCH_MAX,
  batchAnswerSchema,
  batchItemSchema,
  batchSchema,
  clearingSchema,
  disputeOutcomeSchema,
  disputeSchema,
  incrementSchema,
  presentmentReversalSchema,
  provisionalCreditSchema,
  refundSchema,
  representmentSchema,
  reversalSchema,
} from './gateway.schemas.js';
import { checkIdempotencyKey, checkOf, describedBy } from './message-checks.js';
import { isRefusal } from './messages.js';
import { badParam, type Refusal } from './refusals.js';

const JSON_TYPE = 'application/json; charset=utf-8';
const BATCH_BYTES_MAX = 4 * 1024 * 1024;

type Act<Body> = (body: Body, key: string, context: CallContext, inPath: string) => Promise<Answered>;

export interface GatewayRoutesPorts {
  readonly routes: HttpRoutes;
  readonly gateway: Gateway;
  readonly counts: DecisionCounts;
  readonly scope: ScopeOptions;
}

/** Adds every route of the gateway. */
export function addGatewayRoutes(ports: GatewayRoutesPorts): void {
  const { gateway } = ports;
  const add = messageRoutes(ports);
  addBatchRoute(ports);
  add('/gateway/authorisations', 'Decide a card authorisation', authorisationSchema, (body, key, context) =>
    gateway.authorise(body, key, context),
  );
  const ofTransaction = <S extends TSchema & { static: { authorisation_id?: string } }>(
    name: string,
    summary: string,
    schema: S,
    act: Act<Static<S>>,
  ) => {
    add(`/gateway/${name}`, summary, schema, act);
    add(
      `/gateway/authorisations/:id/${name}`,
      `${summary}, below its authorisation`,
      schema,
      (body: Static<S>, key, context, inPath) =>
        contradicts(body, inPath)
          ? Promise.resolve(OTHER_ID)
          : act({ ...body, authorisation_id: inPath }, key, context, inPath),
    );
  };
  ofTransaction('increments', 'Raise an authorisation', incrementSchema, (body, key, context) =>
    gateway.increment(body, key, context),
  );
  ofTransaction('advices', 'Record what the scheme decided for us', adviceSchema, (body, key, context) =>
    gateway.advise(body, key, context),
  );
  ofTransaction(
    'reversals',
    'Reverse an authorisation, wholly or down to another amount',
    reversalSchema,
    (body, key, context) => gateway.reverse(body, key, context),
  );
  ofTransaction('clearings', 'Post a presentment', clearingSchema, (body, key, context) =>
    gateway.clear(body, key, context),
  );
  ofTransaction('refunds', 'Post a refund', refundSchema, (body, key, context) => gateway.refund(body, key, context));
  add(
    '/gateway/clearings/:id/reversals',
    'Take back a presentment, or a part of it',
    presentmentReversalSchema,
    (body, key, context, clearingKey) => gateway.reverseClearing(clearingKey, body, key, context),
  );
  add(
    '/gateway/refunds/:id/reversals',
    'Take back a refund, or a part of it',
    presentmentReversalSchema,
    (body, key, context, refundKey) => gateway.reverseRefund(refundKey, body, key, context),
  );
  ofTransaction('disputes', 'Open a dispute of a cleared transaction', disputeSchema, (body, key, context) =>
    gateway.handle(body, key, context, readDispute),
  );
  addDisputeRoutes(add, gateway);
}

/** What becomes of a dispute that is open. */
function addDisputeRoutes(add: ReturnType<typeof messageRoutes>, gateway: Gateway): void {
  add(
    '/gateway/disputes/:id/provisional-credits',
    'Credit the customer until the outcome',
    provisionalCreditSchema,
    (body, key, context, disputeKey) =>
      gateway.handle(body, key, context, (message) => readProvisionalCredit(message, disputeKey)),
  );
  add(
    '/gateway/disputes/:id/representments',
    'Record that the merchant contests it',
    representmentSchema,
    (body, key, context, disputeKey) =>
      gateway.handle(body, key, context, (message) => readRepresentment(message, disputeKey)),
  );
  add(
    '/gateway/disputes/:id/outcomes',
    'Close it: won, lost or absorbed',
    disputeOutcomeSchema,
    (body, key, context, disputeKey) =>
      gateway.handle(body, key, context, (message) => readOutcome(message, disputeKey)),
  );
}

const OTHER_ID = badParam('authorisation_id', 'the path and the body name different authorisations');

function contradicts({ authorisation_id: id }: { readonly authorisation_id?: string }, inPath: string): boolean {
  return id !== undefined && id !== inPath;
}

function messageRoutes({ routes, counts, scope }: GatewayRoutesPorts) {
  return <S extends TSchema>(url: string, summary: string, schema: S, act: Act<Static<S>>): void => {
    const check = checkOf(schema);
    routes.add({
      method: 'POST',
      url,
      summary,
      schemas: { body: describedBy(schema), response: { 200: answerSchema } },
      handle: async (request, reply) => {
        const answered = await answer(request.headers, request.body, request.params);
        counts.count(answered);
        return send(reply, answered);
      },
    });
    const answer = (headers: IncomingHttpHeaders, sent: unknown, params: unknown): Promise<Answered> | Refusal => {
      const key = checkIdempotencyKey(headers['idempotency-key']);
      if (typeof key !== 'string') return key;
      const body = check(sent);
      return isRefusal(body) ? body : act(body, key, callScopeOf(headers, scope), idOf(params));
    };
  };
}

function addBatchRoute({ routes, gateway, counts, scope }: GatewayRoutesPorts): void {
  const check = checkOf(batchSchema);
  const checkItem = checkOf(batchItemSchema);
  const itemOf = (sent: unknown) => {
    const item = checkItem(sent);
    if (isRefusal(item)) return item;
    const key = checkIdempotencyKey(item.idempotency_key);
    return typeof key === 'string' ? item : key;
  };
  routes.add({
    method: 'POST',
    url: '/gateway/authorisations/batch',
    summary: `Decide up to ${BATCH_MAX} card authorisations, each for itself, answered in order`,
    schemas: { body: describedBy(batchSchema), response: { 200: batchAnswerSchema } },
    bodyLimit: BATCH_BYTES_MAX,
    handle: async (request, reply) => {
      const batch = check(request.body);
      if (isRefusal(batch)) return send(reply, batch);
      const answers = await gateway.authoriseAll(batch.authorisations.map(itemOf), callScopeOf(request.headers, scope));
      let json = '';
      let newest = '';
      for (const answered of answers) {
        counts.count(answered);
        json += json === '' ? '{"answers":[' : ',';
        json +=
          answered.kind === 'refused' ? `{"error":${JSON.stringify(problemBody(answered))}}` : answerJson(answered);
        if (answered.kind === 'answered' && isLater(answered.position, newest)) newest = answered.position;
      }
      if (newest !== '') reply.header('x-ledger-position', newest);
      return reply.header('content-type', JSON_TYPE).send(json === '' ? '{"answers":[]}' : `${json}]}`);
    },
  });
}

/** Of one journal's tokens, the one with the longer or greater text has the higher position. */
function isLater(token: string, other: string): boolean {
  return token.length === other.length ? token > other : token.length > other.length;
}

function idOf(params: unknown): string {
  if (typeof params !== 'object' || params === null || !('id' in params)) return '';
  return typeof params.id === 'string' ? params.id : '';
}

function send(reply: FastifyReply, answered: Answered): FastifyReply {
  if (answered.kind === 'refused')
    return reply
      .code(answered.status)
      .header('content-type', JSON_TYPE)
      .send(JSON.stringify(problemBody(answered)));
  return reply
    .header('content-type', JSON_TYPE)
    .header('x-ledger-position', answered.position)
    .send(answerJson(answered));
}
