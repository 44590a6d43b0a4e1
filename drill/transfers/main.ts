// `npm run drill:transfers`: a minute of transfers among twenty accounts, repeats among them, with kill -9 at every step of the process. Exit 0
// where money stayed constant at every moment, nothing stays in transit and each key moved money once; 1 where not, 2 for bad usage, 3 where it
// could not run.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Drilled, TransfersDrill } from './transfers-drill.js';

const USAGE = 'usage: npm run drill:transfers -- [--seconds 60] [--seed N], whole numbers\n';

const { values } = parseArgs({ options: { seconds: { type: 'string', default: '60' }, seed: { type: 'string' } } });
const seconds = Number(values.seconds);
const seed = Number(values.seed ?? Math.floor(Math.random() * 2 ** 31));
if (![seconds, seed].every(Number.isInteger) || seconds < 1) {
  process.stderr.write(USAGE);
  process.exit(2);
}
const print = (line: string) => process.stdout.write(`${line}\n`);
print(`seed ${seed}`);
const home = mkdtempSync(join(tmpdir(), 'tallystick-transfers-'));
const drill = new TransfersDrill(join(home, 'data'), seed, print);
const stopping = new AbortController();
process.once('SIGINT', () => stopping.abort()).once('SIGTERM', () => stopping.abort());
try {
  const drilled = await drill.run(seconds, stopping.signal);
  report(drilled);
  const isSound = drilled.findings.length === 0;
  await drill.stop();
  // What is broken is kept for whoever looks into it.
  if (isSound) rmSync(home, { recursive: true, force: true });
  else print(`the folder is kept: ${home}; the same again: --seed ${seed} --seconds ${seconds}`);
  process.exitCode = isSound ? 0 : 1;
} catch (error) {
  await drill.stop();
  process.stderr.write(`${error instanceof Error ? error.stack : error}\nthe folder is kept: ${home}\n`);
  process.exitCode = 3;
}

function report({ findings, keys, transfers, refused, kills, moments, struckAt, loadSeconds }: Drilled): void {
  for (const finding of findings) print(`  BROKEN: ${finding}`);
  const { sent, received, refused: turnedAway } = struckAt;
  print(`${loadSeconds.toFixed(0)} s of load, ${keys} keys: ${transfers} transfers, ${refused} refused`);
  print(`${kills} kills, with transfers that were sent (${sent}), received (${received}), refused (${turnedAway})`);
  print(`money compared after ${moments} events: ${findings.length === 0 ? 'all as it should be' : 'BROKEN'}`);
}
