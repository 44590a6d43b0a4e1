// The adapters of a cluster, each loaded only by a process that needs it.
import { readFileSync } from 'node:fs';
import type { BusWriter } from '@tallystick/bus';
import type { KafkaBus, KafkaConnection, TopicsConfiguration } from '@tallystick/bus/kafka/index';
import type { Journal } from '@tallystick/journal';
import { pause } from '@tallystick/transport/pause';
import type { Cassandra } from '@tallystick/views/cassandra/index';
import { Counter, type Registry } from 'prom-client';
import type { ClusterConfiguration } from './configuration.js';
import type { Report } from './outages.js';

/**
 * Each delivery costs a view's store a batch and a record of progress, however few events it has: what comes while one is written, and shortly after, goes
 * together. A row is seen so much later at most.
 */
const LINGER_MS = 50;

/** @throws JournalUnavailable with one sentence */
export async function openJournal({ journal }: ClusterConfiguration, report: Report): Promise<Journal> {
  const { openEventStoreJournal } = await import('@tallystick/journal/eventstoredb/index');
  const { connection: connectionString, username, password, caFile: tlsCaFile } = journal;
  return openEventStoreJournal({
    connectionString,
    report,
    random: Math.random,
    ...(username === '' ? {} : { credentials: { username, password } }),
    ...(tlsCaFile === '' ? {} : { tlsCaFile }),
  });
}

export function kafkaConnection({ kafka }: ClusterConfiguration, clientId: string): KafkaConnection {
  const { brokers, tls, caFile, certificateFile, keyFile, sasl: mechanism, username, password } = kafka;
  const ssl = {
    ...(caFile === '' ? {} : { ca: readFileSync(caFile, 'utf8') }),
    ...(certificateFile === '' ? {} : { cert: readFileSync(certificateFile, 'utf8') }),
    ...(keyFile === '' ? {} : { key: readFileSync(keyFile, 'utf8') }),
  };
  return {
    brokers,
    clientId,
    ...(tls ? { ssl } : {}),
    ...(mechanism === 'none' ? {} : { sasl: { mechanism, username, password } }),
  };
}

export function topicsOf({ kafka }: ClusterConfiguration): TopicsConfiguration {
  return { prefix: kafka.topicPrefix, partitions: kafka.partitions };
}

export interface KafkaOptions {
  /** The service's. */
  readonly name: string;
  /** Whose offsets a consumer without its own begins at. */
  readonly offsetsLike: string | undefined;
  readonly metrics: Registry;
  readonly report: Report;
}

/** @throws KafkaTrouble with one sentence where a topic is missing or can't be seen */
export async function openKafka(configuration: ClusterConfiguration, options: KafkaOptions): Promise<KafkaBus> {
  const { name, offsetsLike, metrics, report } = options;
  const { kafkaBus, Topics } = await import('@tallystick/bus/kafka/index');
  const { checkTopics } = await import('@tallystick/bus/kafka/create-topics');
  const connection = kafkaConnection(configuration, name);
  const topics = topicsOf(configuration);
  await checkTopics(connection, new Topics(topics));
  const counter = 'tallystick_dead_letters_total';
  metrics.removeSingleMetric(counter);
  const deadLetters = new Counter({
    name: counter,
    help: 'Messages that could not be decoded and were set aside',
    labelNames: ['consumer', 'topic'],
    registers: [metrics],
  });
  return kafkaBus({
    connection,
    topics,
    pause,
    lingerMs: LINGER_MS,
    ...(offsetsLike === undefined ? {} : { offsetsLike }),
    onFailure: ({ consumer, error }) =>
      report(new Error(`${consumer}: ${error instanceof Error ? error.message : String(error)}`, { cause: error })),
    onDeadLetter: (letter) => {
      deadLetters.inc({ consumer: letter.consumer, topic: letter.topic });
      const { consumer, topic, partition, offset, reason } = letter;
      report(`${consumer}: ${topic}/${partition} at ${offset} can't be decoded and is set aside: ${reason}`);
    },
  });
}

/** Asks the brokers whether they are there. @throws KafkaTrouble with one sentence where they are not */
export async function askKafka(configuration: ClusterConfiguration, name: string): Promise<void> {
  const { withAdmin } = await import('@tallystick/bus/kafka/create-topics');
  await withAdmin(kafkaConnection(configuration, name), (admin) => admin.describeCluster());
}

/** What the relay writes with. */
export async function openTopicWriter(configuration: ClusterConfiguration): Promise<BusWriter> {
  const { SchemaRegistry, topicWriter } = await import('@tallystick/bus/kafka/index');
  const { schemaRegistry: url } = configuration.kafka;
  return topicWriter({
    connection: kafkaConnection(configuration, 'relay'),
    topics: topicsOf(configuration),
    ...(url === '' ? {} : { registry: new SchemaRegistry({ url }) }),
  });
}

/** A service's keyspace: `transaction-enrichment` → `tallystick_transaction_enrichment`. */
export function keyspaceOf({ cassandra }: ClusterConfiguration, service: string): string {
  return `${cassandra.keyspacePrefix}_${service.replaceAll('-', '_')}`;
}

/** One keyspace of Cassandra. @throws one sentence where it can't be reached */
export async function openKeyspace(
  configuration: ClusterConfiguration,
  service: string,
  report: Report,
): Promise<Cassandra> {
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
