// A small schema registry that speaks Confluent's API, in memory.
import { createServer, type IncomingMessage } from 'node:http';

export class RegistryUnderTest {
  /** Subject to its schemas, in order. */
  readonly subjects = new Map<string, string[]>();
  readonly compatibility = new Map<string, string>();
  /** Subjects whose next schema is refused as incompatible. */
  readonly incompatible = new Set<string>();
  /** Keeps its own mind on compatibility. */
  stubborn = false;
  readonly #ids = new Map<string, number>();
  readonly #server = createServer(async (request, response) => {
    const [status, body] = this.#answer(request.method ?? '', request.url ?? '', await bodyOf(request));
    response.writeHead(status, { 'content-type': 'application/vnd.schemaregistry.v1+json' }).end(JSON.stringify(body));
  });

  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('it listens on a port');
    return `http://127.0.0.1:${address.port}`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #answer(method: string, url: string, body: Readonly<Record<string, string>>): [status: number, body: object] {
    const [, kind, subject = ''] = url.split('/');
    if (kind === 'config' && method === 'PUT') {
      this.compatibility.set(subject, this.stubborn ? 'NONE' : (body.compatibility ?? ''));
      return [200, body];
    }
    if (kind === 'config') return [200, { compatibilityLevel: this.compatibility.get(subject) ?? 'NONE' }];
    if (this.incompatible.has(subject)) return [409, { error_code: 409, message: 'incompatible' }];
    const schemas = this.subjects.get(subject) ?? [];
    const schema = body.schema ?? '';
    if (!schemas.includes(schema)) this.subjects.set(subject, [...schemas, schema]);
    const id = this.#ids.get(schema) ?? this.#ids.size + 1;
    this.#ids.set(schema, id);
    return [200, { id }];
  }
}

async function bodyOf(request: IncomingMessage): Promise<Readonly<Record<string, string>>> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return chunks.length === 0 ? {} : JSON.parse(Buffer.concat(chunks).toString());
}
