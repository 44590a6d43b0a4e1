// Rebuilding every view from the journal, against reading and decoding the same events alone.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { observeTallystick, tallystick } from '../bank.js';
import { writeCardFile } from '../cards.js';
import { REAL_CARDS } from '../places.js';
import { whole } from '../report.js';
import type { World } from '../world.js';
import { newFolder } from './import.js';
import { inProcess } from './in-process.js';

const SHARE = 0.6;
const CARDS = 1_350;
const ROWS = 120_000;

export async function replay(world: World): Promise<void> {
  const folder = newFolder(world, 'replay');
  const done = await tallystick(folder, 'import', 'cards', ...fileToImport(world));
  if (done.status !== 0) throw new Error(`the import ended with status ${done.status}: ${done.stderr.trim()}`);
  const { result: decode } = await inProcess<{ readonly events: number; readonly perSecond: number }>(
    'decode',
    join(folder, 'journal.db'),
  );
  world.report.add({
    name: `reading and decoding ${whole(decode.events)} events`,
    unit: 'events/s',
    rate: decode.perSecond,
  });
  const replayed = await observeTallystick(folder, 'replay', '--json');
  if (replayed.status !== 0) throw new Error(`replay ended with status ${replayed.status}: ${replayed.stderr.trim()}`);
  const perSecond = decode.events / replayed.seconds;
  const memory = { now: replayed.megabytesMost, most: replayed.megabytesMost };
  world.report.add({
    name: 'replay into every view',
    unit: 'events/s',
    rate: perSecond,
    cpuServer: replayed.cpu,
    memory,
    note: 'from start to end of the command',
  });
  const share = perSecond / decode.perSecond;
  world.report.check(
    `replay: ${SHARE * 100} % of reading and decoding alone`,
    `${(share * 100).toFixed(0)} %`,
    share >= SHARE,
  );
}

function fileToImport(world: World): string[] {
  if (existsSync(REAL_CARDS)) return [REAL_CARDS, '--accept-duplicate-files'];
  const path = join(world.folder, 'replay.csv');
  writeCardFile({ path, name: 'replay', cards: CARDS, rows: ROWS });
  return [path];
}
