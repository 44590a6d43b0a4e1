// One of our own programs as a process that can be killed and started again.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import type { Server } from './java.js';

const POLL_MS = 25;
const STOP_PATIENCE_MS = 20_000;
const LOG_SHOWN = 8_192;

export interface NodeProcessOptions {
  /** For messages. */
  readonly name: string;
  /** Of Node, then the program and its arguments. */
  readonly args: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /** What it prints is added to this file. */
  readonly logFile: string;
  readonly isReady: () => Promise<boolean>;
  readonly startPatienceMs: number;
}

export class NodeProcess implements Server {
  #child: ChildProcess | undefined;

  constructor(private readonly options: NodeProcessOptions) {}

  get name(): string {
    return this.options.name;
  }

  /** What it has printed, since it was first started. */
  get logFile(): string {
    return this.options.logFile;
  }

  get pid(): number {
    const pid = this.#child?.pid;
    if (pid === undefined) throw new Error(`${this.options.name} does not run`);
    return pid;
  }

  get runs(): boolean {
    return this.#child !== undefined;
  }

  log(): string {
    return readFileSync(this.options.logFile, 'utf8').slice(-LOG_SHOWN);
  }

  /** Starts it and waits until it is ready. @throws with what it printed where it ends before, or takes too long */
  async start(): Promise<void> {
    this.spawn();
    await this.ready();
  }

  /** Starts it and does not wait. */
  spawn(): void {
    const { name, args, environment, logFile } = this.options;
    if (this.#child !== undefined) throw new Error(`${name} runs already`);
    const output = openSync(logFile, 'a');
    const child = spawn(process.execPath, args, {
      env: { ...process.env, ...environment },
      stdio: ['ignore', output, output],
    });
    closeSync(output);
    this.#child = child;
    child.once('exit', () => {
      if (this.#child === child) this.#child = undefined;
    });
  }

  async ready(): Promise<void> {
    const { name, isReady, startPatienceMs } = this.options;
    const until = Date.now() + startPatienceMs;
    while (!(await isReady())) {
      if (this.#child === undefined) throw new Error(`${name} ended while it started:\n${this.log()}`);
      if (Date.now() > until) throw new Error(`${name} was not ready in ${startPatienceMs} ms:\n${this.log()}`);
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
}
