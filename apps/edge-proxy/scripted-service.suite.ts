// A service behind the edge that does as a spec says, and remembers what it was asked.
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Seen {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

export type Script = (request: IncomingMessage, response: ServerResponse, seen: Seen) => void;

const ANSWER: Script = (_request, response, { method, url }) => {
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ method, url }));
};

export class ScriptedService {
  readonly seen: Seen[] = [];
  script: Script;
  private constructor(
    private readonly server: Server,
    readonly url: string,
    script: Script,
  ) {
    this.script = script;
  }

  /** @param readsBodies false: it answers before it has read anything */
  static async start(script: Script = ANSWER, readsBodies = true): Promise<ScriptedService> {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const service = new ScriptedService(server, `http://127.0.0.1:${(server.address() as AddressInfo).port}`, script); // it listens on TCP
    server.on('request', (request, response) => void service.receive(request, response, readsBodies));
    return service;
  }

  /** The last request. */
  get last(): Seen | undefined {
    return this.seen.at(-1);
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async receive(request: IncomingMessage, response: ServerResponse, readsBodies: boolean): Promise<void> {
    const parts: Buffer[] = [];
    try {
      if (readsBodies) for await (const part of request) parts.push(part);
    } catch {
      // The other side broke off.
    }
    const { method = '', url = '', headers } = request;
    const seen = { method, url, headers, body: Buffer.concat(parts).toString() };
    this.seen.push(seen);
    this.script(request, response, seen);
  }
}
