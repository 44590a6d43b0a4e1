// The second stack of the drill: another release's services behind the edge, started from its own build.
//
// What appends to the journal is there once, and both stacks ask it through its contract: ledger, accounts, payments, cards, transactions,
// feed-generator, auth. What only answers customers is the other release's: api, card-api, webhook-api, feed. So is the balance, a view that
// needs nothing but events: it has a relay, topics and a keyspace of its own, all made from the one journal.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePorts, NodeProcess } from '@tallystick/servers';
import { runThere } from './other-release.js';

/** Customers' requests come to these through the edge. */
export const ANSWERING = ['api', 'card-api', 'webhook-api', 'feed'] as const;
/** These keep a view of their own behind them; they start first. */
const VIEWING = ['relay', 'balance'] as const;
export const SECOND_STACK = [...VIEWING, ...ANSWERING] as const;
export type SecondService = (typeof SECOND_STACK)[number];

const NODE_FLAGS = ['--max-semi-space-size=16', '--disable-warning=TimeoutNegativeWarning'];
const HOST = '127.0.0.1';
const START_PATIENCE_MS = 180_000;
/** Before the names of its topics, consumers and keyspaces. */
const TOPIC_PREFIX = 'second-';
const KEYSPACE_PREFIX = 'second';

export interface Place {
  readonly port: number;
  readonly rpcPort: number;
}

export type Places = Readonly<Record<SecondService, Place>>;

/** A cluster's configuration file, as far as it is passed on. */
export interface ClusterFile {
  readonly kafka: object;
  readonly cassandra: object;
  readonly journal: object;
  readonly secrets: object;
  readonly rpc: { readonly services: Readonly<Record<string, readonly string[]>> };
}

/**
 * @returns the configuration of the services with a view of their own, and of those that answer customers. Both name nothing that these do
 * not need: another release may not know it.
 */
export function configurations({ kafka, cassandra, journal, secrets, rpc }: ClusterFile, places: Places) {
  const at = (service: SecondService) => [`http://${HOST}:${places[service].rpcPort}`];
  const own = (...services: readonly SecondService[]) => ({
    rpc: { services: { ...rpc.services, ...Object.fromEntries(services.map((name) => [name, at(name)])) } },
  });
  const truth = { journal, secrets };
  return {
    viewing: {
      ...truth,
      ...own('relay', 'balance'),
      kafka: { ...kafka, topicPrefix: TOPIC_PREFIX },
      cassandra: { ...cassandra, keyspacePrefix: KEYSPACE_PREFIX },
    },
    // The feed's view is the first stack's, and so is the relay that knows how far it has come.
    answering: { ...truth, ...own('balance', 'feed'), kafka, cassandra, api: { countsRequests: false } },
  };
}

export class SecondStack {
  private processes: ReadonlyMap<SecondService, NodeProcess> = new Map();

  private constructor(
    private readonly release: string,
    private readonly places: Places,
  ) {}

  /** Chooses its ports: the edge is told of them before it starts. @param release the folder of the built release */
  static async layOut(release: string): Promise<SecondStack> {
    const ports = await freePorts(SECOND_STACK.length * 2);
    const placed = SECOND_STACK.map((name, i) => [name, { port: ports[i * 2], rpcPort: ports[i * 2 + 1] }] as const);
    return new SecondStack(release, Object.fromEntries(placed) as Places); // of every service there is
  }

  /** For `edge.secondUpstreams`. */
  upstreams(): Readonly<Record<string, readonly string[]>> {
    return Object.fromEntries(ANSWERING.map((service) => [service, [this.url(service)]]));
  }

  /** Public base URL. */
  url(service: SecondService): string {
    return `http://${HOST}:${this.places[service].port}`;
  }

  logFiles(): string[] {
    return [...this.processes.values()].map(({ logFile }) => logFile);
  }

  /** One line for each service. */
  lines(): string[] {
    return [...this.processes].map(([name, { pid }]) => `  ${name.padEnd(12)} ${this.url(name)}  pid ${pid}`);
  }

  /** Makes its topics and keyspaces, and resolves when all are ready. @throws with what a service printed where it does not start */
  async start(cluster: ClusterFile, folder: string, signal: AbortSignal): Promise<void> {
    const { viewing, answering } = configurations(cluster, this.places);
    const files = { viewing: join(folder, 'second-views.json'), answering: join(folder, 'second.json') };
    writeFileSync(files.viewing, `${JSON.stringify(viewing, null, 2)}\n`);
    writeFileSync(files.answering, `${JSON.stringify(answering, null, 2)}\n`);
    await runThere(this.release, ['--config', files.viewing, 'migrate'], signal);
    const isViewing = (name: SecondService) => VIEWING.some((each) => each === name);
    this.processes = new Map(
      SECOND_STACK.map((name) => [
        name,
        this.processOf(name, isViewing(name) ? files.viewing : files.answering, folder),
      ]),
    );
    for (const process of this.processes.values()) process.spawn();
    await Promise.all([...this.processes.values()].map((process) => process.ready()));
  }

  async stop(): Promise<void> {
    await Promise.all([...this.processes.values()].map((process) => process.stop()));
  }

  private processOf(name: SecondService, configFile: string, folder: string): NodeProcess {
    return new NodeProcess({
      name: `second ${name}`,
      args: [...NODE_FLAGS, join(this.release, 'dist', 'apps', name, 'main.js')],
      environment: {
        TALLYSTICK_CONFIG: configFile,
        TALLYSTICK_HTTP_PORT: String(this.places[name].port),
        TALLYSTICK_RPC_PORT: String(this.places[name].rpcPort),
      },
      logFile: join(folder, `second-${name}.log`),
      isReady: () =>
        fetch(`${this.url(name)}/health/ready`).then(
          (answer) => answer.arrayBuffer().then(() => answer.ok),
          () => false,
        ),
      startPatienceMs: START_PATIENCE_MS,
    });
  }
}
