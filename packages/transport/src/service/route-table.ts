import type { FastifyInstance, FastifySchema, RouteOptions } from 'fastify';

export interface KnownRoute {
  readonly method: string;
  /** As registered: `/accounts/:id`. */
  readonly url: string;
  readonly schema: FastifySchema & { readonly summary?: string };
}

/** Every route that Fastify serves, however it was registered: by a controller or directly. */
export class RouteTable {
  private readonly known: (KnownRoute & { readonly pattern: RegExp })[] = [];

  /** Listens to the registrations; to be installed before the first of them. */
  static of(fastify: FastifyInstance): RouteTable {
    const table = new RouteTable();
    fastify.addHook('onRoute', (options) => table.add(options));
    return table;
  }

  routes(): readonly KnownRoute[] {
    return this.known;
  }

  /** The methods of the path of a request, whatever its own method. */
  methodsAt(requestUrl: string): readonly string[] {
    const [asked = ''] = requestUrl.split('?', 1);
    // As the router reads it.
    const path = asked.replaceAll(/\/{2,}/g, '/').replace(/(?<=.)\/$/, '');
    const methods = this.known.flatMap(({ method, pattern }) => (pattern.test(path) ? [method] : []));
    return [...new Set(methods)].sort();
  }

  private add({ method, url, schema }: RouteOptions): void {
    const pattern = new RegExp(`^${url.split('/').map(segmentPattern).join('/')}$`);
    for (const one of [method].flat()) this.known.push({ method: one, url, schema: schema ?? {}, pattern });
  }
}

function segmentPattern(segment: string): string {
  if (segment.startsWith(':')) return '[^/]+';
  return segment.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
