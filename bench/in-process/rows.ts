// A process of its own: a journal's rows into Cassandra, through the views and through the driver alone. Argument: RowsRun as JSON. Prints
// RowsResult as one line of JSON.
import { Topics } from '@tallystick/bus/kafka/topics';
import { metadataReader } from '@tallystick/events';
import { openEventStoreJournal } from '@tallystick/journal/eventstoredb/index';
import { type DeliveredEvent, type Progress, type Projection, Projector, type Upsert } from '@tallystick/views';
import { openCassandra } from '@tallystick/views/cassandra/index';
import { MemoryViewStore, MemoryViews } from '@tallystick/views/memory/index';
import cassandra, { type Client } from 'cassandra-driver';
import { balanceProjection } from '../../apps/balance/balance.projection.js';
import { transactionsProjection } from '../../apps/transactions/transactions.projection.js';

export interface RowsRun {
  readonly contactPoints: readonly string[];
  readonly localDataCenter: string;
  readonly journal: string;
  readonly partitions: number;
}

export interface RowsResult {
  /** Rows per second. */
  readonly ours: number;
  readonly bare: number;
  readonly shape: { readonly rows: number; readonly batches: number };
}

interface Applied {
  readonly upserts: readonly Upsert[];
  readonly progress: Progress;
}

/** What the driver was asked to send, in the order in which it was. */
type Sent = readonly { readonly query: string; readonly params: unknown[] }[];

const EVENTS = 40_000;
const PAGE = 4_000;
/** Events of one partition that a consumer is handed at a time, where it has fallen behind. */
const PER_DELIVERY = 1_000;
/** As many as the views have on their way. */
const IN_FLIGHT = 256;
const PROJECTIONS: readonly Projection[] = [balanceProjection, transactionsProjection];
const FEW = 2;
const DECLARED_TABLE = /_\d+" USING TIMESTAMP/;

class Capturing extends MemoryViews {
  applied: Applied[] = [];

  override apply(upserts: readonly Upsert[], progress: Progress): Promise<void> {
    this.applied.push({ upserts, progress });
    return super.apply(upserts, progress);
  }
}

const run: RowsRun = JSON.parse(process.argv[2] ?? '{}');
const chains = await projected(await backlog());
let recording: Sent[] | undefined;
record('batch', ([statements]) => statements as Sent);
record('execute', ([query, params]) => [{ query: String(query), params: params as unknown[] }]);
await throughViews(
  'warm',
  chains.map((chain) => chain.slice(0, FEW)),
);
const sent: Sent[] = [];
recording = sent;
const firstSeconds = await throughViews('first', chains);
recording = undefined;
const batches = sent.filter(([first]) => first !== undefined && DECLARED_TABLE.test(first.query));
const rows = batches.reduce((sum, statements) => sum + statements.length, 0);
const bareSeconds = await throughDriver(batches);
const secondSeconds = await throughViews('second', chains);
const result: RowsResult = {
  ours: (rows / firstSeconds + rows / secondSeconds) / 2,
  bare: rows / bareSeconds,
  shape: { rows, batches: batches.length },
};
process.stdout.write(`${JSON.stringify(result)}\n`);

/** As a consumer is handed them, by partition. */
async function backlog(): Promise<ReadonlyMap<number, DeliveredEvent[][]>> {
  const topics = new Topics({ partitions: run.partitions });
  const accountOf = metadataReader(['accountId']);
  const found = new Map<number, DeliveredEvent[][]>();
  const options = { connectionString: run.journal, report: () => undefined, random: Math.random };
  const journal = await openEventStoreJournal(options);
  try {
    for (let after = 0n, read = 0; read < EVENTS; ) {
      const page = await journal.readAll({ after, limit: PAGE });
      const last = page.at(-1);
      if (last === undefined) break;
      after = last.position;
      read += page.length;
      for (const event of page) {
        const { accountId } = accountOf(event.metadata);
        if (accountId === null) continue;
        const partition = topics.partitionOfAccount(accountId);
        const deliveries = found.get(partition) ?? [];
        found.set(partition, deliveries);
        const open = deliveries.at(-1);
        if (open === undefined || open.length >= PER_DELIVERY) deliveries.push([event]);
        else open.push(event);
      }
    }
  } finally {
    await journal.close();
  }
  return found;
}

/** What the projections make of it, for each partition in its order. */
async function projected(found: ReadonlyMap<number, readonly DeliveredEvent[][]>): Promise<Applied[][]> {
  const views = new Capturing(new MemoryViewStore());
  const projector = new Projector('bench', views, PROJECTIONS);
  await projector.prepare();
  const all: Applied[][] = [];
  for (const [partition, deliveries] of found) {
    views.applied = [];
    for (const events of deliveries) await projector.apply({ partition, events });
    all.push(views.applied);
  }
  return all;
}

/** Seconds. */
async function throughViews(name: string, all: readonly (readonly Applied[])[]): Promise<number> {
  const { contactPoints, localDataCenter } = run;
  const keyspace = `bench_rows_${process.pid}_${name}`;
  const options = { contactPoints, localDataCenter, keyspace, replicationFactor: 1, report: () => undefined };
  const { views, close } = await openCassandra(options);
  try {
    await views.prepare(PROJECTIONS.flatMap(({ tables }) => tables));
    const started = performance.now();
    await Promise.all(
      all.map(async (chain) => {
        for (const { upserts, progress } of chain) await views.apply(upserts, progress);
      }),
    );
    return (performance.now() - started) / 1_000;
  } finally {
    await close();
  }
}

/** Seconds, without those in which statements are prepared. */
async function throughDriver(all: readonly Sent[]): Promise<number> {
  const { contactPoints, localDataCenter } = run;
  const client = new cassandra.Client({
    contactPoints: [...contactPoints],
    localDataCenter,
    encoding: { useBigIntAsLong: true },
    protocolOptions: { port: Number(/:(\d+)$/.exec(contactPoints[0] ?? '')?.[1] ?? '9042') },
  });
  const options = {
    prepare: true,
    logged: false,
    isIdempotent: true,
    consistency: cassandra.types.consistencies.localQuorum,
  };
  await client.connect();
  try {
    const write = async (batches: readonly Sent[]) => {
      let next = 0;
      const one = async () => {
        for (let batch = batches[next++]; batch !== undefined; batch = batches[next++])
          await client.batch([...batch], options);
      };
      await Promise.all(Array.from({ length: IN_FLIGHT }, one));
    };
    await write(all.slice(0, IN_FLIGHT));
    const started = performance.now();
    await write(all);
    return (performance.now() - started) / 1_000;
  } finally {
    await client.shutdown();
  }
}

/** Has the driver say what it is asked to send, while `recording` is there. */
function record(name: 'batch' | 'execute', sentBy: (args: readonly unknown[]) => Sent): void {
  const original: unknown = Reflect.get(cassandra.Client.prototype, name);
  if (typeof original !== 'function') throw new Error(`the driver's client has no ${name}`);
  Reflect.set(cassandra.Client.prototype, name, function (this: Client, ...args: unknown[]): unknown {
    recording?.push(sentBy(args));
    return Reflect.apply(original, this, args);
  });
}
