// `npm run bench`: both systems, one after the other in turns, and a table of what was reached. Exit 0 whatever the figures are; 2 for bad
// usage; 3 where something that it needs is not there or fails.
import { type Bench, openClusterBench } from './cluster/bench.js';
import { INSTALL_WRK, provideWrk } from './http/wrk.js';
import { BadUsage, type ClusterSectionName, type Options, readOptions, type SectionName, USAGE } from './options.js';
import { Report } from './report.js';
import { customers } from './sections/customers.js';
import { feed } from './sections/feed.js';
import { batch, hot, spread } from './sections/gateway.js';
import { importCards } from './sections/import.js';
import { append, history } from './sections/in-process.js';
import { codec, iso8583 } from './sections/iso8583.js';
import { replay } from './sections/replay.js';
import { transfers } from './sections/transfers.js';
import { visible } from './sections/visible.js';
import { lookForPostgres, World } from './world.js';

const sections: Readonly<Record<SectionName, (world: World) => Promise<void>>> = {
  spread,
  hot,
  batch,
  iso8583,
  codec,
  transfers,
  visible,
  feed,
  customers,
  append,
  history,
  import: importCards,
  replay,
};
const LOADED_BY_WRK: readonly (SectionName | ClusterSectionName)[] = [
  'spread',
  'hot',
  'batch',
  'iso8583',
  'transfers',
  'customers',
  'gateway',
  'layouts',
  'sustained',
];

process.exitCode = await main();

async function main(): Promise<number> {
  let options: Options;
  try {
    options = readOptions(process.argv.slice(2));
  } catch (error) {
    if (!(error instanceof BadUsage)) throw error;
    process.stderr.write(`${error.message}\n${USAGE}\n`);
    return 2;
  }
  const names = [...options.only, ...options.cluster];
  if (names.some((name) => LOADED_BY_WRK.includes(name)) && !provideWrk()) {
    process.stderr.write(`wrk makes the load and is not installed: ${INSTALL_WRK}\n`);
    return 3;
  }
  const report = new Report(
    { only: names, seconds: options.seconds },
    options.cluster.length === 0 ? undefined : 'cluster',
  );
  try {
    const bench = options.cluster.length === 0 ? openEmbeddedBench(options, report) : openClusterBench(options, report);
    const stop = () => void bench.close().then(() => process.exit(130));
    process.once('SIGINT', stop).once('SIGTERM', stop);
    try {
      return await runAll(bench.steps, report);
    } finally {
      await bench.close();
    }
  } finally {
    report.finish();
  }
}

/** @throws where PostgreSQL was asked for and is not there */
function openEmbeddedBench(options: Options, report: Report): Bench {
  lookForPostgres(options, report);
  const world = new World(options, report);
  return {
    steps: options.only.map((name) => ({ name, run: () => sections[name](world) })),
    close: () => world.close(),
  };
}

/** A section that fails costs its own figures only. */
async function runAll(steps: Bench['steps'], report: Report): Promise<number> {
  let status = 0;
  for (const { name, run } of steps) {
    process.stderr.write(`\n${name}\n`);
    try {
      await run();
    } catch (error) {
      status = 3;
      report.skip(`${name}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  return status;
}
