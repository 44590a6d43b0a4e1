// The built bank and the built command line in processes of their own, as people run them. `tsc -b` (npm test does it) comes first.
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { openReader, type SqliteJournalReader } from '@tallystick/journal/sqlite/index';
import { openSecretsFile, staffTokenOf } from '@tallystick/transport/service';
import { readBankFile } from './folder-lock.js';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
export const CLI = join(ROOT, 'dist/apps/cli/main.js');
const MAIN = join(ROOT, 'dist/apps/bank/main.js');
const WAIT_MS = 150_000;
const POLL_MS = 5;

type Child = ChildProcessByStdio<null, Readable, Readable>;

export interface Ended {
  /** null where a signal ended it. */
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Answered {
  readonly status: number;
  // A spec knows what it asked for.
  readonly body: Readonly<Record<string, unknown>>;
  readonly text: string;
}

/** Asks again and again until there is something. @throws where there is nothing for so long that something hangs */
export async function until<T>(what: string, look: () => Promise<T | undefined> | T | undefined): Promise<T> {
  const giveUp = Date.now() + WAIT_MS;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (Date.now() > giveUp) throw new Error(`${what}: not within ${WAIT_MS} ms`);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

/** A program of ours that runs. */
export class Process {
  stdout = '';
  stderr = '';
  readonly ended: Promise<Ended>;

  constructor(readonly child: Child) {
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      this.stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.stderr += text;
    });
    this.ended = new Promise((resolve) => {
      child.once('close', (status) => resolve({ status, stdout: this.stdout, stderr: this.stderr }));
    });
  }

  static start(script: string, args: readonly string[], environment: Readonly<Record<string, string>> = {}): Process {
    if (!existsSync(script)) throw new Error(`${script} is not built: run npm run build`);
    const env = { ...process.env, NODE_OPTIONS: '', ...environment };
    const child = spawn(process.execPath, [script, ...args], { cwd: ROOT, env, stdio: ['ignore', 'pipe', 'pipe'] });
    return new Process(child);
  }

  /** What `look` finds once it runs; what does not come so far is ended. @throws where there is nothing for so long that something hangs, and where it ends by itself */
  async startedAs<T>(what: string, look: () => T | undefined): Promise<T> {
    try {
      return await until(`${what} starts`, () => {
        if (this.child.exitCode !== null) throw new Error(`${what} ended: ${this.stderr}`);
        return look();
      });
    } catch (error) {
      this.child.kill('SIGKILL');
      throw error;
    }
  }
}

export class BankProcess {
  /** Everything that it answered, as text: for whoever searches it. */
  readonly answers: string[] = [];

  private constructor(
    readonly url: string,
    readonly iso8583Port: number,
    /** Where customers' programs call. */
    readonly edgeUrl: string,
    private readonly process: Process,
    readonly staffToken: string,
  ) {}

  /** @param environment more of it, or other; @param drivableClock as `tallystick start --drivable-clock` runs it */
  static async start(
    data: string,
    environment: Readonly<Record<string, string>> = {},
    drivableClock = false,
  ): Promise<BankProcess> {
    const ports = { TALLYSTICK_PORT: '0', TALLYSTICK_EDGE_PORT: '0', TALLYSTICK_ISO8583_PORT: '0' };
    const doors = '--port 0 --edge-port 0 --iso8583-port 0';
    const args = drivableClock ? `--data ${data} start --drivable-clock ${doors}`.split(' ') : [];
    const env = { TALLYSTICK_DATA: data, ...ports, ...environment };
    const started = Process.start(drivableClock ? CLI : MAIN, args, env);
    const { url, edge, iso8583 } = await started.startedAs('the bank', () => {
      // Its addresses are on its standard output a moment later than in the file.
      const file = started.stdout.includes('\n') ? readBankFile(data) : undefined;
      return file?.pid === started.child.pid ? file : undefined;
    });
    const secrets = openSecretsFile(join(data, 'secrets.json'), [], () => new Uint8Array());
    const iso8583Port = Number(iso8583?.split(':')[1]);
    return new BankProcess(url ?? '', iso8583Port, edge ?? '', started, staffTokenOf(secrets));
  }

  get pid(): number {
    return this.process.child.pid ?? 0;
  }

  /** What it has written so far. */
  get log(): string {
    return this.process.stdout + this.process.stderr;
  }

  get(path: string, headers: Readonly<Record<string, string>> = {}): Promise<Answered> {
    return this.answered(path, { headers: { authorization: `Bearer ${this.staffToken}`, ...headers } });
  }

