import { once } from 'node:events';
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import { CallFailed } from '../call-failed.js';
import type { CallScope } from '../call-scope.js';
import { type Answer, failureAnswer } from './failure-answers.js';

/** A request that has arrived as a whole. */
export interface Received {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** Answers one request; never rejects. `begun` is given the scope to cancel when the caller goes. */
export type Respond = (received: Received, begun: (scope: CallScope) => void) => Answer | Promise<Answer>;

export interface ListenerOptions {
  readonly host: string;
  /** 0 for any free one. */
  readonly port: number;
  readonly headBytesMax: number;
  readonly requestBytesMax: number;
  readonly arrivalMs: number;
  readonly unaskedConnectionMs: number;
  readonly respond: Respond;
  readonly report: (error: unknown) => void;
}

const CHECKED_EVERY_MS = 1_000;
const FIRST_KEEP_ALIVE_PROBE_MS = 10_000;
const TOO_LARGE = failureAnswer(
  new CallFailed({ code: 'bad_request.body_too_large', message: 'the body is too large', retryable: false }),
  413,
);

/** The internal port: contract calls only, apart from the port for the public. */
export class Listener {
  private readonly server: Server;
  private underWay = 0;
  private closing = false;

  constructor(private readonly options: ListenerOptions) {
    const { headBytesMax, arrivalMs, unaskedConnectionMs } = options;
    this.server = createServer(
      {
        noDelay: true,
        keepAlive: true,
        keepAliveInitialDelay: FIRST_KEEP_ALIVE_PROBE_MS,
        keepAliveTimeout: unaskedConnectionMs,
        maxHeaderSize: headBytesMax,
        headersTimeout: arrivalMs,
        requestTimeout: arrivalMs,
        connectionsCheckingInterval: CHECKED_EVERY_MS,
      },
      (request, response) => this.receive(request, response),
    );
  }

  /** @returns the address, such as `http://127.0.0.1:9100`. @throws Error where it can't be listened on, or is already */
  async listen(): Promise<string> {
    const { host, port, report } = this.options;
    this.server.listen(port, host);
    await once(this.server, 'listening');
    this.server.on('error', report);
    const address = this.server.address();
    if (address === null || typeof address === 'string') throw new Error('the internal port has no address');
    return `http://${address.family === 'IPv6' ? `[${address.address}]` : address.address}:${address.port}`;
  }

  /** Takes no more connections, answers what is under way, and resolves when the last connection is closed. */
  async close(): Promise<void> {
    this.closing = true;
    if (!this.server.listening) return;
    const closed = new Promise<void>((resolve) => this.server.close(() => resolve()));
    if (this.underWay === 0) this.server.closeAllConnections();
    await closed;
  }

  private receive(request: IncomingMessage, response: ServerResponse): void {
    const { requestBytesMax } = this.options;
    const parts: Buffer[] = [];
    let bytes = 0;
    request.on('data', (part: Buffer) => {
      bytes += part.length;
      // The rest is read and forgotten, or its sender would not see why it is refused.
      if (bytes <= requestBytesMax) parts.push(part);
    });
    request.once('end', () => {
      if (bytes > requestBytesMax) return this.write(response, TOO_LARGE);
      const { method = '', url: path = '', headers } = request;
      this.serve({ method, path, headers, body: Buffer.concat(parts) }, response);
    });
  }

  private serve(received: Received, response: ServerResponse): void {
    let scope: CallScope | undefined;
    const finish = (answer: Answer) => {
      scope = undefined;
      this.write(response, answer);
    };
    this.underWay++;
    // Where the caller goes this comes before the answer, else once the answer was handed to the network.
    response.once('close', () => {
      this.underWay--;
      scope?.cancel();
      if (this.closing && this.underWay === 0) this.server.closeAllConnections();
    });
    const answer = this.options.respond(received, (begun) => {
      scope = begun;
    });
    if (answer instanceof Promise) void answer.then(finish);
    else finish(answer);
  }

  private write(response: ServerResponse, { status, body }: Answer): void {
    if (response.destroyed) return;
    if (this.closing) response.shouldKeepAlive = false;
    if (body.length === 0) {
      response.writeHead(status).end();
      return;
    }
    response.writeHead(status, ['content-type', 'application/json', 'content-length', String(body.length)]).end(body);
  }
}
