// `tallystick import cards`, and what the bank takes after it.
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { Bank, observeTallystick, tallystickJson } from '../bank.js';
import { writeCardFile } from '../cards.js';
import { enrichedIn } from '../enrichment.js';
import { REAL_CARDS } from '../places.js';
import { whole } from '../report.js';
import type { World } from '../world.js';

const CARDS = 1_350;
const ROWS = 60_000;
const ROWS_PER_SECOND = 10_000;
const MEGABYTES_MOST = 400;

export async function importCards(world: World): Promise<void> {
  const path = join(world.folder, 'import.csv');
  writeCardFile({ path, name: 'import', cards: CARDS, rows: ROWS });
  await imported(world, 'made-up rows', ROWS, newFolder(world, 'import-made-up'), path);
  if (!existsSync(REAL_CARDS)) {
    world.report.skip('import of the real card transactions, and the memory after it: the file is not there');
    return;
  }
  const folder = newFolder(world, 'import-real');
  await imported(world, 'real rows', undefined, folder, REAL_CARDS, '--accept-duplicate-files');
  await memoryAfter(world, folder);
}

async function imported(
  world: World,
  name: string,
  rows: number | undefined,
  folder: string,
  ...args: string[]
): Promise<void> {
  const done = await observeTallystick(folder, 'import', 'cards', ...args, '--json');
  if (done.status !== 0) throw new Error(`the import ended with status ${done.status}: ${done.stderr.trim()}`);
  const report: { readonly rows: number; readonly accepted: number } = JSON.parse(done.stdout);
  if (rows !== undefined && report.accepted !== rows)
    throw new Error(`${report.accepted} of ${rows} rows were accepted`);
  const rate = report.rows / done.seconds;
  const memory = { now: done.megabytesMost, most: done.megabytesMost };
  world.report.add({
    name: `import cards, ${whole(report.rows)} ${name}`,
    unit: 'rows/s',
    rate,
    cpuServer: done.cpu,
    memory,
    note: `${done.seconds.toFixed(1)} s from start to end`,
  });
  const enriched = await enrichedIn(folder);
  world.report.add({
    name: `of it, enriching ${whole(enriched.events)} transactions`,
    unit: 'events/s',
    rate: enriched.events / enriched.seconds,
    note: `${enriched.seconds.toFixed(1)} s`,
  });
  world.report.check(`import cards, ${name}: ${whole(ROWS_PER_SECOND)} rows/s`, whole(rate), rate >= ROWS_PER_SECOND);
}

/** The bank on the imported folder, after each account was asked for. */
async function memoryAfter(world: World, folder: string): Promise<void> {
  const bank = await Bank.start({ folder, profileFolder: world.options.profileFolder });
  try {
    const headers = { authorization: bank.staffAuthorisation() };
    for (const { id } of await accountsOf(folder)) {
      const balance = await fetch(`${bank.url}/staff/accounts/${id}/balance`, { headers });
      if (!balance.ok) throw new Error(`a balance was not shown: ${balance.status} ${await balance.text()}`);
      await balance.arrayBuffer();
    }
    const memory = bank.memory();
    world.report.add({ name: 'the bank after the real import', unit: null, memory });
    world.report.check(
      `memory of the bank after the real import: ${MEGABYTES_MOST} MB`,
      `${whole(memory.most)} MB at most`,
      memory.most <= MEGABYTES_MOST,
    );
  } finally {
    await bank.stop();
  }
}

export async function accountsOf(folder: string): Promise<readonly { readonly id: string }[]> {
  const found = await tallystickJson(folder, 'accounts');
  const list: unknown = typeof found === 'object' && found !== null && 'accounts' in found ? found.accounts : found;
  if (!Array.isArray(list) || list.length === 0) throw new Error('`accounts --json` lists no account');
  return list;
}

export function newFolder(world: World, name: string): string {
  const home = join(world.folder, name);
  mkdirSync(home);
  return join(home, 'data');
}
