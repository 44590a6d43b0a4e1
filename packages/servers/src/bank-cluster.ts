// The whole bank as separate processes on this machine: Kafka, Cassandra, the journal's stand-in, and every app, each of which can be killed
// and started again. For `npm run cluster`, the drill, the bench and end-to-end tests.
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Report } from './artefacts.js';
import { type CassandraServer, startCassandra } from './cassandra.js';
import type { Server } from './java.js';
import { type KafkaServer, startKafka } from './kafka.js';
import { NodeProcess } from './node-process.js';
import { accepts, freePorts } from './ports.js';

/** In the order in which they are started. */
export const APPS = [
  'relay',
  'ledger',
  'cards',
  'accounts',
  'auth',
  'payments',
  'card-processing',
  'balance',
  'transactions',
  'merchant',
  'transaction-enrichment',
  'feed-generator',
  'feed',
  'api',
  'card-api',
  'webhook',
  'webhook-api',
  'edge-proxy',
  'finance',
] as const;

export type App = (typeof APPS)[number];

export interface BankClusterOptions {
  /** Absolute: data, settings and logs of everything. */
  readonly folder: string;
  readonly report?: Report;
  /** One of each where it is left out. */
  readonly instances?: Partial<Record<App, number>>;
  /** Servers that run already, in the place of our own. */
  readonly given?: {
    readonly kafka?: readonly string[];
    readonly cassandra?: readonly string[];
    readonly eventStoreDb?: string;
  };
  /** Merged over the configuration that is written, per section. */
  readonly configuration?: Readonly<Record<string, object>>;
  /** The servers are to run for long under load. */
  readonly lasting?: boolean;
  /** More for Node, such as `--cpu-prof`, per app. */
  readonly nodeFlags?: (app: App) => readonly string[];
}

/** One process of an app. */
export interface Instance {
  readonly app: App;
  /** Public base URL. */
  readonly url: string;
  /** Where other services call it. */
  readonly rpcUrl: string;
  /** Where card networks connect, if the app is card-processing. */
  readonly iso8583Port: number;
  /** Where customers' programs connect, if the app is edge-proxy. */
  readonly edgePort: number;
  readonly process: NodeProcess;
}

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const CLI = join(ROOT, 'dist/apps/cli/main.js');
const STANDIN = join(ROOT, 'packages/journal/eventstoredb/standin/dist/main.js');
/** As scripts/prepare.mjs starts every command, with less room: there are many of them. */
const NODE_FLAGS = ['--max-semi-space-size=16', '--disable-warning=TimeoutNegativeWarning'];
const START_PATIENCE_MS = 180_000;
/** Of accounts' events. On one machine more would only make what a view is given at a time smaller. */
const PARTITIONS = 4;
const HOST = '127.0.0.1';

export class BankCluster {
  private constructor(
    readonly folder: string,
    /** For `--config`, and for every app. */
    readonly configFile: string,
    readonly kafka: KafkaServer | undefined,
    readonly cassandra: CassandraServer | undefined,
    readonly journal: NodeProcess | undefined,
    readonly instances: readonly Instance[],
  ) {}

  static async start(options: BankClusterOptions): Promise<BankCluster> {
    const { folder, given = {}, report = () => {}, lasting = false } = options;
    mkdirSync(folder, { recursive: true });
    const started: Server[] = [];
    try {
      const journal = given.eventStoreDb === undefined ? await startJournal(folder, started) : undefined;
      const [kafka, cassandra] = await Promise.all([
        given.kafka === undefined
          ? keep(started, startKafka({ folder: join(folder, 'kafka'), report, lasting }))
          : undefined,
        given.cassandra === undefined
          ? keep(started, startCassandra({ folder: join(folder, 'cassandra'), report, lasting }))
          : undefined,
      ]);
      const instances = await layOut(options);
      const configFile = writeConfiguration(options, instances, {
        kafka: { brokers: given.kafka ?? kafka?.brokers, partitions: PARTITIONS },
        cassandra: { contactPoints: given.cassandra ?? cassandra?.contactPoints },
        journal: { connection: given.eventStoreDb ?? journal?.connection },
      });
      report('making topics and tables');
      runCli(configFile, 'migrate');
      const cluster = new BankCluster(folder, configFile, kafka, cassandra, journal?.process, instances);
      report(`starting ${instances.length} services`);
      await cluster.startApps();
      return cluster;
    } catch (error) {
      await Promise.allSettled(started.map((server) => server.kill()));
      throw error;
    }
  }

