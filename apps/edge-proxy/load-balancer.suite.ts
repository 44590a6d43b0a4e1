// A plain load balancer over HTTP: each in turn of those that say that they are ready; a read that got no answer goes to another.
import { once } from 'node:events';
import { Agent, createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

const CHECKED_EVERY_MS = 50;

class Backend {
  readonly agent = new Agent({ keepAlive: true });
  isReady = false;
  constructor(readonly url: string) {}

  async check(): Promise<void> {
    try {
      const answer = await fetch(`${this.url}/health/ready`, { signal: AbortSignal.timeout(1_000) });
      await answer.arrayBuffer();
      this.isReady = answer.ok;
    } catch {
      this.isReady = false;
    }
  }
}

export class LoadBalancer {
  private readonly backends: Backend[];
  private readonly timer: NodeJS.Timeout;
  private turn = 0;

  private constructor(
    private readonly server: Server,
    readonly url: string,
    backends: readonly string[],
  ) {
    this.backends = backends.map((backend) => new Backend(backend));
    this.timer = setInterval(() => void this.check(), CHECKED_EVERY_MS);
  }

  static async start(backends: readonly string[]): Promise<LoadBalancer> {
    const server = createServer({ keepAlive: true });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const balancer = new LoadBalancer(server, `http://127.0.0.1:${(server.address() as AddressInfo).port}`, backends); // it listens on TCP
    await balancer.check();
    server.on('request', (asked, response) => void balancer.pass(asked, response));
    return balancer;
  }

  add(url: string): void {
    this.backends.push(new Backend(url));
  }

  async stop(): Promise<void> {
    clearInterval(this.timer);
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
    for (const { agent } of this.backends) agent.destroy();
  }

  async check(): Promise<void> {
    await Promise.all(this.backends.map((backend) => backend.check()));
  }

  private async pass(asked: IncomingMessage, response: ServerResponse): Promise<void> {
    const parts: Buffer[] = [];
    for await (const part of asked) parts.push(part);
    const body = Buffer.concat(parts);
    const tried: Backend[] = [];
    for (let next = this.next(tried); next !== undefined; next = this.next(tried)) {
      tried.push(next);
      try {
        const answer = await this.send(next, asked, body);
        response.writeHead(answer.statusCode ?? 502, { ...answer.headers, connection: 'keep-alive' });
        answer.pipe(response);
        answer.once('error', () => response.destroy());
        return;
      } catch (error) {
        const refused = error instanceof Error && Reflect.get(error, 'code') === 'ECONNREFUSED';
        if (!refused && asked.method !== 'GET') break;
      }
    }
    response.writeHead(502).end('{}');
  }

  private next(tried: readonly Backend[]): Backend | undefined {
    const ready = this.backends.filter((backend) => backend.isReady && !tried.includes(backend));
    return ready[this.turn++ % Math.max(1, ready.length)];
  }

  private send({ url, agent }: Backend, { method, url: path, headers }: IncomingMessage, body: Buffer) {
    return new Promise<IncomingMessage>((resolve, reject) => {
      const sent = request(url + path, { method, headers, agent }, resolve);
      sent.once('error', reject);
      sent.end(body);
    });
  }
}
