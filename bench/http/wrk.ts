// One run of wrk against the bank.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import type { Measured } from '../measured.js';
import { BENCH } from '../places.js';
import { busySeconds, isInstalled, run } from '../processes.js';

export const INSTALL_WRK = 'apt-get install wrk';
const SCRIPTS = join(BENCH, 'wrk');

/** True where wrk is there or could be installed. */
export function provideWrk(): boolean {
  if (isInstalled('wrk')) return true;
  if (process.getuid?.() !== 0) return false;
  spawnSync('apt-get', ['install', '--yes', '--no-install-recommends', 'wrk'], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  return isInstalled('wrk');
}

export interface Load {
  readonly script: 'authorise' | 'batch' | 'transfer' | 'customers';
  readonly args: readonly string[];
  readonly connections: number;
  readonly seconds: number;
  /** How many commands a request carries. */
  readonly perRequest?: number;
}

interface Report {
  readonly requests: number;
  readonly seconds: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  /** Answers that were no success. */
  readonly refused: number;
  readonly broken: number;
}

/** What answers, and the CPU seconds that it has taken so far, with everything that stands behind it. */
export interface Loaded {
  readonly url: string;
  cpu(): number;
}

/** @throws where one request failed: a rate of errors is no rate */
export function wrk(loaded: Loaded, load: Load): Promise<Measured> {
  return wrkOnAll([loaded.url], () => loaded.cpu(), load);
}

/**
 * The connections divided among several addresses, a wrk for each. Of the percentiles the worst counts.
 * @throws as wrk
 */
export async function wrkOnAll(urls: readonly string[], cpu: () => number, load: Load): Promise<Measured> {
  const before = cpu();
  const busyBefore = busySeconds();
  const connections = Math.ceil(load.connections / urls.length);
  const all = await Promise.all(urls.map((url, n) => runOne(url, { ...load, connections }, n)));
  const cpuServer = cpu() - before;
  const cpuLoad = all.reduce((sum, one) => sum + one.cpu, 0);
  const worst = (value: (report: Report) => number) => Math.max(...all.map(({ report }) => value(report)));
  return {
    rate: all.reduce((sum, { report }) => sum + (report.requests * (load.perRequest ?? 1)) / report.seconds, 0),
    latencies: { p50: worst(({ p50 }) => p50), p95: worst(({ p95 }) => p95), p99: worst(({ p99 }) => p99) },
    cpuServer,
    cpuLoad,
    cpuOthers: Math.max(0, busySeconds() - busyBefore - cpuServer - cpuLoad),
    seconds: worst(({ seconds }) => seconds),
  };
}

async function runOne(url: string, load: Load, n: number): Promise<{ readonly report: Report; readonly cpu: number }> {
  const { script, connections, seconds } = load;
  const [file = '', prefix = '', ...more] = load.args;
  const args = n === 0 ? load.args : [file, `${prefix}${n}-`, ...more];
  const options = ['-t', '1', '-c', `${connections}`, '-d', `${seconds}s`, '--timeout', '20s'];
  const command = [...options, '-s', join(SCRIPTS, `${script}.lua`), url, '--', ...args];
  const done = await run('wrk', command, { env: { ...process.env, BENCH_WRK: SCRIPTS } });
  const line = /^RESULT (.*)$/m.exec(done.stdout)?.[1];
  if (done.status !== 0 || line === undefined)
    throw new Error(`wrk ended with status ${done.status}: ${done.stderr.trim()}\n${done.stdout}`);
  const report: Report = JSON.parse(line);
  if (report.refused + report.broken > 0)
    throw new Error(
      `${script}: ${report.refused} of ${report.requests} requests were refused, ${report.broken} failed`,
    );
  return { report, cpu: done.cpu };
}
