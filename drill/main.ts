// `npm run drill:kill`: kill -9 at random moments while commands of all kinds are under way, 50 times by default. Every acknowledged command
// must be there once, and no hold or money may appear or vanish. `--cluster` kills one part of a bank of separate processes after the other.
// Exit 0 for nothing broken, 1 for a broken round, 2 for bad usage, 3 where it could not run.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Drill } from './drill.js';

const ROUNDS = 50;
const CLUSTER_ROUNDS = 20;
const USAGE =
  'usage: npm run drill:kill -- [--rounds N] [--seed S] [--cluster [--three-nodes]], N and S whole numbers\n';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string' },
    seed: { type: 'string' },
    cluster: { type: 'boolean', default: false },
    'three-nodes': { type: 'boolean', default: false },
  },
});
const { cluster: onCluster, 'three-nodes': threeNodes } = values;
const rounds = threeNodes ? 1 : Number(values.rounds ?? (onCluster ? CLUSTER_ROUNDS : ROUNDS));
const seed = Number(values.seed ?? Math.floor(Math.random() * 2 ** 31));
if (!Number.isInteger(rounds) || rounds < 1 || !Number.isInteger(seed) || (threeNodes && !onCluster)) {
  process.stderr.write(USAGE);
  process.exit(2);
}
print(`seed ${seed}`);
const home = mkdtempSync(join(tmpdir(), 'tallystick-drill-'));
let stop = async (): Promise<void> => {};
const interrupted = () => void stop().finally(() => process.exit(130));
process.once('SIGINT', interrupted).once('SIGTERM', interrupted);
try {
  const broken = await (onCluster ? killCluster() : killBank());
  // What is broken is kept for whoever looks into it.
  if (broken > 0) print(`the folder is kept: ${home}; the same again: --seed ${seed} --rounds ${rounds}`);
  else rmSync(home, { recursive: true, force: true });
  print(`${rounds} rounds, ${broken} broken`);
  process.exitCode = broken > 0 ? 1 : 0;
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.stack : error}\nthe folder is kept: ${home}\n`);
  process.exitCode = 3;
}

async function killBank(): Promise<number> {
  const drill = new Drill(join(home, 'data'), seed);
  stop = () => drill.stop();
  let broken = 0;
  try {
    await drill.open();
    for (let round = 1; round <= rounds; round++) {
      const { findings, line } = await drill.round(round);
      print(line);
      for (const finding of findings) print(`  BROKEN: ${finding}`);
      if (findings.length > 0) broken++;
    }
  } finally {
    await drill.stop();
  }
  print(`${drill.commands} commands, ${drill.kills} kills`);
  return broken;
}

async function killCluster(): Promise<number> {
  const { runClusterDrill } = await import('./cluster/cluster-main.js');
  const onStarted = (stopCluster: () => Promise<void>) => {
    stop = stopCluster;
  };
  return runClusterDrill({ home, seed, rounds, threeNodes, print, onStarted });
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
