// One run of wrk against the bank.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import type { Bank } from '../bank.js';
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
  readonly script: 'authorise' | 'batch' | 'transfer';
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

/** @throws where one request failed: a rate of errors is no rate */
export async function wrk(bank: Bank, { script, args, connections, seconds, perRequest = 1 }: Load): Promise<Measured> {
  const before = bank.cpu();
  const busyBefore = busySeconds();
  const options = [
    '-t',
    '1',
    '-c',
    `${connections}`,
    '-d',
    `${seconds}s`,
    '--timeout',
    '20s',
    '-s',
    join(SCRIPTS, `${script}.lua`),
  ];
  const done = await run('wrk', [...options, bank.url, '--', ...args], { env: { ...process.env, BENCH_WRK: SCRIPTS } });
  const cpuServer = bank.cpu() - before;
  const cpuOthers = Math.max(0, busySeconds() - busyBefore - cpuServer - done.cpu);
  const line = /^RESULT (.*)$/m.exec(done.stdout)?.[1];
  if (done.status !== 0 || line === undefined)
    throw new Error(`wrk ended with status ${done.status}: ${done.stderr.trim()}\n${done.stdout}`);
  const report: Report = JSON.parse(line);
  if (report.refused + report.broken > 0)
    throw new Error(
      `${script}: ${report.refused} of ${report.requests} requests were refused, ${report.broken} failed`,
    );
  return {
    rate: (report.requests * perRequest) / report.seconds,
    latencies: { p50: report.p50, p95: report.p95, p99: report.p99 },
    cpuServer,
    cpuLoad: done.cpu,
    cpuOthers,
    seconds: report.seconds,
  };
}
