import type { Static, TSchema } from '@sinclair/typebox';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

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
  /** Answers with what it resolves to. Throws ProblemError or CallFailed for anything else. */
  handle(request: FastifyRequest<RouteTypes<S>>, reply: FastifyReply): Promise<unknown>;
}

export interface BytesRoute {
  readonly method: 'POST' | 'PUT';
  readonly url: string;
  /** One line for /openapi.json. */
  readonly summary: string;
  readonly schemas: Pick<RouteSchemas, 'response'>;
  /** In bytes. */
  readonly bodyLimit: number;
  handle(request: FastifyRequest<{ Body: Buffer }>, reply: FastifyReply): Promise<unknown>;
}

/**
 * Registers routes at Fastify itself, past Nest's router: for hot paths. Validation, error bodies, metrics and /openapi.json
 * are the same as for a controller with @RouteSchema. Inject it and add routes in a constructor.
 */
export class HttpRoutes {
  constructor(private readonly fastify: FastifyInstance) {}

  add<const S extends RouteSchemas>({ method, url, summary, schemas, bodyLimit, handle }: HttpRoute<S>): void {
    this.fastify.route<RouteTypes<S>>({
      method,
      url,
      schema: { ...schemas, summary },
      ...(bodyLimit === undefined ? {} : { bodyLimit }),
      // Fastify's own reply type repeats the route's types; none of them matters to a handler.
      handler: (request, reply) => handle(request, reply as FastifyReply),
    });
  }

  /** A route whose body is taken as it is, `application/octet-stream`. To be added before the service starts. */
  addOfBytes({ method, url, summary, schemas, bodyLimit, handle }: BytesRoute): void {
    // A scope of its own: no other route takes such bodies.
    this.fastify.register(async (scope) => {
      scope.removeAllContentTypeParsers();
      scope.addContentTypeParser('application/octet-stream', { parseAs: 'buffer' }, (_, body, done) =>
        done(null, body),
      );
      scope.route<{ Body: Buffer }>({
        method,
        url,
        schema: { ...schemas, summary },
        bodyLimit,
        handler: (request, reply) => handle(request, reply as FastifyReply),
      });
    });
  }
}

declare module 'fastify' {
  interface FastifySchema {
    summary?: string;
  }
}
