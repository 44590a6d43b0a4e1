// What every request of a customer's program has in common: who asks, whether they may, how often, and how long they wait.
import type { IncomingHttpHeaders } from 'node:http';
import type { authContract, CallContext, ClientOf, ledgerContract } from '@tallystick/contracts';
import type { Micros } from '@tallystick/ledger-core';
import {
  callScopeOf,
  type HttpRoute,
  type HttpRoutes,
  LedgerPositions,
  ProblemError,
  type RouteSchemas,
  type ScopeOptions,
} from '@tallystick/transport/service';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { RateLimiter } from './rate-limit.js';
import { notApproved, unauthorised } from './refusals.js';

export interface CustomerDoorPorts {
  readonly auth: Pick<ClientOf<typeof authContract>, 'authenticate'>;
  readonly ledger: Pick<ClientOf<typeof ledgerContract>, 'journal'>;
  /** Undefined where an edge counts. */
  readonly limiter: RateLimiter | undefined;
  readonly scope: Omit<ScopeOptions, 'actor'>;
}

/** Whose request it is. */
export interface Customer {
  readonly userId: string;
  readonly clientId: string;
  /** Until then, microseconds since 1970, the whole history may be read. */
  readonly wholeHistoryUntil: Micros;
  readonly context: CallContext;
  /** Views must have come this far; 0 where the caller does not say. */
  readonly minPosition: bigint;
}

type Handle<S extends RouteSchemas> = HttpRoute<S>['handle'];
export interface CustomerRoute<S extends RouteSchemas> extends Omit<HttpRoute<S>, 'handle' | 'before' | 'security'> {
  /** Statuses beyond those of every route with such schemas. */
  readonly refusals?: readonly number[];
  readonly handle: (customer: Customer, ...args: Parameters<Handle<S>>) => Promise<unknown>;
}

const JSON_TYPE = 'application/json; charset=utf-8';
const BEARER = /^Bearer +(\S+) *$/i;
const NOBODY = 'nobody';
/** By then every view has it, or says that it is behind. */
const REMEMBERED_MS = 10_000;
const WRITERS_MAX = 100_000;

export class CustomerDoor {
  private readonly admitted = new WeakMap<FastifyRequest, Customer>();
  /** Where clients of users have written last. */
  private readonly lastWritten = new Map<string, { readonly position: bigint; readonly until: number }>();
  private readonly positions: LedgerPositions;

  constructor(
    private readonly routes: HttpRoutes,
    private readonly ports: CustomerDoorPorts,
  ) {
    this.positions = new LedgerPositions(ports.ledger);
  }

  /** A route for whom a user has approved: asked before anything of the request but its headers is looked at. */
  add<const S extends RouteSchemas>({ handle, refusals = [], ...route }: CustomerRoute<S>): void {
    this.routes.add<S>({
      ...route,
      refusals: [...refusalsOf(route.schemas, route.form === true), ...refusals],
      security: 'customer',
      before: (request, reply) => this.admit(request, reply),
      handle: (request, reply) => {
        const customer = this.admitted.get(request as FastifyRequest);
        if (customer === undefined) throw new Error('a request came past the door');
        return handle(customer, request, reply);
      },
    });
  }

  /** Names the position for later reads, and has those of this client wait for it a while: most know nothing of positions. */
  async written(position: bigint, { context, clientId, userId }: Customer, reply: FastifyReply): Promise<void> {
    this.remember(`${clientId} ${userId}`, position);
    reply.header('x-ledger-position', await this.positions.tokenOf(position, context));
  }

  /** @throws ProblemError: 406, 401, 429, 403 or 400 */
  private async admit(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const { headers } = request;
    if (!takesJson(headers.accept)) throw notAcceptable();
    const { auth, scope } = this.ports;
    const token = tokenOf(headers);
    const { known, refused } = await auth.authenticate({ token }, callScopeOf(headers, { ...scope, actor: NOBODY }));
    if (known === null) throw refusedToken(refused);
    this.count(`${known.clientId} ${known.userId}`, reply);
    if (!known.approved) throw notApproved();
    const { userId, clientId, wholeHistoryUntil } = known;
    const context = callScopeOf(headers, { ...scope, actor: userId });
    const asked = await this.positions.minPositionOf(headers, context);
    const minPosition = later(asked, this.ownPositionOf(`${clientId} ${userId}`));
    this.admitted.set(request, { userId, clientId, wholeHistoryUntil, context, minPosition });
  }

