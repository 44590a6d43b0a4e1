import { Type } from '@sinclair/typebox';
import type { FastifyInstance } from 'fastify';
import type { Registry } from 'prom-client';
import { type ApiTitle, openApiOf } from './openapi.js';
import { ProblemError } from './problem.js';
import type { Readiness } from './readiness.js';
import type { RouteTable } from './route-table.js';

const Status = Type.Object({ status: Type.String() });

export interface Operations {
  readonly title: ApiTitle;
  readonly metrics: Registry;
  readonly readiness: Readiness;
  readonly routes: RouteTable;
}

/** What every service answers beside its own routes: whether it lives, whether it is ready, its metrics and its description. */
export function addOperationsRoutes(fastify: FastifyInstance, { title, metrics, readiness, routes }: Operations): void {
  const live = { summary: 'Whether the process answers', response: { 200: Status } };
  fastify.get('/health/live', { schema: live }, async () => ({ status: 'live' }));

  const ready = { summary: 'Whether the service should get requests', response: { 200: Status } };
  fastify.get('/health/ready', { schema: ready }, async () => {
    const failing = await readiness.failing();
    if (failing.length === 0) return { status: 'ready' };
    const message = `not ready: ${failing.join(', ')}`;
    throw new ProblemError({
      status: 503,
      code: 'not_ready',
      message,
      params: { failing: failing.join(',') },
      retryable: true,
    });
  });

  fastify.get('/metrics', { schema: { summary: 'Metrics as Prometheus reads them' } }, async (_request, reply) => {
    reply.type(metrics.contentType);
    return metrics.metrics();
  });

  let description: string | undefined;
  fastify.get('/openapi.json', { schema: { summary: 'This description' } }, async (_request, reply) => {
    // Routes are complete once requests are served, so the document is made once.
    description ??= JSON.stringify(openApiOf(title, routes.routes()));
    reply.type('application/json; charset=utf-8');
    return description;
  });
}
