import { connect, type Socket } from 'node:net';
import { type Head, MessageReader, type ReaderLimits } from './message-reader.js';
import { ProtocolError } from './protocol-error.js';
import { writeMessage } from './written-message.js';

export interface Endpoint {
  readonly host: string;
  readonly port: number;
}

/** One request on its way, as far as connections are concerned. */
export interface Exchange {
  /** Ends with the empty line. Latin1. */
  readonly head: string;
  readonly body: Uint8Array;
  /** The pool's note of what carries it; undefined while it waits. */
  connection: Connection | undefined;
  answered(status: number, body: Buffer): void;
  /** @param sent whether anything of the request may have reached the other side */
  lost(error: Error, sent: boolean): void;
}

export interface ConnectionOwner {
  opened(connection: Connection): void;
  /** Its request was answered, and it can take another. */
  free(connection: Connection): void;
  /** @param opened false where it never was a connection */
  closed(connection: Connection, opened: boolean, error: Error): void;
}

const CLOSED = new Error('the connection was closed');
const FIRST_KEEP_ALIVE_PROBE_MS = 10_000;

/** One connection to an instance, with at most one request on it. */
export class Connection {
  private readonly socket: Socket;
  private readonly reader: MessageReader;
  private exchange: Exchange | undefined;
  private answer: { readonly head: Head; readonly body: Buffer } | undefined;
  private opened = false;
  private ended = false;
  private error: Error = CLOSED;

  constructor(
    endpoint: Endpoint,
    limits: ReaderLimits,
    private readonly owner: ConnectionOwner,
    /** When it began to connect, or was last free. */
    public sinceMs: number,
  ) {
    this.reader = new MessageReader('answers', limits, (head, body) => this.keep(head, body));
    this.socket = connect({
      ...endpoint,
      noDelay: true,
      keepAlive: true,
      keepAliveInitialDelay: FIRST_KEEP_ALIVE_PROBE_MS,
    });
    this.socket
      .once('connect', () => {
        this.opened = true;
        if (!this.ended) this.owner.opened(this);
      })
      .on('data', (bytes: Buffer) => this.take(bytes))
      .on('error', (error) => {
        this.error = error;
      })
      // An answer that ends with its connection has no length, and is not taken.
      .once('end', () => this.destroy(CLOSED))
      .once('close', () => this.closed());
  }

  isConnecting(): boolean {
    return !this.opened && !this.ended;
  }

  send(exchange: Exchange): void {
    this.exchange = exchange;
    exchange.connection = this;
    writeMessage(this.socket, exchange.head, exchange.body);
  }

  /** Closes without telling the exchange, which no longer waits. */
  giveUp(reason: Error): void {
    this.exchange = undefined;
    this.destroy(reason);
  }

  destroy(error: Error): void {
    if (this.ended) return;
    this.ended = true;
    this.error = error;
    this.socket.destroy();
  }

  private take(bytes: Buffer): void {
    // What comes after a connection was given up answers nobody.
    if (this.ended) return;
    try {
      this.reader.take(bytes);
    } catch (thrown) {
      this.destroy(thrown instanceof Error ? thrown : new Error('an answer can not be read', { cause: thrown }));
      return;
    }
    if (this.answer !== undefined) this.pass(this.answer);
  }

  private keep(head: Head, body: Buffer): void {
    if (head.start.startsWith('HTTP/1.1 1')) return;
    if (this.exchange === undefined || this.answer !== undefined)
      throw new ProtocolError(400, 'an answer to no request');
    this.answer = { head, body };
  }

  private pass({ head: { start, headers }, body }: { readonly head: Head; readonly body: Buffer }): void {
    const { exchange } = this;
    this.exchange = undefined;
    this.answer = undefined;
    // More bytes than the answer has would be taken for the next one's.
    const last =
      this.reader.isWithinMessage() ||
      start.startsWith('HTTP/1.0') ||
      headers.get('connection')?.toLowerCase() === 'close';
    if (last) this.destroy(CLOSED);
    else this.owner.free(this);
    exchange?.answered(Number(start.slice(9, 12)), body);
  }

  private closed(): void {
    this.ended = true;
    const { exchange } = this;
    this.exchange = undefined;
    this.owner.closed(this, this.opened, this.error);
    exchange?.lost(this.error, true);
  }
}
