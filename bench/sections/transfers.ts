// Transfers between accounts over HTTP: a row counts when the money has left the source; the other leg must have followed when the
// views have caught up.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Bank, tallystickJson } from '../bank.js';
import type { PacedTransfersResult, PacedTransfersRun } from '../http/paced-transfers.js';
import { wrk } from '../http/wrk.js';
import { paced } from '../paced.js';
import { until } from '../processes.js';
import { CLIENTS, type World } from '../world.js';
import { figure, ratioOf } from './gateway.js';
import { accountsOf } from './import.js';

const TIMES = 1.3;
const PER_SECOND = 200;
const WATCH_EVERY = 10;
const ALL_RECEIVED_MS = 120_000;
const IN_TRANSIT = 'liabilities:in-transit:transfers';

export async function transfers(world: World): Promise<void> {
  const bank = await world.freshBank();
  const accountsFile = join(world.folder, 'accounts.txt');
  writeFileSync(accountsFile, `${(await accountsOf(bank.folder)).map(({ id }) => id).join('\n')}\n`);
  const { seconds } = world.options;
  const events: number[] = [];
  const ours = async () => {
    const args = [accountsFile, world.keyPrefix(), bank.staffAuthorisation()];
    const measured = await wrk(bank, { script: 'transfer', args, connections: CLIENTS, seconds });
    const ended = performance.now();
    await until('every transfer is received', ALL_RECEIVED_MS, async () =>
      (await inTransit(bank.folder)) === 0n ? true : undefined,
    );
    events.push((performance.now() - ended) / 1000);
    return measured;
  };
  await endToEnd(world, bank, accountsFile);
  const { ours: measured, theirs } = await world.aba(bank, ours, 'transfer');
  const note = `all received at most ${Math.max(...events).toFixed(1)} s after the load ended`;
  figure(world, bank, `transfers, ${CLIENTS} connections`, measured, note);
  if (theirs !== null)
    world.report.check(
      `transfers (both events): ${TIMES}× PostgreSQL`,
      ratioOf(measured.rate, theirs.rate),
      measured.rate >= TIMES * theirs.rate,
    );
}

/** At a steady rate: from the request to the money at its destination. */
async function endToEnd(world: World, bank: Bank, accountsFile: string): Promise<void> {
  const asked: PacedTransfersRun = {
    url: bank.url,
    authorisation: bank.staffAuthorisation(),
    accountsFile,
    keyPrefix: world.keyPrefix(),
    perSecond: PER_SECOND,
    seconds: world.options.seconds,
    watchEvery: WATCH_EVERY,
  };
  const before = bank.cpu();
  const { result, cpu } = await paced<PacedTransfersResult>('paced-transfers.js', asked);
  const { rate, answered, received, samples } = result;
  const name = `transfers at a steady ${PER_SECOND}/s: money has left the source`;
  world.report.add({ name, unit: '/s', rate, latencies: answered, cpuServer: bank.cpu() - before, cpuLoad: cpu });
  const note = `${samples} samples`;
  world.report.add({ name: '… and the destination’s balance has it', unit: null, latencies: received, note });
}

async function inTransit(folder: string): Promise<bigint> {
  const found = await tallystickJson(folder, 'trial-balance', '--from', 'views');
  const accounts =
    typeof found === 'object' && found !== null && 'accounts' in found && Array.isArray(found.accounts)
      ? found.accounts
      : [];
  const row: unknown = accounts.find((one) => one.account === IN_TRANSIT);
  return typeof row === 'object' && row !== null && 'balance' in row ? BigInt(String(row.balance)) : 0n;
}