  /** @param body as it is where it is text, else as JSON */
  post(
    path: string,
    key: string | undefined,
    body: unknown,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Answered> {
    const all: Record<string, string> = {
      'content-type': 'application/json',
      authorization: `Bearer ${this.staffToken}`,
    };
    if (key !== undefined) all['idempotency-key'] = key;
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    return this.answered(path, { method: 'POST', headers: { ...all, ...headers }, body: text });
  }

  put(path: string, body: object): Promise<Answered> {
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${this.staffToken}` };
    return this.answered(path, { method: 'PUT', headers, body: JSON.stringify(body) });
  }

  private async answered(path: string, init: RequestInit): Promise<Answered> {
    const response = await fetch(this.url + path, init);
    const text = await response.text();
    this.answers.push(`${[...response.headers].flat().join('\n')}\n${text}`);
    const json = response.headers.get('content-type')?.startsWith('application/json') === true;
    return { status: response.status, text, body: json ? JSON.parse(text) : {} };
  }

  async stop(): Promise<Ended> {
    this.process.child.kill('SIGTERM');
    return this.process.ended;
  }

  async kill(): Promise<void> {
    this.process.child.kill('SIGKILL');
    await this.process.ended;
  }
}

/** A data folder of one test. */
export class DataFolder {
  readonly root = mkdtempSync(join(tmpdir(), 'bank-'));
  readonly path = join(this.root, 'data');
  private readonly running: Process[] = [];

  /** Runs `tallystick` on this folder to its end. */
  tallystick(...args: string[]): Promise<Ended> {
    return this.start(...args).ended;
  }

  /** @throws where it ends with anything but 0 */
  async output(...args: string[]): Promise<string> {
    const { status, stdout, stderr } = await this.tallystick(...args);
    if (status !== 0) throw new Error(`tallystick ${args.join(' ')} ended with ${status}: ${stderr}${stdout}`);
    return stdout;
  }

  /** Runs `tallystick` and kills it as soon as the journal has more events than this; whether it was still running. */
  async killedAfter(events: number, ...args: string[]): Promise<boolean> {
    const started = this.start(...args);
    const inTime = await until('the journal grows', async () => {
      if (started.child.exitCode !== null) return false;
      return (await this.read((journal) => journal.head(), 0n)) > events ? true : undefined;
    });
    started.child.kill('SIGKILL');
    await started.ended;
    return inTime;
  }

  /** What must be equal for two books to be the same. */
  async books(): Promise<{ readonly trialBalance: string; readonly entries: string }> {
    return {
      trialBalance: await this.output('trial-balance', '--json'),
      entries: await this.output('export', '--format', 'csv'),
    };
  }

  /** How many events the journal holds without those of enrichment, which come when they come; 0 where there is none yet. */
  eventCount(): Promise<number> {
    return this.read(async (journal) => {
      let count = 0;
      for (let after = 0n; ; ) {
        const events = await journal.readAll({ after, limit: 10_000 });
        const last = events.at(-1);
        if (last === undefined) return count;
        count += events.filter(({ stream }) => !stream.startsWith('enrichment-')).length;
        after = last.position;
      }
    }, 0);
  }

  /** What is read of the journal, to which another process may write; `none` while there is no journal yet. */
  async read<T>(look: (journal: SqliteJournalReader) => Promise<T>, none: T): Promise<T> {
    if (!existsSync(join(this.path, 'journal.db'))) return none;
    try {
      const reader = openReader(join(this.path, 'journal.db'));
      try {
        return await look(reader);
      } finally {
        await reader.close();
      }
    } catch (error) {
      // It is just being made.
      if (
        error instanceof Error &&
        /is not a journal|no such table|database is locked|unable to open/.test(error.message)
      )
        return none;
      throw error;
    }
  }

  /** Every file that lies in the folder, with its bytes. */
  files(): readonly { readonly name: string; readonly bytes: Buffer }[] {
    return readdirSync(this.path, { recursive: true, encoding: 'utf8' })
      .filter((name) => statSync(join(this.path, name)).isFile())
      .map((name) => ({ name, bytes: readFileSync(join(this.path, name)) }));
  }

  async remove(): Promise<void> {
    for (const { child } of this.running) child.kill('SIGKILL');
    await Promise.all(this.running.map(({ ended }) => ended));
    rmSync(this.root, { recursive: true, force: true });
  }

  private start(...args: string[]): Process {
    const started = Process.start(CLI, ['--data', this.path, ...args]);
    this.running.push(started);
    return started;
  }
}
