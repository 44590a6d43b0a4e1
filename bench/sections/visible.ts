// How long after the decision the balance shows it, at a steady rate.
import type { PacedResult, PacedRun } from '../http/paced.js';
import { paced } from '../paced.js';
import { milliseconds } from '../report.js';
import type { World } from '../world.js';

const PER_SECOND = 3_000;
const READ_EVERY = 10;
const P99_MS = 50;
/** Of the rate asked for: below it, the figure is of another load. */
const RATE_REACHED = 0.98;

export async function visible(world: World): Promise<void> {
  const bank = await world.freshBank();
  const asked: PacedRun = {
    url: bank.url,
    authorisation: bank.staffAuthorisation(),
    cardsFile: world.cardsFile,
    keyPrefix: world.keyPrefix(),
    perSecond: PER_SECOND,
    seconds: world.options.seconds,
    readEvery: READ_EVERY,
  };
  const before = bank.cpu();
  const { result, cpu } = await paced<PacedResult>('paced.js', asked);
  const load = { cpuServer: bank.cpu() - before, cpuLoad: cpu, memory: bank.memory() };
  world.report.add({
    name: `decision at a steady ${PER_SECOND}/s`,
    unit: '/s',
    rate: result.rate,
    latencies: result.decided,
    ...load,
  });
  world.report.add({
    name: 'balance visible after it',
    unit: null,
    latencies: result.visible,
    note: `${result.samples} samples`,
  });
  const met = result.visible.p99 <= P99_MS && result.rate >= PER_SECOND * RATE_REACHED;
  world.report.check(
    `balance visible after the decision at ${PER_SECOND}/s: p99 ${P99_MS} ms`,
    `${milliseconds(result.visible.p99)} ms`,
    met,
  );
}