  /** A client has one live token for a user: a new one begins no new count. */
  private count(who: string, reply: FastifyReply): void {
    const seconds = this.ports.limiter?.secondsToWait(who) ?? 0;
    if (seconds === 0) return;
    reply.header('retry-after', String(seconds));
    throw new ProblemError({
      status: 429,
      code: 'too_many_requests',
      message: 'too many requests were made with this token',
      retryable: true,
    });
  }

  private remember(who: string, position: bigint): void {
    const { time } = this.ports.scope;
    const before = this.lastWritten.get(who)?.position ?? 0n;
    this.lastWritten.delete(who);
    if (this.lastWritten.size >= WRITERS_MAX) this.lastWritten.clear();
    this.lastWritten.set(who, { position: later(position, before), until: time.now() + REMEMBERED_MS });
  }

  private ownPositionOf(who: string): bigint {
    const known = this.lastWritten.get(who);
    if (known === undefined) return 0n;
    if (this.ports.scope.time.now() < known.until) return known.position;
    this.lastWritten.delete(who);
    return 0n;
  }
}

/** What the door, the checks of the schemas and a bank whose parts are away answer with. */
function refusalsOf({ body, params }: RouteSchemas, takesForms: boolean): readonly number[] {
  const always = [400, 401, 403, 406, 429, 500, 503, 504];
  return [
    ...always,
    ...(params === undefined ? [] : [404, 414]),
    ...(body === undefined && !takesForms ? [] : [413, 415]),
  ];
}

/** Whom idempotency keys belong to: a client of a user. The ledger's callers have no slash. */
export function callerOf({ clientId, userId }: Customer): string {
  return `api.${clientId}.${userId}`.replaceAll('/', '_');
}

/** Past the serialiser: the answer is built field by field already. */
export function sendJson(reply: FastifyReply, answer: object): FastifyReply {
  return reply.header('content-type', JSON_TYPE).send(JSON.stringify(answer));
}

function later(one: bigint, other: bigint): bigint {
  if (one < other) return other;
  return one;
}

/** What a customer's program shows. @throws ProblemError, 401 */
export function tokenOf({ authorization }: IncomingHttpHeaders): string {
  if (authorization === undefined) throw unauthorised('auth_required', 'an Authorization header is needed');
  const [, token] = BEARER.exec(authorization) ?? [];
  if (token === undefined)
    throw unauthorised('bad_access_token', 'the Authorization header must be Bearer and a token');
  return token;
}

/** 401: why the token of a request is no good. */
export function refusedToken(refused: 'unknown' | 'expired' | 'evicted' | null): ProblemError {
  switch (refused) {
    case 'expired':
      return unauthorised('bad_access_token.expired', 'this token is past its expiry');
    case 'evicted':
      return unauthorised('bad_access_token.evicted', 'this token was replaced by a newer one');
    default:
      return unauthorised('bad_access_token', 'this token is not known');
  }
}

const JSON_RANGES = /^(\*\/\*|application\/\*|application\/json)$/;

/** Whether an Accept header lets JSON through; without one, everything is. */
function takesJson(accept: string | undefined): boolean {
  if (accept === undefined || accept === '' || accept === '*/*') return true;
  return accept.split(',').some((range) => {
    const [type = '', ...parameters] = range.split(';').map((part) => part.trim().toLowerCase());
    return JSON_RANGES.test(type) && !parameters.some((parameter) => /^q=0(\.0{0,3})?$/.test(parameter));
  });
}

function notAcceptable(): ProblemError {
  return new ProblemError({ status: 406, code: 'not_acceptable', message: 'every answer is application/json' });
}
