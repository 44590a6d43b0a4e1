import type { FastifyInstance, FastifyReply } from 'fastify';
import type { Registry } from 'prom-client';
import { Durations } from '../durations.js';

type Label = 'method' | 'route' | 'status';

/** Counts every request of every route that is registered from now on: by route and class of status. */
export function measureRequests(fastify: FastifyInstance, registry: Registry): void {
  const help = 'Time from the request to the end of its answer';
  const durations = new Durations<Label>(registry, 'http_request_duration_seconds', help, [
    'method',
    'route',
    'status',
  ]);
  const unmatched = recorderOf(durations, '*', 'unmatched');
  fastify.addHook('onRoute', (route) => {
    const record = recorderOf(durations, [route.method].flat().join(','), route.url);
    const onResponse = (_request: unknown, reply: FastifyReply, done: () => void) => {
      record(reply.statusCode, reply.elapsedTime);
      done();
    };
    route.onResponse = [...[route.onResponse ?? []].flat(), onResponse];
  });
  fastify.addHook('onResponse', (request, reply, done) => {
    if (request.is404) unmatched(reply.statusCode, reply.elapsedTime);
    done();
  });
}

function recorderOf(durations: Durations<Label>, method: string, route: string) {
  const byStatusClass: ((durationMs: number) => void)[] = [];
  return (status: number, durationMs: number): void => {
    const statusClass = Math.floor(status / 100);
    let record = byStatusClass[statusClass];
    if (record === undefined) {
      record = durations.recorder({ method, route, status: `${statusClass}xx` });
      byStatusClass[statusClass] = record;
    }
    record(durationMs);
  };
}
