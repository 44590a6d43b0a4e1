import type { FastifyInstance, FastifyReply } from 'fastify';
import { Histogram, type MetricValueWithName, type Registry } from 'prom-client';

const NAME = 'http_request_duration_seconds';
const HELP = 'Time from the request to the end of its answer';
type Label = 'method' | 'route' | 'status' | 'le';

const UPPER_BOUNDS_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];

interface Series {
  readonly labels: { readonly method: string; readonly route: string; readonly status: string };
  /** How many requests fell into each bucket, the last one without an upper bound. */
  readonly counts: Float64Array;
  sumSeconds: number;
}

/**
 * The histogram of request durations by route and class of status. prom-client's own observe() builds and hashes a label
 * object per request; here a route finds its counters in an array, and labels are only written when scraped.
 */
export class RequestDurations extends Histogram<'method' | 'route' | 'status'> {
  private readonly series: Series[] | undefined = [];

  constructor(registry: Registry) {
    super({ name: NAME, help: HELP, labelNames: ['method', 'route', 'status'], registers: [registry] });
  }

  /** A function that counts a request of this route. */
  recorder(method: string, route: string): (status: number, durationMs: number) => void {
    const byStatusClass: (Series | undefined)[] = [];
    return (status, durationMs) => {
      const statusClass = Math.floor(status / 100);
      let series = byStatusClass[statusClass];
      if (series === undefined) {
        const labels = { method, route, status: `${statusClass}xx` };
        series = { labels, counts: new Float64Array(UPPER_BOUNDS_SECONDS.length + 1), sumSeconds: 0 };
        byStatusClass[statusClass] = series;
        this.series?.push(series);
      }
      const seconds = durationMs / 1000;
      let bucket = 0;
      while (bucket < UPPER_BOUNDS_SECONDS.length && seconds > (UPPER_BOUNDS_SECONDS[bucket] ?? 0)) bucket++;
      series.counts[bucket] = (series.counts[bucket] ?? 0) + 1;
      series.sumSeconds += seconds;
    };
  }

  /**
   * What the registry, and the inherited get(), ask for; the package's types leave it out, and give `type` as a number
   * where it is a word.
   */
  async getForPromString() {
    return {
      name: NAME,
      help: HELP,
      type: 'histogram',
      aggregator: 'sum',
      values: this.series?.flatMap(valuesOf) ?? [],
    };
  }

  override reset(): void {
    // The constructor above resets, too, before there is a list.
    this.series?.splice(0);
  }
}

function valuesOf({ labels, counts, sumSeconds }: Series): MetricValueWithName<Label>[] {
  let total = 0;
  const buckets = [...counts].map((count, index) => {
    total += count;
    return {
      metricName: `${NAME}_bucket`,
      labels: { ...labels, le: UPPER_BOUNDS_SECONDS[index] ?? '+Inf' },
      value: total,
    };
  });
  return [
    ...buckets,
    { metricName: `${NAME}_sum`, labels, value: sumSeconds },
    { metricName: `${NAME}_count`, labels, value: total },
  ];
}

/** Counts every request of every route that is registered from now on. */
export function measureRequests(fastify: FastifyInstance, registry: Registry): void {
  const durations = new RequestDurations(registry);
  const unmatched = durations.recorder('*', 'unmatched');
  fastify.addHook('onRoute', (route) => {
    const record = durations.recorder([route.method].flat().join(','), route.url);
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
