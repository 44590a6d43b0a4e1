// `npm run drill:switch`: the big switch between this checkout and another release, under customers' load: 0, 100 and 0 % again. Exit 0 where
// no request failed, no answer differed unexplained, and money moved once; 1 where not, 2 for bad usage, 3 where it could not run.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { javaProblem } from '@tallystick/servers';
import { distance, NoSuchRelease, newestOther, ownRelease, prepare, type Release, releaseOf } from './other-release.js';
import { SECOND_STACK } from './second-stack.js';
import { SwitchDrill } from './switch-drill.js';

const INTERRUPTED = 130;
const USAGE = 'usage: npm run drill:switch -- [--release REF] [--seconds 60] [--seed N] [--folder DIR]\n';

const { values } = parseArgs({
  options: {
    /** A tag, branch or commit. */
    release: { type: 'string' },
    seconds: { type: 'string', default: '60' },
    seed: { type: 'string' },
    /** Where the built release is kept for another time. */
    folder: { type: 'string' },
  },
});
const seconds = Number(values.seconds);
const seed = Number(values.seed ?? Math.floor(Math.random() * 2 ** 31));
if (![seconds, seed].every(Number.isInteger) || seconds < 1) fail(2, USAGE);
const print = (line: string) => process.stdout.write(`${line}\n`);
const [own, other] = releases();
const problem = javaProblem();
if (problem !== undefined) fail(3, `Kafka and Cassandra can't be started: ${problem}\n`);
print(`seed ${seed}`);
print(`first stack:  ${own.title}`);
print(`second stack: ${other.title}`);
print(`between them: ${distance(other, own)}`);

const stopping = new AbortController();
process.once('SIGINT', () => stopping.abort()).once('SIGTERM', () => stopping.abort());
const home = mkdtempSync(join(tmpdir(), 'tallystick-switch-'));
const kept = values.folder === undefined ? home : resolve(values.folder);
mkdirSync(kept, { recursive: true });
const release = join(kept, `release-${other.commit.slice(0, 12)}`);
const drill = new SwitchDrill({
  folder: join(home, 'cluster'),
  release,
  seed,
  seconds,
  print,
  signal: stopping.signal,
});
try {
  await prepare(other, release, stopping.signal);
  await drill.run();
  await drill.stop();
  for (const finding of drill.findings) print(`  BROKEN: ${finding}`);
  const isSound = drill.findings.length === 0;
  // What is broken is kept for whoever looks into it.
  if (isSound) rmSync(home, { recursive: true, force: true });
  else
    print(`the folder is kept: ${home}; the same again: --release ${other.commit} --seed ${seed} --seconds ${seconds}`);
  print(isSound ? 'all as it should be' : `${drill.findings.length} findings`);
  process.exitCode = isSound ? 0 : 1;
} catch (error) {
  for (const finding of drill.findings) print(`  BROKEN: ${finding}`);
  await drill.stop();
  if (stopping.signal.aborted) {
    rmSync(home, { recursive: true, force: true });
    fail(INTERRUPTED, 'stopped\n');
  }
  fail(3, `${error instanceof Error ? error.stack : error}\nthe folder is kept: ${home}\n`);
}

function releases(): readonly [own: Release, other: Release] {
  try {
    const ref = values.release ?? newestOther(SECOND_STACK.map((service) => `apps/${service}`));
    return [ownRelease(), releaseOf(ref)];
  } catch (error) {
    if (!(error instanceof NoSuchRelease)) throw error;
    return fail(2, `${error.message}\n${USAGE}`);
  }
}

function fail(status: number, message: string): never {
  process.stderr.write(message);
  process.exit(status);
}
