// The highest steady rate of authorisations at which neither the relay nor any view falls back.
import type { BankCluster } from '@tallystick/servers';
import type { PacedResult, PacedRun } from '../http/paced.js';
import { paced } from '../paced.js';
import { type ByProcess, milliseconds, whole } from '../report.js';
import { type ClusterWorld, PATIENCE_MS } from './cluster-world.js';
import { difference } from './cpu.js';
import { type Lags, LagWatch } from './lags.js';

const CONNECTIONS = 64;
const PROBE_SECONDS = 3;
/** Of what the gateway reaches where nobody waits for the views. */
const LEAST_SHARE = 0.2;
const STEPS = 4;
const STEP_SECONDS = 10;
const SAMPLE_MS = 1_000;
/** Of the rate asked for. */
const RATE_REACHED = 0.95;
/** A lag that ends the window this much higher than it began is growing; less is the sawtooth of batches. */
const GROWTH_MS = 500;
const GROWTH_TIMES = 1.5;
/** A rate that fails the whole window is lowered by a tenth, at most so often. */
const LOWER = 0.9;
const TRIES = 5;

interface Window {
  readonly rate: number;
  readonly result: PacedResult | undefined;
  readonly samples: readonly Lags[];
  readonly holds: boolean;
  readonly why: string;
  /** By process, while it lasted. */
  readonly cores: ByProcess;
}

export async function sustained(world: ClusterWorld): Promise<void> {
  const cluster = await world.bank();
  const { rate: most } = await world.authorise(cluster, CONNECTIONS, PROBE_SECONDS);
  await world.caughtUp(cluster);
  const watch = await LagWatch.open(world);
  try {
    report(world, await highest(world, cluster, watch, most));
  } finally {
    await watch.close();
  }
}

/** By halves, then the whole window at what was found, lowered until it holds. */
async function highest(world: ClusterWorld, cluster: BankCluster, watch: LagWatch, most: number) {
  const { seconds } = world.options;
  let [low, high] = [LEAST_SHARE * most, most];
  for (let step = 0; step < STEPS; step++) {
    const rate = Math.round((low + high) / 2);
    const { holds } = await windowOf(world, cluster, watch, { rate, seconds: Math.min(seconds, STEP_SECONDS) });
    if (holds) low = rate;
    else high = rate;
  }
  let rate = Math.round(low);
  for (let tries = 1; ; tries++) {
    const found = await windowOf(world, cluster, watch, { rate, seconds });
    if (found.holds || tries === TRIES) return found;
    rate = Math.round(rate * LOWER);
  }
}

async function windowOf(
  world: ClusterWorld,
  cluster: BankCluster,
  watch: LagWatch,
  { rate, seconds }: { readonly rate: number; readonly seconds: number },
): Promise<Window> {
  const started = performance.now();
  const before = world.cpu();
  const asked: PacedRun = {
    url: cluster.url('card-processing'),
    authorisation: '',
    cardsFile: world.cardsFile,
    keyPrefix: world.keyPrefix(),
    patienceMs: PATIENCE_MS,
    perSecond: rate,
    seconds,
    readEvery: 0,
  };
  const samples: Lags[] = [];
  let isOver = false;
  const load = paced<PacedResult>('paced.js', asked).finally(() => {
    isOver = true;
  });
  const sampling = (async () => {
    while (!isOver) {
      await Promise.race([new Promise((resolve) => setTimeout(resolve, SAMPLE_MS)), load.catch(() => undefined)]);
      if (!isOver) samples.push(await watch.sample());
    }
  })();
  const [outcome] = await Promise.allSettled([load, sampling]);
  await sampling;
  const cores = difference(before, world.cpu(), (performance.now() - started) / 1_000);
  const result = outcome.status === 'fulfilled' ? outcome.value.result : undefined;
  const why = outcome.status === 'rejected' ? 'requests failed' : whyNot(rate, result, samples);
  process.stderr.write(`  ${whole(rate)}/s for ${seconds} s: ${why === '' ? 'holds' : why}\n`);
  await world.caughtUp(cluster);
  return { rate, result, samples, holds: why === '', why, cores };
}

function whyNot(rate: number, result: PacedResult | undefined, samples: readonly Lags[]): string {
  if (result === undefined || result.rate < RATE_REACHED * rate) return `only ${whole(result?.rate ?? 0)}/s`;
  for (const name of Object.keys(samples[0] ?? {})) {
    const { start, end } = edges(samples, name);
    if (end > start * GROWTH_TIMES && end > start + GROWTH_MS)
      return `${name} falls back, ${milliseconds(start)} to ${milliseconds(end)} ms`;
  }
  return '';
}

/** Mean of the first third, after the first second, and of the last. */
function edges(samples: readonly Lags[], name: string): { readonly start: number; readonly end: number } {
  const third = Math.max(1, Math.floor(samples.length / 3));
  const mean = (some: readonly Lags[]) => some.reduce((sum, lags) => sum + (lags[name] ?? 0), 0) / some.length;
  return { start: mean(samples.slice(0, third)), end: mean(samples.slice(-third)) };
}

function report(world: ClusterWorld, found: Window): void {
  const { rate, result, samples, holds, why, cores } = found;
  const name = `sustained: ${whole(rate)}/s asked for, ${world.options.seconds} s`;
  const latencies = result?.decided ?? null;
  world.report.add({ name, unit: '/s', rate: result?.rate ?? Number.NaN, latencies, cores });
  for (const each of Object.keys(samples[0] ?? {})) {
    const { start, end } = edges(samples, each);
    const most = Math.max(...samples.map((lags) => lags[each] ?? 0));
    const note = `first third ${milliseconds(start)} ms, last third ${milliseconds(end)} ms, most ${milliseconds(most)} ms`;
    world.report.add({ name: `… ${each} behind the journal`, unit: null, note });
  }
  const figure = holds ? `${whole(rate)}/s` : `${whole(rate)}/s: ${why}`;
  world.report.check(
    `the relay and the views keep up with the ledger for ${world.options.seconds} s at the highest sustained rate`,
    figure,
    holds,
  );
}
