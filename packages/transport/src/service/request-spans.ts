import type { IncomingHttpHeaders } from 'node:http';
import type { FastifyInstance } from 'fastify';
import type { Span, Tracing } from '../tracing.js';

const spans = new WeakMap<IncomingHttpHeaders, Span>();
const STATUS_OF_TROUBLE = 500;
// Whoever watches the service asks these all the time.
const UNTRACED = /^\/(?:health\/|metrics$)/;

/** A span for each request of the public port, continuing the caller's trace. */
export function traceRequests(fastify: FastifyInstance, tracing: Tracing): void {
  fastify.addHook('onRequest', (request, _reply, done) => {
    const url = request.routeOptions.url ?? 'unmatched';
    if (!UNTRACED.test(url)) {
      const { headers } = request;
      spans.set(headers, tracing.start('server', `${request.method} ${url}`, headers.traceparent?.toString()));
    }
    done();
  });
  fastify.addHook('onResponse', ({ headers }, { statusCode }, done) => {
    spans.get(headers)?.end(statusCode < STATUS_OF_TROUBLE ? undefined : String(statusCode));
    done();
  });
}

/** The traceparent of the request's own span; undefined where requests are not traced. */
export function spanOfRequest(headers: IncomingHttpHeaders): string | undefined {
  return spans.get(headers)?.traceparent;
}
