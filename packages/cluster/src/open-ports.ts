// What a service stands on, opened as far as it needs it, and what its module injects of it.
import { randomBytes } from 'node:crypto';
import { type DynamicModule, Module } from '@nestjs/common';
import { bookDateIn, type CallContext, relayContract } from '@tallystick/contracts';
import type { Micros } from '@tallystick/ledger-core';
import { contextsOf, pooledRandom, systemTime, type Transport } from '@tallystick/transport';
import {
  BOOK_DATE,
  BOOK_ZONE,
  BUS,
  CLOCK,
  CONTEXT_FOR,
  FRESHNESS,
  JOURNAL,
  PARTITION_OF,
  RANDOM,
  RECORDS,
  REPORT,
  RUNS_PROCESSES,
  SECRETS,
  TIME,
  VIEWS,
} from '@tallystick/transport/nest';
import type { Secrets } from '@tallystick/transport/service';
import { RecordKeys } from '@tallystick/views/record-keys';
import type { Registry } from 'prom-client';
import { askKafka, openJournal, openKafka, openKeyspace } from './adapters.js';
import { answeringRecords, answeringViews } from './answering-stores.js';
import type { ClusterConfiguration } from './configuration.js';
import { opened } from './opening.js';
import type { Report } from './outages.js';
import { PartitionedFreshness } from './partitioned-freshness.js';
import type { Probes } from './probes.js';
import { Projecting } from './projecting.js';
import type { ServiceDefinition, ServiceParts } from './service-definition.js';

/** The keyspace of the customers' keys is nobody's own: several services seal and open with them. */
export const KEYS = 'personal-keys';

export interface OpenPortsOptions {
  readonly configuration: ClusterConfiguration;
  readonly secrets: Secrets;
  readonly transport: Transport;
  readonly metrics: Registry;
  readonly report: Report;
  /** Ends the waiting for servers. */
  readonly signal: AbortSignal;
  /** Filled with what is waited for. */
  readonly awaited: string[];
}

export interface OpenPorts {
  readonly parts: ServiceParts;
  /** Global: provides what other modules inject. */
  readonly module: DynamicModule;
  /** The service's own views, where it keeps some. */
  readonly projecting: Projecting | undefined;
  readonly freshness: PartitionedFreshness | undefined;
  /** Rejects, each, where its server does not answer. */
  readonly probes: Probes;
  close(): Promise<void>;
}

/** Waits for servers that are away. @throws the signal's reason where it is aborted */
export async function openPorts(definition: ServiceDefinition, options: OpenPortsOptions): Promise<OpenPorts> {
  const { name, needs, projections = [], readsViewsOf = name } = definition;
  const { configuration, secrets, metrics, report } = options;
  const closing: (() => Promise<void>)[] = [];
  /** Opens it where it is needed, and has it closed with the rest. */
  const needed = async <Opened extends { close(): Promise<void> }>(
    isNeeded: boolean,
    what: string,
    open: () => Promise<Opened>,
  ): Promise<Opened | undefined> => {
    if (!isNeeded) return undefined;
    const found = await opened(what, open, options);
    closing.push(() => found.close());
    return found;
  };
  const close = async () => {
    for (const each of closing.reverse()) await each();
  };
  try {
    const usesViews = needs.includes('views');
    const readsOthers = usesViews && readsViewsOf !== name;
    const offsetsLike = readsOthers ? readsViewsOf : undefined;
    const keyspace = (isNeeded: boolean, of: string) =>
      needed(isNeeded, 'Cassandra', () => openKeyspace(configuration, of, report));
    // All at a time: who runs it learns at once of everything that is away.
    const [journal, bus, own, others, keys] = await Promise.all([
      needed(needs.includes('journal'), 'the journal', () => openJournal(configuration, report)),
      needed(usesViews || needs.includes('bus'), 'Kafka', () =>
        openKafka(configuration, { name, offsetsLike, metrics, report }),
      ),
      keyspace(needs.includes('records') || (usesViews && !readsOthers), name),
      keyspace(readsOthers, readsViewsOf),
      keyspace(needs.includes('keys'), KEYS),
    ]);
    let freshness: PartitionedFreshness | undefined;
    const projecting =
      projections.length === 0
        ? undefined
        : new Projecting({
            consumer: name,
            projections,
            keyspace: there(own, 'its views', name),
            bus: there(bus, 'the bus', name),
            onProgress: (partition, position) => freshness?.progressed(partition, position),
            onSwitched: () => freshness?.forget(),
            report,
          });
    const read = projecting?.reader ?? (others ?? own)?.views;
    const views = read && answeringViews(read, report);
    const records = own && answeringRecords(own.records, report);
    const asked = own ?? others ?? keys;
    const random = pooledRandom();
    const contextFor = contextsOf(`service:${name}`);
    if (views !== undefined && bus !== undefined)
      freshness = new PartitionedFreshness({
        views,
        consumer: readsViewsOf,
        partitionOf: (accountId) => bus.partitionOf(accountId),
        relay: options.transport.client(relayContract),
        context: (signal) => callEndedBy(signal, `service:${name}`, random),
      });
    const clock = (): Micros => BigInt(Date.now()) * 1000n;
    const bookDate = bookDateIn(configuration.bookZone);
    const partitionOf = (accountId: string) => there(bus, 'the bus', name).partitionOf(accountId);
    const provided: [symbol, unknown][] = [
      [BOOK_ZONE, configuration.bookZone],
      [RUNS_PROCESSES, true],
      [CONTEXT_FOR, contextFor],
      [BOOK_DATE, bookDate],
      [SECRETS, secrets],
      [REPORT, report],
      [CLOCK, clock],
      [TIME, systemTime],
      [RANDOM, random],
      [PARTITION_OF, partitionOf],
      [JOURNAL, journal],
      [BUS, bus],
      [VIEWS, views],
      [FRESHNESS, freshness],
      [RECORDS, records],
    ];
    return {
      parts: {
        configuration,
        secrets,
        clock,
        bookDate,
        time: systemTime,
        random,
        partitionOf,
        journal: () => there(journal, 'the journal', name),
        keys: () => new RecordKeys(answeringRecords(there(keys, 'the keys', name).records, report), randomBytes),
      },
      module: providing(provided.filter(([, value]) => value !== undefined)),
      projecting,
      freshness,
      probes: {
        ...(journal && { journal: () => journal.head() }),
        ...(bus && { kafka: () => askKafka(configuration, name) }),
        ...(asked && { cassandra: () => asked.views.progress(name, 0) }),
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

function there<Part>(part: Part | undefined, what: string, service: string): Part {
  if (part === undefined) throw new Error(`${service} does not say that it needs ${what}`);
  return part;
}

function callEndedBy(signal: AbortSignal, actor: string, random: (bytes: number) => Uint8Array): CallContext {
  const correlationId = Buffer.from(random(16)).toString('hex');
  return { deadline: Number.POSITIVE_INFINITY, correlationId, actor, signal };
}

@Module({})
class OpenPortsModule {}

function providing(provided: readonly (readonly [symbol, unknown])[]): DynamicModule {
  return {
    module: OpenPortsModule,
    global: true,
    providers: provided.map(([provide, useValue]) => ({ provide, useValue })),
    exports: provided.map(([provide]) => provide),
  };
}
