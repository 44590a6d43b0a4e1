// Makes a bank's topics, and says what is wrong with those that are there.
import { setTimeout } from 'node:timers/promises';
import kafkajs, { type Admin, type ITopicConfig, type ITopicMetadata } from 'kafkajs';
import { isKafkaError, type KafkaConnection, KafkaTrouble, kafkaClient, kafkaTrouble } from './connection.js';
import { requestTopicSettings } from './request-topic-settings.js';
import { Topics, type TopicsConfiguration } from './topics.js';

export interface CreateTopicsOptions {
  readonly connection: KafkaConnection;
  readonly topics?: TopicsConfiguration;
  /** 1 where it is left out: enough on one machine only. */
  readonly replicationFactor?: number;
  /** How many replicas must have a message before it counts; 1 where it is left out. */
  readonly minInSyncReplicas?: number;
}

interface Wanted {
  readonly name: string;
  readonly partitions: number;
  readonly settings: Readonly<Record<string, string>>;
}

const LEADERS_PATIENCE_MS = 30_000;
const POLL_MS = 20;
/** Only the newest record of the relay's progress matters, and it is read from the end: short segments keep the rest small. */
const PROGRESS_SEGMENT_BYTES = 1_048_576;

/**
 * Creates the topics that are missing; repeating it changes nothing.
 * @throws KafkaTrouble with one sentence where Kafka can't be used, or a topic that is there has other settings than the bank needs
 */
export async function createTopics(options: CreateTopicsOptions): Promise<void> {
  const { connection, replicationFactor = 1, minInSyncReplicas = 1 } = options;
  const wanted = wantedTopics(new Topics(options.topics), minInSyncReplicas);
  await withAdmin(connection, async (admin) => {
    const there = new Set(await admin.listTopics());
    const missing = wanted.filter(({ name }) => !there.has(name));
    if (missing.length > 0) await create(admin, missing, replicationFactor);
    assertPartitions(wanted, await leadersOf(admin, wanted));
    await assertSettings(admin, wanted);
  });
}

/** @throws KafkaTrouble with one sentence where a topic is missing or has another number of partitions */
export async function checkTopics(connection: KafkaConnection, topics: Topics): Promise<void> {
  await withAdmin(connection, async (admin) => {
    const { topics: there } = await admin.fetchTopicMetadata();
    assertPartitions(wantedTopics(topics, 1), there);
  });
}

export async function withAdmin<T>(connection: KafkaConnection, work: (admin: Admin) => Promise<T>): Promise<T> {
  const admin = kafkaClient(connection).admin();
  try {
    await admin.connect();
    return await work(admin);
  } catch (error) {
    throw kafkaTrouble(error, connection);
  } finally {
    // Nothing hangs on how the connection ends.
    await admin.disconnect().catch(() => undefined);
  }
}

function wantedTopics(topics: Topics, minInSyncReplicas: number): Wanted[] {
  const replicas = { 'min.insync.replicas': String(minInSyncReplicas) };
  const forEver = { 'cleanup.policy': 'delete', 'retention.ms': '-1', 'retention.bytes': '-1', ...replicas };
  const newest = { 'cleanup.policy': 'compact', 'segment.bytes': String(PROGRESS_SEGMENT_BYTES), ...replicas };
  return [
    ...topics.events.map((name, index) => ({ name, partitions: topics.partitionsOf(index), settings: forEver })),
    { name: topics.progress, partitions: 1, settings: newest },
    { name: topics.deadLetters, partitions: 1, settings: forEver },
    ...requestTopicSettings(topics).map((each) => ({ ...each, settings: { ...each.settings, ...replicas } })),
  ];
}

async function create(admin: Admin, missing: readonly Wanted[], replicationFactor: number): Promise<void> {
  const topics = missing.map(
    ({ name, partitions, settings }): ITopicConfig => ({
      topic: name,
      numPartitions: partitions,
      replicationFactor,
      configEntries: Object.entries(settings).map(([key, value]) => ({ name: key, value })),
    }),
  );
  try {
    // Waiting for the leaders may throw although the topics are there; they are polled below.
    await admin.createTopics({ topics, waitForLeaders: false });
  } catch (error) {
    if (!(error instanceof kafkajs.KafkaJSAggregateError)) throw error;
    const other = error.errors.find((each) => !isKafkaError(each, 'TOPIC_ALREADY_EXISTS'));
    if (other === undefined) return;
    const why = other instanceof Error ? other.message : other;
    throw new KafkaTrouble(`the topics can't be created: ${why}`, { cause: error });
  }
}

/** Once each partition has a leader, and the leader knows it. */
async function leadersOf(admin: Admin, wanted: readonly Wanted[]): Promise<ITopicMetadata[]> {
  const names = new Set(wanted.map(({ name }) => name));
  const giveUp = Date.now() + LEADERS_PATIENCE_MS;
  for (;;) {
    const { topics } = await admin.fetchTopicMetadata();
    const ours = topics.filter(({ name }) => names.has(name));
    const led = ours.every(({ partitions }) => partitions.every(({ leader }) => leader >= 0));
    if (led && ours.length === names.size && (await answer(admin, names))) return ours;
    if (Date.now() > giveUp) throw new KafkaTrouble('the topics were created, but have no leaders yet');
    await setTimeout(POLL_MS);
  }
}

async function answer(admin: Admin, topics: Iterable<string>): Promise<boolean> {
  try {
    await Promise.all(Array.from(topics, (topic) => admin.fetchTopicOffsets(topic)));
    return true;
  } catch (error) {
    if (isKafkaError(error, 'NOT_LEADER_FOR_PARTITION', 'LEADER_NOT_AVAILABLE', 'UNKNOWN_TOPIC_OR_PARTITION'))
      return false;
    throw error;
  }
}

function assertPartitions(wanted: readonly Wanted[], there: readonly ITopicMetadata[]): void {
  const byName = new Map(there.map((topic) => [topic.name, topic.partitions.length]));
  const missing = wanted.filter(({ name }) => !byName.has(name)).map(({ name }) => name);
  if (missing.length > 0)
    throw new KafkaTrouble(`Kafka has no topic ${missing.join(', ')}: create the bank's topics first`);
  for (const { name, partitions } of wanted) {
    const found = byName.get(name);
    if (found !== partitions)
      throw new KafkaTrouble(
        `topic ${name} has ${found} partitions and is configured with ${partitions}: a change needs a new generation of topics`,
      );
  }
}

async function assertSettings(admin: Admin, wanted: readonly Wanted[]): Promise<void> {
  const { resources } = await admin.describeConfigs({
    includeSynonyms: false,
    resources: wanted.map(({ name, settings }) => ({
      type: kafkajs.ConfigResourceTypes.TOPIC,
      name,
      configNames: Object.keys(settings),
    })),
  });
  for (const { resourceName, configEntries } of resources) {
    const settings = wanted.find(({ name }) => name === resourceName)?.settings ?? {};
    for (const { configName, configValue } of configEntries) {
      const needed = settings[configName];
      if (needed !== undefined && needed !== configValue)
        throw new KafkaTrouble(
          `topic ${resourceName} has ${configName}=${configValue} and needs ${configName}=${needed}`,
        );
    }
  }
}
