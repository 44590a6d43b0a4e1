import { createServer, type Server } from 'node:net';
import type { Time } from '../time.js';
import type { ReaderLimits } from './message-reader.js';
import { type Respond, ServerConnection } from './server-connection.js';

export interface ListenerOptions {
  readonly host: string;
  /** 0 for any free one. */
  readonly port: number;
  readonly limits: ReaderLimits;
  readonly arrivalMs: number;
  readonly unaskedConnectionMs: number;
  readonly respond: Respond;
  readonly report: (error: unknown) => void;
  readonly time: Time;
}

const SWEPT_EVERY_MS = 1_000;
const FIRST_KEEP_ALIVE_PROBE_MS = 10_000;

/** The internal port: contract calls only, apart from the port for the public. */
export class Listener {
  private readonly connections = new Set<ServerConnection>();
  private server: Server | undefined;
  private stopSweeping: (() => void) | undefined;
  private closing = false;

  constructor(private readonly options: ListenerOptions) {}

  /** @returns the address, such as `http://127.0.0.1:9100`. @throws Error where it can't be listened on, or is already */
  async listen(): Promise<string> {
    if (this.server !== undefined) throw new Error('the internal port is open already');
    const { host, port, time, arrivalMs, unaskedConnectionMs } = this.options;
    const server = createServer({
      noDelay: true,
      keepAlive: true,
      keepAliveInitialDelay: FIRST_KEEP_ALIVE_PROBE_MS,
    });
    this.server = server;
    server.on('connection', (socket) => {
      const { limits, respond } = this.options;
      const connection = new ServerConnection(socket, limits, respond, () => time.now());
      this.connections.add(connection);
      socket.once('close', () => this.connections.delete(connection));
      if (this.closing) connection.end();
    });
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, host, () => {
        server.off('error', reject).on('error', this.options.report);
        resolve();
      });
    });
    this.stopSweeping = time.every(SWEPT_EVERY_MS, () => {
      for (const connection of this.connections) connection.sweep(arrivalMs, unaskedConnectionMs);
    });
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('the internal port has no address');
    return `http://${address.family === 'IPv6' ? `[${address.address}]` : address.address}:${address.port}`;
  }

  /** Takes no more connections, answers what is under way, and resolves when the last connection is closed. */
  async close(): Promise<void> {
    const { server } = this;
    this.closing = true;
    this.stopSweeping?.();
    if (server === undefined || !server.listening) return;
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    for (const connection of this.connections) connection.end();
    await closed;
  }
}
