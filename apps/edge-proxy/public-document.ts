// The description of the public API: what the services say of themselves, as far as the edge lets it through.
import type { Problem } from '@tallystick/transport/service';
import { type AskPorts, ask } from './ask.js';
import { UNAVAILABLE } from './forward.js';
import { canonicalPath, type RoutingTable } from './routing-table.js';

type Json = Readonly<Record<string, unknown>>;

const TITLE = { title: 'Tallystick customer API', version: '0.1.0' };
const SCHEME = 'token';
const DOCUMENT_BYTES_MAX = 8 * 1024 * 1024;
/** Releases change it; requests for it are rare. */
const FRESH_MS = 30_000;
/** While somebody has not answered. */
const INCOMPLETE_FRESH_MS = 2_000;

export interface PublicDocumentPorts {
  readonly table: RoutingTable;
  readonly asking: Omit<AskPorts, 'bytesMax'>;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

export class PublicDocument {
  /** By service, the last that was read. */
  private readonly known = new Map<string, Json>();
  private made: { readonly text: string; readonly until: number } | undefined;

  private reading: Promise<string | Problem> | undefined;

  constructor(private readonly ports: PublicDocumentPorts) {}

  /** The document as JSON; a service that does not answer is described as it last was. @returns a problem where none ever did */
  async read(): Promise<string | Problem> {
    if (this.made !== undefined && this.ports.now() < this.made.until) return this.made.text;
    // However many ask, the services are asked once.
    this.reading ??= this.make().finally(() => {
      this.reading = undefined;
    });
    return await this.reading;
  }

  private async make(): Promise<string | Problem> {
    const { table, now } = this.ports;
    const answered = await Promise.all(table.services().map((service) => this.refresh(service)));
    if (this.known.size === 0) return UNAVAILABLE;
    const text = JSON.stringify(this.merged());
    this.made = { text, until: now() + (answered.every(Boolean) ? FRESH_MS : INCOMPLETE_FRESH_MS) };
    return text;
  }

  private async refresh(service: string): Promise<boolean> {
    const { asking } = this.ports;
    const request = { stack: 'first', service, method: 'GET', path: '/openapi.json', headers: [], body: null } as const;
    const answer = await ask({ ...request, stallMs: asking.patienceMs }, { ...asking, bytesMax: DOCUMENT_BYTES_MAX });
    const document = answer?.status === 200 ? objectOf(answer.body.toString()) : undefined;
    if (document !== undefined) this.known.set(service, document);
    return document !== undefined;
  }

  private merged(): Json {
    const paths: Record<string, unknown> = {};
    let components: Json = {};
    for (const [service, document] of this.known) {
      for (const [path, item] of Object.entries(at(document, 'paths'))) {
        const route = this.ports.table.routeOf(canonicalPath(path.replaceAll(/\{\w+\}/g, 'id')) ?? '');
        if (route?.service !== service) continue;
        const shown = route.credential === 'none' ? item : eachOperation(item, withToken);
        // A part of it that is none, such as two dots, is nowhere.
        paths[path] = path.includes('{') ? eachOperation(shown, withNotFound) : shown;
      }
      components = mergedComponents(components, at(document, 'components'));
    }
    const securitySchemes = { [SCHEME]: { type: 'http', scheme: 'bearer' } };
    return { openapi: '3.1.0', info: TITLE, paths, components: { ...components, securitySchemes } };
  }
}

function eachOperation(item: unknown, change: (operation: Json) => Json): Json {
  const operations = Object.entries(Object(item)).map(([method, operation]) => [
    method,
    change({ ...Object(operation) }),
  ]);
  return Object.fromEntries(operations);
}

function withToken(operation: Json): Json {
  return { ...operation, security: [{ [SCHEME]: [] }] };
}

const PROBLEM = { 'application/json': { schema: { $ref: '#/components/schemas/Problem' } } };
const NOT_FOUND = { '404': { description: 'why there is no answer', content: PROBLEM } };

function withNotFound(operation: Json): Json {
  return { ...operation, responses: { ...NOT_FOUND, ...at(operation, 'responses') } };
}

function mergedComponents(one: Json, other: Json): Json {
  const kinds = new Set([...Object.keys(one), ...Object.keys(other)]);
  return Object.fromEntries([...kinds].map((kind) => [kind, { ...at(one, kind), ...at(other, kind) }]));
}

function at(document: Json, key: string): Json {
  const value = document[key];
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

function objectOf(text: string): Json | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}
