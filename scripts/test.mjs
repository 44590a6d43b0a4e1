// npm test: installs if needed, checks the types, runs jest; then the specs that need Kafka and Cassandra, on servers that it starts where
// there is Java 17. Arguments go to jest: `npm test -- packages/ledger-core`.

import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { continueOnBundledNode, ensureInstalled, ROOT, runNode } from './prepare.mjs';

const JEST = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning', 'node_modules/jest/bin/jest.js'];
const CAN_BE_REQUIRED = 'servers';

ensureInstalled();
await continueOnBundledNode();
runNode(['node_modules/typescript/bin/tsc', '-b'], 'the types do not fit together');

const asked = process.argv.slice(2);
const listsOnly = asked.includes('--listTests');
const withoutServers = await jest([...asked, '--passWithNoTests'], { TALLYSTICK_SPECS: 'without-servers' });
const withServers = listsOnly ? await jest(asked, { TALLYSTICK_SPECS: 'servers' }) : await testOnServers();
process.exitCode = withoutServers || withServers;

/** @returns jest's exit code */
async function testOnServers() {
  const specs = await specsOnServers();
  if (specs === 0) return 0;
  const { javaProblem, startCassandra, startKafka } = await import('../packages/servers/dist/index.js');
  const problem = javaProblem();
  if (problem !== undefined) return skipped(specs, problem);
  const folder = mkdtempSync(join(tmpdir(), 'tallystick-servers-'));
  const report = (line) => console.error(`tallystick: ${line}`);
  const servers = [];
  try {
    report(`starting Kafka and Cassandra for ${specs} spec files`);
    const kafka = await startKafka({ folder: join(folder, 'kafka'), report });
    servers.push(kafka);
    const cassandra = await startCassandra({ folder: join(folder, 'cassandra'), report });
    servers.push(cassandra);
    // One after the other: most of them start servers or clusters of their own, which have the machine's cores to themselves. Then the run is
    // ended: a kafkajs client whose broker was killed leaves a timer behind that nothing stops.
    return await jest([...asked.map(besideFirstReport), '--maxWorkers=1', '--forceExit'], {
      TALLYSTICK_SPECS: 'servers',
      TALLYSTICK_TEST_KAFKA: kafka.brokers.join(','),
      TALLYSTICK_TEST_CASSANDRA: cassandra.contactPoints.join(','),
    });
  } finally {
    await Promise.all(servers.map((server) => server.stop()));
    rmSync(folder, { recursive: true, force: true });
  }
}

function skipped(specs, problem) {
  console.error(`tallystick: SKIPPED ${specs} spec files that need Kafka and Cassandra: ${problem}`);
  const required = (process.env.TALLYSTICK_REQUIRES ?? '').split(',').includes(CAN_BE_REQUIRED);
  return required ? 1 : 0;
}

/** The second run's report must not replace the first's. */
function besideFirstReport(argument) {
  return argument.startsWith('--outputFile=') ? `${argument}.servers` : argument;
}

async function specsOnServers() {
  let listed = '';
  const patterns = asked.filter((argument) => !argument.startsWith('-'));
  await jest([...patterns, '--listTests', '--passWithNoTests'], { TALLYSTICK_SPECS: 'servers' }, (text) => {
    listed += text;
  });
  return listed.split('\n').filter((line) => line.endsWith('.spec.ts')).length;
}

/** @returns jest's exit code */
function jest(args, environment, read) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [...JEST, ...args], {
      cwd: ROOT,
      stdio: ['inherit', read === undefined ? 'inherit' : 'pipe', 'inherit'],
      env: { ...process.env, ...environment },
    });
    child.stdout?.on('data', (data) => read(String(data)));
    child.on('exit', (code) => resolve(code ?? 1));
  });
}
