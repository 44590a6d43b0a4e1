// Card authorisations over HTTP, one by one and in batches.

import type { Bank } from '../bank.js';
import { wrk } from '../http/wrk.js';
import type { Measured } from '../measured.js';
import { milliseconds, whole } from '../report.js';
import { CLIENTS, type World } from '../world.js';

const OTHER_CONNECTIONS = [1, 16, 256];
const BATCH = 100;
const BATCH_CONNECTIONS = 16;
const P99_TIMES = 1.5;
const HOT_TIMES = 8;
const BATCH_TIMES = 6;

export async function spread(world: World): Promise<void> {
  const bank = await world.freshBank();
  const { ours, theirs } = await world.aba(bank, () => authorise(world, bank, world.cardsFile, CLIENTS), 'authorise');
  figure(world, bank, `authorisations, ${CLIENTS} connections`, ours);
  if (theirs !== null) {
    const p99 = (ours.latencies?.p99 ?? Number.NaN) / (theirs.latencies?.p99 ?? Number.NaN);
    world.report.check(
      `HTTP gateway, ${CLIENTS} connections: PostgreSQL's rate`,
      ratioOf(ours.rate, theirs.rate),
      ours.rate >= theirs.rate,
    );
    world.report.check(`… p99 at most ${P99_TIMES}× PostgreSQL's`, `${p99.toFixed(2)}×`, p99 <= P99_TIMES);
  }
  await world.postgresBest();
  await others(world, bank, world.cardsFile, 'authorisations');
}

export async function hot(world: World): Promise<void> {
  const bank = await world.freshBank();
  const { ours, theirs } = await world.aba(
    bank,
    () => authorise(world, bank, world.hotCardFile, CLIENTS),
    'authorise-hot',
  );
  figure(world, bank, `one hot account, ${CLIENTS} connections`, ours);
  if (theirs !== null)
    world.report.check(
      `one hot account: ${HOT_TIMES}× PostgreSQL`,
      ratioOf(ours.rate, theirs.rate),
      ours.rate >= HOT_TIMES * theirs.rate,
    );
  await others(world, bank, world.hotCardFile, 'one hot account');
}

export async function batch(world: World): Promise<void> {
  const best = await world.postgresBest();
  const bank = await world.freshBank();
  const { seconds } = world.options;
  const args = [world.cardsFile, world.keyPrefix(), `${BATCH}`];
  const ours = await wrk(bank, { script: 'batch', args, connections: BATCH_CONNECTIONS, seconds, perRequest: BATCH });
  const catchUp = await world.caughtUp(bank);
  figure(
    world,
    bank,
    `batches of ${BATCH}, ${BATCH_CONNECTIONS} connections`,
    ours,
    `views caught up after ${(catchUp / 1000).toFixed(1)} s`,
  );
  if (best !== null)
    world.report.check(
      `batches of ${BATCH}: ${BATCH_TIMES}× PostgreSQL's best rate`,
      ratioOf(ours.rate, best.rate),
      ours.rate >= BATCH_TIMES * best.rate,
    );
}

async function others(world: World, bank: Bank, cardsFile: string, name: string): Promise<void> {
  for (const connections of OTHER_CONNECTIONS) {
    const measured = await authorise(world, bank, cardsFile, connections);
    const catchUp = await world.caughtUp(bank);
    figure(
      world,
      bank,
      `${name}, ${connections} connection${connections === 1 ? '' : 's'}`,
      measured,
      `views caught up after ${milliseconds(catchUp)} ms`,
    );
  }
}

function authorise(world: World, bank: Bank, cardsFile: string, connections: number): Promise<Measured> {
  return wrk(bank, {
    script: 'authorise',
    args: [cardsFile, world.keyPrefix()],
    connections,
    seconds: world.options.seconds,
  });
}

export function figure(world: World, bank: Bank, name: string, measured: Measured, note?: string): void {
  world.report.add({ name, unit: '/s', ...measured, memory: bank.memory(), ...(note === undefined ? {} : { note }) });
}

export function ratioOf(ours: number, theirs: number): string {
  return `${(ours / theirs).toFixed(2)}× (${whole(ours)} against ${whole(theirs)})`;
}
