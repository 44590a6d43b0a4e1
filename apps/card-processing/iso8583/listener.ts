// Where card networks connect: TCP, with TLS where a certificate is given. Knows nothing of what the messages say.
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { createServer as createSecureServer } from 'node:tls';
import type { Time } from '@tallystick/transport';
import { Link, type LinkEnd, type LinkLimits } from './link.js';

export interface ListenerOptions {
  readonly host: string;
  /** 0 for any free one. */
  readonly port: number;
  /** Connections at once; more are closed at once. */
  readonly connectionsMax: number;
  readonly limits: LinkLimits;
  /** PEM. With `ca`, the other side must show a certificate that it signed. */
  readonly tls?: { readonly cert: string; readonly key: string; readonly ca?: string } | undefined;
}

export interface ListenerPorts {
  readonly time: Time;
  /** Answers one message of one link; never rejects. */
  readonly answer: (message: Buffer) => Promise<Buffer | undefined> | Buffer | undefined;
  /** What is said to every link before it is ended on our side; undefined for nothing. */
  readonly farewell: () => Buffer | undefined;
  readonly onLink?: () => void;
  readonly onEnd?: (end: LinkEnd | 'refused') => void;
}

const SLOW_CHECK_MS = 1_000;

export class Listener {
  readonly #links = new Set<Link>();
  readonly #server: Server;
  #stopChecking: (() => void) | undefined;

  constructor(
    private readonly options: ListenerOptions,
    private readonly ports: ListenerPorts,
  ) {
    const { tls } = options;
    const accept = (socket: Socket) => this.#accept(socket);
    this.#server =
      tls === undefined
        ? createServer({ allowHalfOpen: true, noDelay: true }, accept)
        : createSecureServer({ ...tls, allowHalfOpen: true, requestCert: tls.ca !== undefined }, accept);
    // A handshake that fails concerns its own connection alone.
    this.#server.on('tlsClientError', (_error: unknown, socket: Socket) => socket.destroy());
    this.#server.maxConnections = options.connectionsMax;
    this.#server.on('drop', () => ports.onEnd?.('refused'));
  }

  /** Links that are open. */
  get links(): number {
    return this.#links.size;
  }

  /** Messages being answered. */
  get inFlight(): number {
    let count = 0;
    for (const link of this.#links) count += link.inFlight;
    return count;
  }

  /** Resolves with the port once it is listened on. @throws where the port is taken */
  async listen(): Promise<number> {
    const { host, port } = this.options;
    await new Promise<void>((resolve, reject) => {
      const fail = (error: NodeJS.ErrnoException) =>
        reject(
          error.code === 'EADDRINUSE' ? new Error(`port ${port} for card networks is taken`, { cause: error }) : error,
        );
      this.#server.once('error', fail);
      this.#server.listen({ host, port, backlog: 1_024 }, () => {
        this.#server.off('error', fail);
        resolve();
      });
    });
    this.#stopChecking = this.ports.time.every(SLOW_CHECK_MS, () => {
      for (const link of this.#links) link.checkSlow();
    });
    // Listening on TCP: never the text of a pipe's path.
    return (this.#server.address() as AddressInfo).port;
  }

  /** Takes no new links, says farewell, lets what is in flight be answered, and closes; at once where the signal is aborted. */
  async close(signal?: AbortSignal): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    const farewell = this.ports.farewell();
    const abandon = () => {
      for (const link of this.#links) link.destroy();
    };
    signal?.addEventListener('abort', abandon, { once: true });
    if (signal?.aborted) abandon();
    await Promise.all(
      [...this.#links].map((link) => {
        if (farewell !== undefined) link.send(farewell);
        return link.drained();
      }),
    );
    await closed;
    signal?.removeEventListener('abort', abandon);
    this.#stopChecking?.();
  }

  #accept(socket: Socket): void {
    const { time, answer, onLink, onEnd } = this.ports;
    const link = new Link({
      socket,
      limits: this.options.limits,
      now: () => time.now(),
      answer,
      onEnd: (end) => {
        this.#links.delete(link);
        onEnd?.(end);
      },
    });
    this.#links.add(link);
    onLink?.();
  }
}