  /** Starts every app that does not run, and waits until all are ready. */
  async startApps(): Promise<void> {
    const asleep = this.instances.filter(({ process }) => !process.runs);
    for (const { process } of asleep) process.spawn();
    const outcomes = await Promise.allSettled(asleep.map(({ process }) => process.ready()));
    for (const outcome of outcomes) {
      if (outcome.status === 'fulfilled') continue;
      await this.stop();
      throw outcome.reason;
    }
  }

  of(app: App): readonly Instance[] {
    return this.instances.filter((instance) => instance.app === app);
  }

  /** Public base URL of an app's first instance. */
  url(app: App): string {
    const [first] = this.of(app);
    if (first === undefined) throw new Error(`no ${app} was started`);
    return first.url;
  }

  /** The apps first, then what they stand on. */
  async stop(): Promise<void> {
    await Promise.all(this.instances.map(({ process }) => process.stop()));
    await Promise.all([this.kafka?.stop(), this.cassandra?.stop(), this.journal?.stop()]);
  }
}

async function keep<S extends Server>(started: Server[], starting: Promise<S>): Promise<S> {
  const server = await starting;
  started.push(server);
  return server;
}

async function startJournal(folder: string, started: Server[]) {
  const [port = 0] = await freePorts(1);
  const process = new NodeProcess({
    name: "the journal's stand-in",
    args: [STANDIN, '--file', join(folder, 'journal.log'), '--host', HOST, '--port', String(port)],
    environment: {},
    logFile: join(folder, 'journal-standin.log'),
    isReady: () => accepts(HOST, port),
    startPatienceMs: START_PATIENCE_MS,
  });
  started.push(process);
  await process.start();
  return { process, connection: `esdb://${HOST}:${port}?tls=false` };
}

async function layOut({ folder, instances = {}, nodeFlags = () => [] }: BankClusterOptions): Promise<Instance[]> {
  const all = APPS.flatMap((app) => Array.from({ length: instances[app] ?? 1 }, (_, n) => ({ app, n })));
  const ports = await freePorts(all.length * 4);
  return all.map(({ app, n }, i) => {
    const [port = 0, rpcPort = 0, iso8583Port = 0, edgePort = 0] = ports.slice(i * 4);
    const url = `http://${HOST}:${port}`;
    const process = new NodeProcess({
      name: n === 0 ? app : `${app} ${n + 1}`,
      args: [...NODE_FLAGS, ...nodeFlags(app), join(ROOT, `dist/apps/${app}/main.js`)],
      environment: {
        TALLYSTICK_CONFIG: configFileOf(folder),
        TALLYSTICK_HTTP_PORT: String(port),
        TALLYSTICK_RPC_PORT: String(rpcPort),
        // Of card-processing alone; the others don't listen on it.
        TALLYSTICK_ISO8583_PORT: String(iso8583Port),
        // Of edge-proxy alone.
        TALLYSTICK_EDGE_PORT: String(edgePort),
      },
      logFile: join(folder, `${app}${n === 0 ? '' : `-${n + 1}`}.log`),
      isReady: () => answers(`${url}/health/ready`),
      startPatienceMs: START_PATIENCE_MS,
    });
    return { app, url, rpcUrl: `http://${HOST}:${rpcPort}`, iso8583Port, edgePort, process };
  });
}

async function answers(url: string): Promise<boolean> {
  try {
    const response = await fetch(url);
    await response.arrayBuffer();
    return response.ok;
  } catch {
    return false;
  }
}

function configFileOf(folder: string): string {
  return join(folder, 'cluster.json');
}

function writeConfiguration(
  { folder, configuration = {} }: BankClusterOptions,
  instances: readonly Instance[],
  servers: Readonly<Record<string, object>>,
): string {
  const addresses = (of: (instance: Instance) => string) =>
    Object.fromEntries(APPS.map((app) => [app, instances.filter((each) => each.app === app).map(of)]));
  const written: Record<string, object> = {
    ...servers,
    rpc: { services: addresses(({ rpcUrl }) => rpcUrl) },
    edge: { upstreams: addresses(({ url }) => url) },
    // The edge stands before them.
    api: { countsRequests: false },
    auth: { proxies: 1 },
    secrets: { file: join(folder, 'secrets.json') },
  };
  for (const [section, values] of Object.entries(configuration)) written[section] = { ...written[section], ...values };
  const file = configFileOf(folder);
  writeFileSync(file, `${JSON.stringify(written, null, 2)}\n`);
  return file;
}

/** Runs `tallystick` on the cluster. @throws with what it printed where it fails */
export function runCli(configFile: string, ...args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [...NODE_FLAGS, CLI, '--config', configFile, ...args],
    {
      encoding: 'utf8',
      maxBuffer: 1024 ** 3,
    },
  );
  if (status !== 0) throw new Error(`tallystick ${args.join(' ')} ended with ${status}: ${stderr}`);
  return stdout;
}
