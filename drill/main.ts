// `npm run drill:kill`: kill -9 at random moments while commands of all kinds are under way, 50 times by default. Every acknowledged command
// must be there once, and no hold or money may appear or vanish. Exit 0 for nothing broken, 1 for a broken round, 2 for bad usage.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Drill } from './drill.js';

const { values } = parseArgs({ options: { rounds: { type: 'string', default: '50' }, seed: { type: 'string' } } });
const rounds = Number(values.rounds);
const seed = Number(values.seed ?? Math.floor(Math.random() * 2 ** 31));
if (!Number.isInteger(rounds) || rounds < 1 || !Number.isInteger(seed)) {
  process.stderr.write('usage: npm run drill:kill -- [--rounds N] [--seed S], both whole numbers\n');
  process.exit(2);
}
process.stdout.write(`seed ${seed}\n`);
const home = mkdtempSync(join(tmpdir(), 'tallystick-drill-'));
const drill = new Drill(join(home, 'data'), seed);
const stop = () => void drill.stop().then(() => process.exit(130));
process.once('SIGINT', stop).once('SIGTERM', stop);
let broken = 0;
try {
  await drill.open();
  for (let round = 1; round <= rounds; round++) {
    const { findings, line } = await drill.round(round);
    process.stdout.write(`${line}\n${findings.map((finding) => `  BROKEN: ${finding}\n`).join('')}`);
    if (findings.length > 0) broken++;
  }
} finally {
  await drill.stop();
}
process.stdout.write(`${drill.commands} commands, ${drill.kills} kills\n`);
// What is broken is kept for whoever looks into it.
if (broken > 0)
  process.stdout.write(`the folder is kept: ${home}; the same again: --seed ${seed} --rounds ${rounds}\n`);
else rmSync(home, { recursive: true, force: true });
process.stdout.write(`${rounds} rounds, ${broken} broken\n`);
process.exitCode = broken > 0 ? 1 : 0;
