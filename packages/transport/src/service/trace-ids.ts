// Every answer says under which id it can be looked up.
import type { FastifyInstance } from 'fastify';
import { isTraceparent, newTraceparent, type Random } from '../traceparent.js';
import { spanOfRequest } from './request-spans.js';

/** Puts the trace's id, 32 hexadecimal digits, into the header Trace-Id; begins a trace where the caller brings none. */
export function nameTraces(fastify: FastifyInstance, random: Random): void {
  fastify.addHook('onRequest', ({ headers }, reply, done) => {
    let traceparent = spanOfRequest(headers) ?? headers.traceparent?.toString();
    if (traceparent === undefined || !isTraceparent(traceparent)) {
      traceparent = newTraceparent(random);
      // The calls that the request sets off continue it.
      headers.traceparent = traceparent;
    }
    reply.header('trace-id', traceparent.slice(3, 35));
    done();
  });
}
