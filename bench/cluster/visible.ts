// How long after its answer a decision is in the balance and in the feed, at a moderate rate.
import type { PacedResult, PacedRun } from '../http/paced.js';
import { paced } from '../paced.js';
import { type ClusterWorld, PATIENCE_MS } from './cluster-world.js';

const PER_SECOND = 100;
const READ_EVERY = 5;

export async function visible(world: ClusterWorld): Promise<void> {
  const cluster = await world.bank();
  const asked: PacedRun = {
    url: cluster.url('card-processing'),
    balanceUrl: cluster.url('accounts'),
    feedUrl: cluster.url('feed'),
    authorisation: world.staffAuthorisation(),
    cardsFile: world.cardsFile,
    keyPrefix: world.keyPrefix(),
    patienceMs: PATIENCE_MS,
    perSecond: PER_SECOND,
    seconds: world.options.seconds,
    readEvery: READ_EVERY,
  };
  const { result, cpu } = await paced<PacedResult>('paced.js', asked);
  const { rate, decided, samples } = result;
  world.report.add({
    name: `decision at a steady ${PER_SECOND}/s`,
    unit: '/s',
    rate,
    latencies: decided,
    cpuLoad: cpu,
    note: `${samples} samples of each of the next two`,
  });
  world.report.add({ name: 'balance visible after it', unit: null, latencies: result.visible });
  world.report.add({ name: "in the feed's list after it", unit: null, latencies: result.listed });
}
