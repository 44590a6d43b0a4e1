// Java on this machine, and the processes that are started with it.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';

const JAVA_NEEDED = 17;
const STOP_PATIENCE_MS = 30_000;
const POLL_MS = 50;
const LOG_KEPT = 64 * 1024;

/** A server process that can be killed and started again with the same ports and data. */
export interface Server {
  readonly pid: number;
  /** SIGKILL; resolves when the process is gone. */
  kill(): Promise<void>;
  /** SIGTERM, and SIGKILL where that takes half a minute; resolves when the process is gone. */
  stop(): Promise<void>;
  /** Again, after `kill` or `stop`; resolves when it is ready. */
  start(): Promise<void>;
  /** The end of what it printed. */
  log(): string;
}

/** Why no Java server can be started here, as one clause; undefined where it can. */
export function javaProblem(): string | undefined {
  const { status, stderr, error } = spawnSync(javaCommand(), ['-version'], { encoding: 'utf8' });
  if (error !== undefined || status !== 0) return `Java ${JAVA_NEEDED} is not installed`;
  const version = Number(/version "(\d+)/.exec(stderr)?.[1] ?? 0);
  return version >= JAVA_NEEDED ? undefined : `Java ${version} is too old (${JAVA_NEEDED} is needed)`;
}

export function javaCommand(): string {
  const home = process.env.JAVA_HOME;
  return home === undefined || home === '' ? 'java' : `${home}/bin/java`;
}

/** Runs a Java program to its end. @throws with what it printed where it fails */
export function runJava(args: readonly string[], cwd: string): void {
  const { status, stdout, stderr } = spawnSync(javaCommand(), args, { cwd, encoding: 'utf8' });
  if (status !== 0) throw new Error(`java ${args.at(-1)} failed:\n${stdout}${stderr}`);
}

export interface JavaProcessOptions {
  /** For messages. */
  readonly name: string;
  readonly args: readonly string[];
  readonly cwd: string;
  /** Whether the server can be used; asked again and again, with what it printed so far. */
  readonly isReady: (printed: string) => boolean | Promise<boolean>;
  readonly startPatienceMs: number;
}

export class JavaProcess implements Server {
  #child: ChildProcess | undefined;
  #printed = '';

  constructor(private readonly options: JavaProcessOptions) {}

  get pid(): number {
    const pid = this.#child?.pid;
    if (pid === undefined) throw new Error(`${this.options.name} does not run`);
    return pid;
  }

  log(): string {
    return this.#printed;
  }

  async start(): Promise<void> {
    if (this.#child !== undefined) throw new Error(`${this.options.name} runs already`);
    const { name, args, cwd, isReady, startPatienceMs } = this.options;
    this.#printed = '';
    const child = spawn(javaCommand(), args, { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
    this.#child = child;
    child.on('error', (error) => this.#print(`${error.message}\n`));
    child.once('exit', () => {
      if (this.#child === child) this.#child = undefined;
    });
    for (const output of [child.stdout, child.stderr]) output.on('data', (data: Buffer) => this.#print(String(data)));
    const until = Date.now() + startPatienceMs;
    while (!(await isReady(this.#printed))) {
      if (this.#child !== child) throw new Error(`${name} ended while it started:\n${this.#printed}`);
      if (Date.now() > until) {
        await this.kill();
        throw new Error(`${name} was not ready in ${startPatienceMs} ms:\n${this.#printed}`);
      }
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  }

  async kill(): Promise<void> {
    await this.#end('SIGKILL');
  }

  async stop(): Promise<void> {
    const impatient = setTimeout(() => this.#child?.kill('SIGKILL'), STOP_PATIENCE_MS);
    try {
      await this.#end('SIGTERM');
    } finally {
      clearTimeout(impatient);
    }
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#child;
    if (child === undefined) return;
    const gone = once(child, 'exit');
    child.kill(signal);
    await gone;
  }

  #print(text: string): void {
    this.#printed = (this.#printed + text).slice(-LOG_KEPT);
  }
}
