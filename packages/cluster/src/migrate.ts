// Topics, keyspaces, tables and secrets, made before services start.
import type { Journal } from '@tallystick/journal';
import type { Projection, ViewWriter } from '@tallystick/views';
import { kafkaConnection, openJournal, openKeyspace, topicsOf } from './adapters.js';
import { clusterSecrets } from './calls.js';
import type { ClusterConfiguration } from './configuration.js';
import { KEYS } from './open-ports.js';
import { opened } from './opening.js';
import { eachOutageOnce, type Report } from './outages.js';

export interface MigrateOptions {
  /** What each service keeps a view of. */
  readonly projections: Readonly<Record<string, Projection>>;
  /** Services that keep records only. */
  readonly recordKeepers: readonly string[];
  /** The names of all services' secrets. */
  readonly secretNames: readonly string[];
  /** Fills a new generation of a service's views, where its tables have changed. */
  readonly fill: (journal: Journal, service: string, projection: Projection, views: ViewWriter) => Promise<void>;
  readonly report: Report;
  /** Ends the waiting for servers. */
  readonly signal: AbortSignal;
}

export interface Migrated {
  readonly keyspaces: readonly string[];
  /** Services whose views were filled anew. */
  readonly refilled: readonly string[];
}

/** Repeating it changes nothing. @throws the signal's reason where it is aborted */
export async function migrateServers(configuration: ClusterConfiguration, options: MigrateOptions): Promise<Migrated> {
  const { projections, recordKeepers, secretNames, signal } = options;
  const report = eachOutageOnce(options.report, () => performance.now());
  const waiting = { signal, report };
  clusterSecrets(configuration, secretNames);
  await opened('Kafka', () => makeTopics(configuration), waiting);
  const keyspaces: string[] = [];
  const refilled: string[] = [];
  for (const service of [...Object.keys(projections), ...recordKeepers, KEYS]) {
    const keyspace = await opened('Cassandra', () => openKeyspace(configuration, service, report), waiting);
    try {
      const projection = projections[service];
      const fill = async (views: ViewWriter) => {
        if (projection === undefined) return;
        const journal = await opened('the journal', () => openJournal(configuration, report), waiting);
        await options.fill(journal, service, projection, views).finally(() => journal.close());
        refilled.push(service);
      };
      if (projection !== undefined) await keyspace.generations.migrate(projection.tables, fill);
      keyspaces.push(service);
    } finally {
      await keyspace.close();
    }
  }
  return { keyspaces, refilled };
}

async function makeTopics(configuration: ClusterConfiguration): Promise<void> {
  const { createTopics } = await import('@tallystick/bus/kafka/index');
  const { replicationFactor, minInSyncReplicas } = configuration.kafka;
  const connection = kafkaConnection(configuration, 'migrate');
  await createTopics({ connection, topics: topicsOf(configuration), replicationFactor, minInSyncReplicas });
}
