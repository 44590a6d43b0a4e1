// Receivers of webhooks as there are out there, on this machine.
import { createHmac, timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Received {
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly text: string;
  // A spec knows what it is sent.
  readonly body: { readonly type: string; readonly data: Readonly<Record<string, unknown>> };
}

export type Behaviour = (request: Received, response: ServerResponse, nth: number) => void;

export const answers =
  (status: number, body = '{}'): Behaviour =>
  (_, response) =>
    void response.writeHead(status, { 'content-type': 'application/json' }).end(body);
export const hangs: Behaviour = () => {};
export const closes: Behaviour = (_, response) => void response.destroy();
export const redirectsTo =
  (location: string): Behaviour =>
  (_, response) =>
    void response.writeHead(302, { location }).end();
/** An answer without an end. */
export const drips: Behaviour = (_, response) => {
  response.writeHead(200);
  const timer = setInterval(() => response.write('x'.repeat(1_000)), 1);
  response.on('close', () => clearInterval(timer));
  response.on('error', () => clearInterval(timer));
};

export class Receiver {
  readonly received: Received[] = [];
  private readonly server = createServer((request, response) => void this.take(request, response));

  private constructor(public behaviour: Behaviour) {}

  static async start(behaviour: Behaviour = answers(200), port = 0): Promise<Receiver> {
    const receiver = new Receiver(behaviour);
    receiver.server.listen(port, '127.0.0.1');
    await once(receiver.server, 'listening');
    return receiver;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}/hook`;
  }

  /** How many are connected. */
  connections(): Promise<number> {
    return new Promise((resolve, reject) => {
      this.server.getConnections((error, count) => (error === null ? resolve(count) : reject(error)));
    });
  }

  async stop(): Promise<void> {
    const closed = once(this.server, 'close');
    this.server.close();
    this.server.closeAllConnections();
    await closed;
  }

  private async take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let text = '';
    for await (const chunk of request.setEncoding('utf8')) text += chunk;
    const received = { path: request.url ?? '', headers: request.headers, text, body: JSON.parse(text) };
    this.received.push(received);
    this.behaviour(received, response, this.received.length);
  }
}

/** As the libraries of Standard Webhooks check it, the time apart. */
export function isSigned({ headers, text }: Received, secret: string): boolean {
  const key = Buffer.from(secret.replace('whsec_', ''), 'base64');
  const content = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${text}`;
  const expected = Buffer.from(createHmac('sha256', key).update(content).digest('base64'));
  return String(headers['webhook-signature'])
    .split(' ')
    .some((signature) => {
      const given = Buffer.from(signature.replace(/^v1,/, ''));
      return given.length === expected.length && timingSafeEqual(given, expected);
    });
}
