// The adapters of a cluster, each loaded only by a service that needs it.
import { readFileSync } from 'node:fs';
import type { Journal } from '@tallystick/journal';
import type { ClusterConfiguration } from './configuration.js';

export type Report = (error: unknown) => void;

/** @throws JournalUnavailable with one sentence */
export async function openJournal({ journal }: ClusterConfiguration, report: Report): Promise<Journal> {
  const { openEventStoreJournal } = await import('@tallystick/journal/eventstoredb/index');
  const { connection: connectionString, username, password, caFile } = journal;
  return openEventStoreJournal({
    connectionString,
    report,
    ...(username === '' ? {} : { credentials: { username, password } }),
    ...(caFile === '' ? {} : { tlsCaFile: caFile }),
  });
}

/** How Kafka is reached, as packages/bus wants it. */
export function kafkaConnection({ kafka }: ClusterConfiguration, clientId: string) {
  const { brokers, tls, caFile, certificateFile, keyFile, sasl, username, password } = kafka;
  const ssl = {
    ...(caFile === '' ? {} : { ca: readFileSync(caFile, 'utf8') }),
    ...(certificateFile === '' ? {} : { cert: readFileSync(certificateFile, 'utf8') }),
    ...(keyFile === '' ? {} : { key: readFileSync(keyFile, 'utf8') }),
  };
  return {
    brokers,
    clientId,
    ...(tls ? { ssl } : {}),
    ...(sasl === 'none' ? {} : { sasl: { mechanism: sasl, username, password } }),
  };
}

/** A service's keyspace: `transaction-enrichment` → `tallystick_transaction_enrichment`. */
export function keyspaceOf({ cassandra }: ClusterConfiguration, service: string): string {
  return `${cassandra.keyspacePrefix}_${service.replaceAll('-', '_')}`;
}

/** One keyspace of Cassandra. @throws one sentence where it can't be reached */
export async function openKeyspace(configuration: ClusterConfiguration, service: string, report: Report) {
  const { openCassandra } = await import('@tallystick/views/cassandra/index');
  const { contactPoints, localDataCenter, replicationFactor, consistency, tls, caFile, username, password } =
    configuration.cassandra;
  return openCassandra({
    contactPoints,
    localDataCenter,
    keyspace: keyspaceOf(configuration, service),
    replicationFactor,
    consistency,
    report,
    ...(username === '' ? {} : { credentials: { username, password } }),
    ...(tls ? { tls: caFile === '' ? {} : { ca: readFileSync(caFile, 'utf8') } } : {}),
  });
}
