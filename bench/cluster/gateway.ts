// Card authorisations over HTTP through card-processing, cards, ledger and journal, beside the same on the embedded bank.
import { wrk } from '../http/wrk.js';
import { milliseconds } from '../report.js';
import { World } from '../world.js';
import { ACCOUNTS, type ClusterWorld, type Layout, ONE_EACH, PATIENCE_MS } from './cluster-world.js';
import { difference } from './cpu.js';

const CONNECTIONS = [16, 64];
const LAYOUTS: readonly Layout[] = [
  ONE_EACH,
  { gateways: 2, ledgers: 1 },
  { gateways: 1, ledgers: 2 },
  { gateways: 2, ledgers: 2 },
];

export async function gateway(world: ClusterWorld): Promise<void> {
  await world.stopApps();
  const embedded = await embeddedRates(world);
  for (const connections of CONNECTIONS) {
    const name = `clustered: authorisations, ${connections} connections`;
    await measured(world, ONE_EACH, { connections, name, embedded: embedded.get(connections) });
  }
}

export async function layouts(world: ClusterWorld): Promise<void> {
  for (const layout of LAYOUTS) {
    const name = `card-processing ${layout.gateways}, ledger ${layout.ledgers}, 64 connections`;
    await measured(world, layout, { connections: 64, name });
  }
}

async function embeddedRates(world: ClusterWorld): Promise<ReadonlyMap<number, number>> {
  const { options, report } = world;
  const beside = new World({ ...options, postgres: false, profileFolder: undefined }, report, ACCOUNTS);
  const rates = new Map<number, number>();
  try {
    const bank = await beside.freshBank();
    for (const connections of CONNECTIONS) {
      const args = [beside.cardsFile, beside.keyPrefix(), `${PATIENCE_MS}`];
      const figure = await wrk(bank, { script: 'authorise', args, connections, seconds: options.seconds });
      await beside.caughtUp(bank);
      rates.set(connections, figure.rate);
      report.add({ name: `embedded: authorisations, ${connections} connections`, unit: '/s', ...figure });
    }
  } finally {
    await beside.close();
  }
  return rates;
}

interface Row {
  readonly connections: number;
  readonly name: string;
  /** The embedded bank's rate in this run. */
  readonly embedded?: number | undefined;
}

async function measured(world: ClusterWorld, layout: Layout, { connections, name, embedded }: Row): Promise<void> {
  const cluster = await world.bank(layout);
  const before = world.cpu();
  const figure = await world.authorise(cluster, connections, world.options.seconds);
  const cores = difference(before, world.cpu(), figure.seconds);
  const catchUp = await world.caughtUp(cluster);
  const cpuMicros = difference(before, world.cpu(), (figure.rate * figure.seconds) / 1e6);
  const share = embedded === undefined ? '' : `${(figure.rate / embedded).toFixed(2)}× the embedded bank; `;
  const note = `${share}views caught up after ${milliseconds(catchUp)} ms`;
  world.report.add({ name, unit: '/s', ...figure, cores, cpuMicros, note });
}
