import { connect, createServer, type Server, type Socket } from 'node:net';

/** The network in front of one instance: it can be cut, as when a process dies, or fall silent, as when one hangs. */
export class CuttablePath {
  private readonly sockets = new Set<Socket>();
  private server: Server | undefined;
  private silent = false;
  private port = 0;
  private callers = 0;

  private constructor(private readonly target: URL) {}

  static async to(url: string): Promise<CuttablePath> {
    const path = new CuttablePath(new URL(url));
    await path.restore();
    return path;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** How many connections callers hold. */
  connections(): number {
    return this.sockets.size / 2;
  }

  /** How many connections callers have made. */
  taken(): number {
    return this.callers;
  }

  /** Connections are reset, and new ones refused. */
  async cut(): Promise<void> {
    const { server } = this;
    if (server === undefined) return;
    this.server = undefined;
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    for (const socket of this.sockets) socket.resetAndDestroy();
    await closed;
  }

  /** Takes connections and requests, and passes nothing on. */
  fallSilent(): void {
    this.silent = true;
    for (const socket of this.sockets) socket.pause();
  }

  async restore(): Promise<void> {
    this.silent = false;
    for (const socket of this.sockets) socket.resume();
    if (this.server !== undefined) return;
    const server = createServer((caller) => this.relay(caller));
    this.server = server;
    await new Promise<void>((resolve) => server.listen(this.port, '127.0.0.1', resolve));
    const address = server.address();
    if (address !== null && typeof address === 'object') this.port = address.port;
  }

  private relay(caller: Socket): void {
    this.callers++;
    const instance = connect(Number(this.target.port), this.target.hostname);
    const pair: readonly (readonly [Socket, Socket])[] = [
      [caller, instance],
      [instance, caller],
    ];
    for (const [from, to] of pair) {
      this.sockets.add(from);
      from
        .on('data', (bytes) => to.write(bytes))
        .on('error', () => undefined)
        .once('close', () => {
          this.sockets.delete(from);
          to.destroy();
        });
      if (this.silent) from.pause();
    }
  }
}
