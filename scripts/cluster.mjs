// npm run cluster: the bank as separate processes on this machine, with real Kafka and Cassandra (Java 17, no Docker), until Ctrl-C.
// --folder DIR keeps data and logs there; --eventstoredb URL, --kafka HOST:PORT, --cassandra HOST:PORT take servers that run already;
// --no-demo leaves the demo customer out.

import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { continueOnBundledNode, ensureBuilt, ensureInstalled, ROOT } from './prepare.mjs';

const { values } = parseArgs({
  options: {
    folder: { type: 'string', default: './data/cluster' },
    eventstoredb: { type: 'string' },
    kafka: { type: 'string' },
    cassandra: { type: 'string' },
    'no-demo': { type: 'boolean', default: false },
  },
});
console.log(
  values.eventstoredb === undefined
    ? "The journal is a stand-in that speaks EventStoreDB's protocol: it shows how the bank behaves, not how durable EventStoreDB is (--eventstoredb URL takes a real one)."
    : `The journal is the EventStoreDB at ${values.eventstoredb}.`,
);
ensureInstalled();
await continueOnBundledNode();
ensureBuilt();
const { BankCluster, javaProblem, NodeProcess } = await import('../packages/servers/dist/index.js');
const problem = values.kafka !== undefined && values.cassandra !== undefined ? undefined : javaProblem();
if (problem !== undefined) {
  console.error(`error: ${problem}: install Java 17, or name running servers with --kafka and --cassandra`);
  process.exit(3);
}
const folder = resolve(values.folder);
const list = (text) => text.split(',');
const cluster = await BankCluster.start({
  folder,
  lasting: true,
  report: (line) => console.log(line),
  given: {
    ...(values.kafka === undefined ? {} : { kafka: list(values.kafka) }),
    ...(values.cassandra === undefined ? {} : { cassandra: list(values.cassandra) }),
    ...(values.eventstoredb === undefined ? {} : { eventStoreDb: values.eventstoredb }),
  },
});
let demo;
let stopping;
const stop = () => {
  if (stopping !== undefined) return;
  console.log('stopping');
  stopping = (async () => {
    await demo?.stop();
    await cluster.stop();
  })();
  void stopping.then(() => process.exit(0));
};
process.on('SIGINT', stop);
process.on('SIGTERM', stop);

for (const {
  app,
  process: { name, pid },
  url,
  iso8583Port,
  edgePort,
} of cluster.instances)
  console.log(`  ${name.padEnd(24)} ${url}  pid ${pid}${doorOf(app, iso8583Port, edgePort)}`);
console.log(`\nThe command line works on it: npx tallystick --config ${cluster.configFile} trial-balance\n`);
if (!values['no-demo']) {
  demo = new NodeProcess({
    name: 'demo',
    args: [
      join(ROOT, 'dist/apps/bank/cluster/demo-main.js'),
      cluster.configFile,
      folder,
      cluster.url('card-processing'),
      cluster.url('feed'),
    ],
    environment: {},
    logFile: join(folder, 'demo.log'),
    isReady: async () => demo.log().includes('A customer lives in it'),
    startPatienceMs: 120_000,
  });
  await demo.start();
  console.log(demo.log().slice(demo.log().lastIndexOf('A customer lives in it')));
}
console.log('Ctrl-C stops everything; what was answered is durable.');

function doorOf(app, iso8583Port, edgePort) {
  if (app === 'card-processing') return `, ISO 8583 on port ${iso8583Port}`;
  return app === 'edge-proxy' ? `, the customer API on port ${edgePort}` : '';
}
