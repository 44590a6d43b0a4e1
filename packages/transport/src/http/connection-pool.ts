import { Connection, type ConnectionOwner, type Endpoint, type Exchange } from './connection.js';
import type { ReaderLimits } from './message-reader.js';

export interface PoolOptions {
  readonly endpoint: Endpoint;
  readonly limits: ReaderLimits;
  readonly connectionsMax: number;
  readonly connectTimeoutMs: number;
  readonly unusedConnectionMs: number;
  readonly now: () => number;
}

/** The connections to one instance, kept open between calls. The one used last is used next, so that those too many fall idle. */
export class ConnectionPool implements ConnectionOwner {
  private readonly connections = new Set<Connection>();
  private unused: Connection[] = [];
  private readonly waiting = new Set<Exchange>();
  private connecting = 0;

  constructor(private readonly options: PoolOptions) {}

  /** Connections that there are, those being made included. */
  size(): number {
    return this.connections.size;
  }

  send(exchange: Exchange): void {
    const connection = this.unused.pop();
    if (connection !== undefined) return connection.send(exchange);
    this.waiting.add(exchange);
    this.openForWaiting();
  }

  /** The exchange is told nothing more. Its connection closes, which is how the other side learns of it. */
  cancel(exchange: Exchange, reason: Error): void {
    if (!this.waiting.delete(exchange)) exchange.connection?.giveUp(reason);
  }

  opened(connection: Connection): void {
    this.connecting--;
    this.free(connection);
  }

  free(connection: Connection): void {
    for (const next of this.waiting) {
      this.waiting.delete(next);
      return connection.send(next);
    }
    connection.sinceMs = this.options.now();
    this.unused.push(connection);
  }

  closed(connection: Connection, opened: boolean, error: Error): void {
    this.connections.delete(connection);
    this.unused = this.unused.filter((other) => other !== connection);
    if (opened) return this.openForWaiting();
    this.connecting--;
    // The others may still get a connection, as long as one is left that opens or is open.
    const unserved = this.waiting.size - this.connecting;
    this.loseWaiting(error, this.connections.size === 0 ? unserved : Math.min(1, unserved));
  }

  /** Closes connections that took too long to open, or that nobody needed for long. */
  sweep(): void {
    const { connectTimeoutMs, unusedConnectionMs, now } = this.options;
    const nowMs = now();
    for (const connection of this.connections) {
      if (connection.isConnecting() && nowMs - connection.sinceMs >= connectTimeoutMs) {
        connection.destroy(new Error(`no connection within ${connectTimeoutMs} ms`));
      }
    }
    for (const connection of this.unused) {
      if (nowMs - connection.sinceMs >= unusedConnectionMs) connection.destroy(new Error('unused'));
    }
  }

  /** Closes every connection: what is on its way is lost. */
  destroy(reason: Error): void {
    this.loseWaiting(reason, this.waiting.size);
    for (const connection of this.connections) connection.destroy(reason);
  }

  private openForWaiting(): void {
    const { endpoint, limits, connectionsMax, now } = this.options;
    if (this.connecting >= this.waiting.size || this.connections.size >= connectionsMax) return;
    this.connecting++;
    this.connections.add(new Connection(endpoint, limits, this, now()));
  }

  /** The oldest first. */
  private loseWaiting(error: Error, count: number): void {
    const lost = [...this.waiting].slice(0, Math.max(0, count));
    for (const exchange of lost) this.waiting.delete(exchange);
    for (const exchange of lost) exchange.lost(error, false);
  }
}
