// Services of the bank in processes of their own, as people run them, each test on topics, keyspaces and a journal of its own. `tsc -b`
// (npm test does it) comes first.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { accepts, freePorts, NodeProcess } from '@tallystick/servers';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const STANDIN = join(ROOT, 'packages/journal/eventstoredb/standin/dist/main.js');
const HOST = '127.0.0.1';
const WAIT_MS = 150_000;
const POLL_MS = 20;

export type Configuration = Readonly<Record<string, object>>;

/** Asks again and again until there is something. @throws after a while, with what is known then */
export async function until<T>(
  what: string,
  look: () => Promise<T | undefined> | T | undefined,
  known: () => string = () => '',
): Promise<T> {
  const giveUp = Date.now() + WAIT_MS;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (Date.now() > giveUp) throw new Error(`${what}: not within ${WAIT_MS} ms\n${known()}`);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

export class RunningService {
  /** What it has written so far. */
  log = '';

  constructor(
    readonly url: string,
    readonly rpcUrl: string,
    readonly process: ChildProcess,
  ) {
    for (const output of [process.stdout, process.stderr])
      output?.setEncoding('utf8').on('data', (text: string) => {
        this.log += text;
      });
  }

  /** Of `/health/ready`, or 0 where nobody answers. */
  async ready(): Promise<{ readonly status: number; readonly text: string }> {
    return this.ask('/health/ready');
  }

  async ask(path: string): Promise<{ readonly status: number; readonly text: string }> {
    try {
      const response = await fetch(this.url + path);
      return { status: response.status, text: await response.text() };
    } catch {
      return { status: 0, text: '' };
    }
  }

  isReady(): Promise<true> {
    return until(
      'it is ready',
      async () => {
        if (this.process.exitCode !== null) throw new Error(`it ended: ${this.log}`);
        return (await this.ready()).status === 200 ? true : undefined;
      },
      () => this.log,
    );
  }

  says(sentence: string | RegExp): Promise<true> {
    const isSaid = () => (typeof sentence === 'string' ? this.log.includes(sentence) : sentence.test(this.log));
    return until(
      `it says "${sentence}"`,
      () => (isSaid() ? true : undefined),
      () => this.log,
    );
  }

  /** How many of its lines say so. */
  times(text: string): number {
    return this.log.split('\n').filter((line) => line.includes(text)).length;
  }

  async end(signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM'): Promise<number | null> {
    if (this.process.exitCode !== null || this.process.signalCode !== null) return this.process.exitCode;
    const ended = once(this.process, 'exit');
    this.process.kill(signal);
    await ended;
    return this.process.exitCode;
  }
}

export interface StandInOptions {
  readonly port: number;
  /** More for its command line. */
  readonly args?: readonly string[];
}

export class Services {
  readonly folder = mkdtempSync(join(tmpdir(), 'services-'));
  readonly configFile = join(this.folder, 'cluster.json');
  private readonly ending: (() => Promise<unknown>)[] = [];

  /** Writes the one file that all services and commands read. */
  configure(configuration: Configuration): void {
    const secrets = { file: join(this.folder, 'secrets.json') };
    writeFileSync(this.configFile, JSON.stringify({ secrets, ...configuration }));
  }

  /** A service's ports, ahead of its start: others call it there. */
  async ports(): Promise<{ readonly port: number; readonly rpcPort: number }> {
    const [port = 0, rpcPort = 0] = await freePorts(2);
    return { port, rpcPort };
  }

  async start(app: string, given?: { readonly port: number; readonly rpcPort: number }): Promise<RunningService> {
    const { port, rpcPort } = given ?? (await this.ports());
    const env = {
      ...process.env,
      NODE_OPTIONS: '',
      TALLYSTICK_CONFIG: this.configFile,
      TALLYSTICK_HTTP_PORT: String(port),
      TALLYSTICK_RPC_PORT: String(rpcPort),
    };
    const main = join(ROOT, `dist/apps/${app}/main.js`);
    const child = spawn(process.execPath, [main], { env, stdio: ['ignore', 'pipe', 'pipe'] });
    const service = new RunningService(`http://${HOST}:${port}`, `http://${HOST}:${rpcPort}`, child);
    this.ending.push(() => service.end('SIGKILL'));
    return service;
  }

  /** The journal's stand-in, not yet started. */
  standIn({ port, args = [] }: StandInOptions): NodeProcess {
    const standIn = new NodeProcess({
      name: "the journal's stand-in",
      args: [STANDIN, '--file', join(this.folder, 'journal.log'), '--port', String(port), ...args],
      environment: { NODE_OPTIONS: '' },
      logFile: join(this.folder, 'standin.log'),
      isReady: () => accepts(HOST, port),
      startPatienceMs: WAIT_MS,
    });
    this.ending.push(() => standIn.kill());
    return standIn;
  }

  /** A way to a server that can be closed and opened. */
  async wire(to: string): Promise<Wire> {
    const [port = 0] = await freePorts(1);
    const wire = new Wire(port, to);
    this.ending.push(() => wire.close());
    return wire;
  }

  async dispose(): Promise<void> {
    for (const end of this.ending.reverse()) await end();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Closed at first: nobody listens there. */
export class Wire {
  private readonly sockets = new Set<Socket>();
  private readonly server = createServer((client) => this.join(client));
  private isOpen = false;

  constructor(
    private readonly port: number,
    private readonly to: string,
  ) {}

  get address(): string {
    return `${HOST}:${this.port}`;
  }

  async open(): Promise<void> {
    this.server.listen(this.port, HOST);
    await once(this.server, 'listening');
    this.isOpen = true;
  }

  async close(): Promise<void> {
    if (!this.isOpen) return;
    this.isOpen = false;
    const closed = once(this.server, 'close');
    this.server.close();
    for (const socket of this.sockets) socket.destroy();
    await closed;
  }

  private join(client: Socket): void {
    const [host = '', port = ''] = this.to.split(':');
    const server = connect({ host, port: Number(port) });
    for (const [one, other] of [
      [client, server],
      [server, client],
    ] as const) {
      this.sockets.add(one);
      one.on('error', () => other.destroy()).on('data', (data) => other.write(data));
      one.on('close', () => {
        this.sockets.delete(one);
        other.destroy();
      });
    }
  }
}
