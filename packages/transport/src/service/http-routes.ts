import type { Static, TSchema } from '@sinclair/typebox';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Turns } from './turns.js';

const FORM_TYPE = 'application/x-www-form-urlencoded';
const JSON_TYPE = 'application/json';
const BYTES_TYPE = 'application/octet-stream';

export interface RouteSchemas {
  readonly body?: TSchema;
  readonly querystring?: TSchema;
  readonly params?: TSchema;
  readonly headers?: TSchema;
  /** By status. Also compiles the serialiser: what it doesn't name is not sent. */
  readonly response: Readonly<Record<number, TSchema>>;
}

type Part<Schema> = Schema extends TSchema ? Static<Schema> : unknown;

interface RouteTypes<S extends RouteSchemas> {
  Body: Part<S['body']>;
  Querystring: Part<S['querystring']>;
  Params: Part<S['params']>;
  Headers: Part<S['headers']>;
}

export interface HttpRoute<S extends RouteSchemas> {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** `/accounts/:id` */
  readonly url: string;
  /** One line for /openapi.json. */
  readonly summary: string;
  readonly schemas: S;
  /** In bytes; the service's own limit where it is left out. */
  readonly bodyLimit?: number;
  /** Whether a form is taken too, and whatever body is allowed to be left out: its fields come as an object of texts. */
  readonly form?: true;
  /** Statuses of every problem that it answers with, for /openapi.json; where they are left out, it says that there may be any. */
  readonly refusals?: readonly number[];
  /** Statuses by the type of what is answered, where it is not JSON: `{ 'text/html': [200, 302] }`. For /openapi.json. */
  readonly otherTypes?: Readonly<Record<string, readonly number[]>>;
  /** Who may ask, for /openapi.json. */
  readonly security?: 'customer';
  /** Whether an answer takes milliseconds of the thread: of such requests one is handled for each turn of the event loop. */
  readonly long?: true;
  /** Before the request is looked at any further: who asks comes before what is asked. Throws ProblemError or CallFailed. */
  readonly before?: (request: FastifyRequest, reply: FastifyReply) => Promise<void>;
  /** Answers with what it resolves to. Throws ProblemError or CallFailed for anything else. */
  handle(request: FastifyRequest<RouteTypes<S>>, reply: FastifyReply): Promise<unknown>;
}

export interface BytesRoute {
  readonly method: 'POST' | 'PUT';
  readonly url: string;
  /** One line for /openapi.json. */
  readonly summary: string;
  /** The body's, where there is one, only describes it. */
  readonly schemas: Pick<RouteSchemas, 'response' | 'params' | 'body'>;
  /** In bytes. */
  readonly bodyLimit: number;
  /** The type of the body, `*` for any; `application/octet-stream` where it is left out. */
  readonly contentType?: string;
  /** Statuses of every problem that it answers with, for /openapi.json; where they are left out, it says that there may be any. */
  readonly refusals?: readonly number[];
  /** Before any of the body is read. Throws ProblemError or CallFailed. */
  readonly before?: (request: FastifyRequest, reply: FastifyReply) => Promise<void>;
  handle(request: FastifyRequest<{ Body: Buffer }>, reply: FastifyReply): Promise<unknown>;
}

/**
 * Registers routes at Fastify itself, past Nest's router: for hot paths. Validation, error bodies, metrics and /openapi.json
 * are the same as for a controller with @RouteSchema. Inject it and add routes in a constructor.
 */
export class HttpRoutes {
  private readonly turns = new Turns();

  constructor(private readonly fastify: FastifyInstance) {}

  add<const S extends RouteSchemas>({ long, ...route }: HttpRoute<S>): void {
    this.addAtOnce<S>(long === true ? { ...route, handle: this.inTurn(route.handle) } : route);
  }

  private inTurn<S extends RouteSchemas>(handle: HttpRoute<S>['handle']): HttpRoute<S>['handle'] {
    return async (request, reply) => {
      await this.turns.next();
      return handle(request, reply);
    };
  }

