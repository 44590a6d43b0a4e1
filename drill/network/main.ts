// `npm run drill:network`: the card network against a bank of its own at the highest rate that both keep up, with 2 % of the messages' links cut.
// Exit 0 where every balance agrees, nothing stayed unanswered and the bank's memory is flat; 1 where not, 2 for bad usage, 3 where it could not run.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { agrees, textOf } from '../../apps/card-network/simulator/report.js';
import { type Flatness, flatnessOf } from './memory.js';
import { type Drilled, drill } from './network-drill.js';

const MINUTE_MS = 60_000;
const MEBIBYTE = 2 ** 20;
const GROWTH_MOST = 0.15;
/** In a shorter run a process has not reached its size yet: its memory is told, and not judged. */
const JUDGED_FROM_MS = 5 * MINUTE_MS;
const USAGE = 'usage: npm run drill:network -- [--minutes 10] [--seed N] [--rate N] [--cards 10000]\n';

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '10' },
    seed: { type: 'string' },
    rate: { type: 'string' },
    cards: { type: 'string', default: '10000' },
  },
});
const milliseconds = Number(values.minutes) * MINUTE_MS;
const seed = Number(values.seed ?? Math.floor(Math.random() * 2 ** 31));
const rate = values.rate === undefined ? undefined : Number(values.rate);
const cards = Number(values.cards);
if (!(milliseconds > 0) || ![seed, rate ?? 1, cards].every((value) => Number.isInteger(value) && value > 0)) {
  process.stderr.write(USAGE);
  process.exit(2);
}
process.stdout.write(`seed ${seed}\n`);
const home = mkdtempSync(join(tmpdir(), 'tallystick-network-'));
const stopping = new AbortController();
process.once('SIGINT', () => stopping.abort()).once('SIGTERM', () => stopping.abort());
try {
  const drilled = await drill(
    home,
    { seed, milliseconds, rate, cards, warm: milliseconds >= JUDGED_FROM_MS },
    stopping.signal,
    (line) => process.stderr.write(`${line}\n`),
  );
  const sound = report(drilled);
  // What is wrong is kept for whoever looks into it.
  if (sound) rmSync(home, { recursive: true, force: true });
  else process.stdout.write(`the folder is kept: ${home}; the same again: --seed ${seed} --rate ${drilled.rate}\n`);
  process.exitCode = sound ? 0 : 1;
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.stack : error}\nthe folder is kept: ${home}\n`);
  process.exitCode = 3;
}

function report({ probe, played, samples, rate: sustained }: Drilled): boolean {
  if (probe !== undefined) process.stdout.write(`as fast as answers come:\n${textOf(probe)}\n`);
  process.stdout.write(`${sustained} stories a second:\n${textOf(played)}\n`);
  const resident = flatnessOf(samples.map((sample) => sample.resident));
  const heap = flatnessOf(samples.map((sample) => sample.heapUsed));
  if (resident !== undefined) process.stdout.write(`the bank's memory: ${spoken(resident)} resident\n`);
  if (heap !== undefined) process.stdout.write(`                   ${spoken(heap)} of heap in use\n`);
  const flat = milliseconds < JUDGED_FROM_MS || (resident !== undefined && Math.abs(resident.growth) < GROWTH_MOST);
  const answered = [probe, played].every((one) => one === undefined || one.counts.unanswered === 0);
  const agreed = [probe, played].every((one) => one === undefined || agrees(one));
  const wrong = [
    ...(agreed ? [] : ['the bank and the network disagree']),
    ...(answered ? [] : ['messages stayed unanswered for 2 s']),
    ...(flat ? [] : ["the bank's memory is not flat"]),
  ];
  process.stdout.write(wrong.length === 0 ? 'all as it should be\n' : `WRONG: ${wrong.join('; ')}\n`);
  return wrong.length === 0;
}

function spoken({ first, last, growth }: Flatness): string {
  const mebibytes = (bytes: number) => `${Math.round(bytes / MEBIBYTE)} MiB`;
  return `${mebibytes(first)} in the first third, ${mebibytes(last)} in the last (${(growth * 100).toFixed(1)} %)`;
}
