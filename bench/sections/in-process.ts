// What needs no HTTP, each in a process of its own.
import { join } from 'node:path';
import type { Latencies } from '../latencies.js';
import { ROOT } from '../places.js';
import { type Finished, run } from '../processes.js';
import { milliseconds, whole } from '../report.js';
import type { World } from '../world.js';

const APPEND_SHARE = 0.6;
/** Between two measurements of the same thing, p99s differ by this much on a machine that does other things too. */
const NOISE = 1.25;
const MEASURES = ['decide', 'account', 'balance'] as const;

export async function append(world: World): Promise<void> {
  const { result, done } = await inProcess<{ readonly handler: number; readonly bare: number; readonly share: number }>(
    'append',
  );
  world.report.add({
    name: 'in process, 1,024 waiting',
    unit: 'authorisations/s',
    rate: result.handler,
    cpuServer: done.cpu,
  });
  world.report.add({ name: '… only encoding and committing the same', unit: 'events/s', rate: result.bare });
  const figure = `${(result.share * 100).toFixed(0)} % (${whole(result.handler)} of ${whole(result.bare)})`;
  world.report.check(
    `in process: ${APPEND_SHARE * 100} % of only encoding and committing`,
    figure,
    result.share >= APPEND_SHARE,
  );
}

type Kind = { readonly history: number } & Record<(typeof MEASURES)[number], Latencies>;
const NAMES = { decide: 'decide, durably', account: "read the ledger's balance", balance: "read the view's balance" };

export async function history(world: World): Promise<void> {
  const { result } = await inProcess<readonly Kind[]>('history');
  for (const measure of MEASURES) {
    for (const kind of result)
      world.report.add({
        name: `${NAMES[measure]}, ${whole(kind.history)} events before`,
        unit: null,
        latencies: kind[measure],
      });
    const short = result.at(0)?.[measure].p99 ?? Number.NaN;
    const long = result.at(-1)?.[measure].p99 ?? Number.NaN;
    const figure = `${milliseconds(short)} and ${milliseconds(long)} ms`;
    world.report.check(
      `${NAMES[measure]}, 10 and 100,000 events: the same p99 (within ${NOISE}×)`,
      figure,
      long <= NOISE * short,
    );
  }
}

export async function inProcess<T>(
  name: string,
  ...args: string[]
): Promise<{ readonly result: T; readonly done: Finished }> {
  const done = await run(process.execPath, [join(ROOT, 'dist', 'bench', 'in-process', `${name}.js`), ...args]);
  if (done.status !== 0) throw new Error(`${name} ended with status ${done.status}: ${done.stderr.trim()}`);
  return { result: JSON.parse(done.stdout), done };
}