  private addAtOnce<const S extends RouteSchemas>(route: HttpRoute<S>): void {
    if (route.form !== true) return addTo(this.fastify, route);
    // A scope of its own: elsewhere a form is refused, before anybody looks for an amount in a text.
    this.fastify.register(async (scope) => {
      if (scope.hasContentTypeParser(FORM_TYPE)) scope.removeContentTypeParser(FORM_TYPE);
      scope.addContentTypeParser(FORM_TYPE, { parseAs: 'string' }, (_, body, done) =>
        done(null, fieldsOf(new URLSearchParams(body.toString()))),
      );
      addTo(scope, route);
    });
  }

  /** A route whose body is taken as it is. To be added before the service starts. */
  addOfBytes(route: BytesRoute): void {
    const { method, url, summary, schemas, bodyLimit, contentType = BYTES_TYPE, refusals, before, handle } = route;
    const described = {
      ...(schemas.body === undefined ? {} : { consumes: [contentType === '*' ? '*/*' : contentType] }),
      ...(refusals === undefined ? {} : { refusals }),
    };
    // A scope of its own: no other route takes such bodies.
    this.fastify.register(async (scope) => {
      scope.removeAllContentTypeParsers();
      scope.addContentTypeParser(contentType, { parseAs: 'buffer' }, (_, body, done) => done(null, body));
      scope.route<{ Body: Buffer }>({
        method,
        url,
        schema: { ...schemas, summary, ...described },
        bodyLimit,
        ...(before === undefined
          ? {}
          : { onRequest: (request, reply) => before(request as FastifyRequest, reply as FastifyReply) }),
        handler: (request, reply) => handle(request, reply as FastifyReply),
      });
    });
  }
}

/** Of fields of one name the last counts, save where the name says that there may be several: `types[]`. */
function fieldsOf(form: URLSearchParams): Readonly<Record<string, string | readonly string[]>> {
  const several = [...form.keys()].filter((name) => name.endsWith('[]') && form.getAll(name).length > 1);
  return { ...Object.fromEntries(form), ...Object.fromEntries(several.map((name) => [name, form.getAll(name)])) };
}

function addTo<const S extends RouteSchemas>(fastify: FastifyInstance, route: HttpRoute<S>): void {
  const { method, url, summary, schemas, bodyLimit, before, form, refusals, otherTypes, security, handle } = route;
  fastify.route<RouteTypes<S>>({
    method,
    url,
    schema: {
      ...schemas,
      summary,
      ...(form === true ? { consumes: [FORM_TYPE, JSON_TYPE] } : {}),
      ...(refusals === undefined ? {} : { refusals }),
      ...(otherTypes === undefined ? {} : { otherTypes }),
      ...(security === undefined ? {} : { askedBy: security }),
    },
    ...(bodyLimit === undefined ? {} : { bodyLimit }),
    // Fastify's own types of request and reply repeat the route's; none of them matters here.
    ...(before === undefined
      ? {}
      : { onRequest: (request, reply) => before(request as FastifyRequest, reply as FastifyReply) }),
    // Fields that are missing are named; a body that is missing has none.
    ...(form === true
      ? {
          preValidation: (request, _reply, done) => {
            request.body ??= {} as typeof request.body;
            done();
          },
        }
      : {}),
    handler: (request, reply) => handle(request, reply as FastifyReply),
  });
}

declare module 'fastify' {
  interface FastifySchema {
    summary?: string;
    /** Types of the body; JSON alone where it is left out. */
    consumes?: readonly string[];
    /** Statuses of the problems that are answered. */
    refusals?: readonly number[];
    /** Statuses by the type of what is answered, beside JSON. */
    otherTypes?: Readonly<Record<string, readonly number[]>>;
    /** Whose bearer token is needed. */
    askedBy?: 'customer';
  }
}
