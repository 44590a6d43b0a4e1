// The real bank, in a process of its own, as `tallystick start` runs it; and the `tallystick` command beside it.
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { openSecretsFile, staffTokenOf } from '@tallystick/transport/service';
import { CLI } from './places.js';
import { cpuSeconds, ended, type Finished, type Memory, memoryOf, observe, run, until } from './processes.js';

/** As scripts/prepare.mjs starts every command. */
const NODE_FLAGS = ['--max-semi-space-size=32'];
/** On free ports, and open to a token that asks as often as it can. */
const DOORS = ['--port', '0', '--iso8583-port', '0', '--edge-port', '0', '--edge-rate', '100000000'];
const START_MS = 60_000;
const STOP_MS = 60_000;

export interface BankOptions {
  /** The data folder. */
  readonly folder: string;
  /** Where Node writes a CPU profile when the bank stops. */
  readonly profileFolder?: string | undefined;
}

export class Bank {
  private constructor(
    readonly folder: string,
    readonly url: string,
    /** Where customers' programs call. */
    readonly edgeUrl: string,
    /** Where card networks connect. */
    readonly iso8583: { readonly host: string; readonly port: number },
    readonly pid: number,
    private readonly process: ChildProcess,
  ) {}

  /** Resolves when it is ready for requests. @throws with what it wrote, where it ends before that */
  static async start({ folder, profileFolder }: BankOptions): Promise<Bank> {
    const { child, log } = spawnBank(
      folder,
      profileFolder === undefined ? [] : ['--cpu-prof', '--cpu-prof-dir', profileFolder],
    );
    const { url, edge, iso8583 } = await until('the bank starts', START_MS, () => {
      if (child.exitCode !== null || child.signalCode !== null)
        throw new Error(`the bank did not start:\n${readFileSync(log, 'utf8')}`);
      return doorsOf(folder, child.pid);
    });
    const bank = new Bank(folder, url, edge, iso8583, child.pid ?? 0, child);
    await until('the bank is ready', START_MS, async () => ((await bank.answers('/health/ready')) ? true : undefined));
    return bank;
  }

  /** CPU seconds so far, of all its threads. */
  cpu(): number {
    return cpuSeconds(this.pid);
  }

  memory(): Memory {
    return memoryOf(this.pid);
  }

  /** What staff send as Authorization; from the folder's own secrets, as the bank's people find it. */
  staffAuthorisation(): string {
    const secrets = openSecretsFile(join(this.folder, 'secrets.json'), [], () => new Uint8Array());
    return `Bearer ${staffTokenOf(secrets)}`;
  }

  async stop(): Promise<void> {
    this.process.kill('SIGTERM');
    const tooLate = setTimeout(() => this.process.kill('SIGKILL'), STOP_MS);
    await ended(this.process);
    clearTimeout(tooLate);
  }

  /** kill -9: resolves when the process is gone. */
  async kill(): Promise<void> {
    this.process.kill('SIGKILL');
    await ended(this.process);
  }

  private async answers(path: string): Promise<boolean> {
    try {
      return (await fetch(this.url + path)).ok;
    } catch {
      return false;
    }
  }
}

function spawnBank(folder: string, flags: readonly string[]): { readonly child: ChildProcess; readonly log: string } {
  const log = join(folder, '..', 'bank.log');
  const output = openSync(log, 'a');
  const child = spawn(process.execPath, [...NODE_FLAGS, ...flags, CLI, 'start', '--data', folder, ...DOORS], {
    stdio: ['ignore', output, output],
  });
  closeSync(output);
  return { child, log };
}

/** Starts a bank and kills it, ready or not. */
export async function startThenKill(folder: string, afterMs: number): Promise<void> {
  const { child } = spawnBank(folder, []);
  await new Promise((resolve) => setTimeout(resolve, afterMs));
  child.kill('SIGKILL');
  await ended(child);
}

interface Doors {
  readonly url: string;
  readonly edge: string;
  readonly iso8583: Bank['iso8583'];
}

/** From `bank.json`, once this very process has written where it listens. */
function doorsOf(folder: string, pid: number | undefined): Doors | undefined {
  const path = join(folder, 'bank.json');
  if (!existsSync(path)) return undefined;
  const found: { pid?: unknown; url?: unknown; edge?: unknown; iso8583?: unknown } = JSON.parse(
    readFileSync(path, 'utf8'),
  );
  if (found.pid !== pid || typeof found.url !== 'string' || typeof found.iso8583 !== 'string') return undefined;
  if (typeof found.edge !== 'string') return undefined;
  const [host = '', port = ''] = found.iso8583.split(':');
  return { url: found.url, edge: found.edge, iso8583: { host, port: Number(port) } };
}

/** Runs `tallystick` to its end. */
export function tallystick(folder: string, ...args: string[]): Promise<Finished> {
  return run(process.execPath, [...NODE_FLAGS, CLI, ...args, '--data', folder]);
}

/** The same, with the memory that it took at most. */
export function observeTallystick(folder: string, ...args: string[]) {
  return observe(process.execPath, [...NODE_FLAGS, CLI, ...args, '--data', folder]);
}

/** The same as `tallystick`, with `--json`. @throws where it doesn't exit 0 */
export async function tallystickJson(folder: string, ...args: string[]): Promise<unknown> {
  const done = await tallystick(folder, ...args, '--json');
  if (done.status !== 0)
    throw new Error(`tallystick ${args.join(' ')} ended with status ${done.status}: ${done.stderr.trim()}`);
  return JSON.parse(done.stdout);
}
