// One run of pgbench against the hand-written ledger.
import { createReadStream, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { latenciesOf } from '../latencies.js';
import type { Measured } from '../measured.js';
import { BENCH } from '../places.js';
import { busySeconds, run } from '../processes.js';
import { ACCOUNTS, type PostgresServer } from './server.js';

export type Script = 'authorise' | 'authorise-hot' | 'transfer';

/** Prepared statements, one thread, as many clients as asked; times from pgbench's own log of every transaction. */
export async function pgbench(
  server: PostgresServer,
  script: Script,
  clients: number,
  seconds: number,
): Promise<Measured> {
  const logs = mkdtempSync(join(tmpdir(), 'tallystick-bench-pgbench-'));
  try {
    const before = server.cpu();
    const busyBefore = busySeconds();
    const file = join(BENCH, 'postgres', `${script}.sql`);
    const load = [
      '-M',
      'prepared',
      '-j',
      '1',
      '-c',
      `${clients}`,
      '-T',
      `${seconds}`,
      '-n',
      '-f',
      file,
      '-D',
      `accounts=${ACCOUNTS}`,
    ];
    const done = await run(server.program('pgbench'), [
      ...server.connection,
      ...load,
      '-l',
      '--log-prefix',
      join(logs, 'log'),
      'postgres',
    ]);
    const [serverAfter, busy] = [server.cpu(), busySeconds() - busyBefore];
    const rate = Number(/^tps = ([\d.]+)/m.exec(done.stdout)?.[1]);
    if (done.status !== 0 || !(rate > 0))
      throw new Error(`pgbench ended with status ${done.status}: ${done.stderr.trim() || done.stdout}`);
    const latencies = latenciesOf(await loggedMilliseconds(logs));
    const cpuServer = serverAfter - before;
    return {
      rate,
      latencies,
      cpuServer,
      cpuLoad: done.cpu,
      cpuOthers: Math.max(0, busy - cpuServer - done.cpu),
      seconds,
    };
  } finally {
    rmSync(logs, { recursive: true, force: true });
  }
}

/** The third field of each line is the transaction's time in microseconds. */
async function loggedMilliseconds(folder: string): Promise<Float64Array> {
  const values: number[] = [];
  for (const name of readdirSync(folder)) {
    for await (const line of createInterface({ input: createReadStream(join(folder, name)) })) {
      const value = Number(line.split(' ', 3)[2]);
      if (value >= 0) values.push(value / 1000);
    }
  }
  return Float64Array.from(values);
}
