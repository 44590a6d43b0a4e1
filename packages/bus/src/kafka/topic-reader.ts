// Reads parts of topics from one offset to another, as of read_committed, without being a consumer that anybody remembers.
import { randomUUID } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import type { Consumer, KafkaMessage } from 'kafkajs';
import { isKafkaError, type KafkaConnection, kafkaClient, kafkaTrouble } from './connection.js';

/** Offsets of one partition, the second exclusive. */
export interface OffsetRange {
  readonly topic: string;
  readonly partition: number;
  readonly from: number;
  readonly to: number;
}

export interface ReadRangesOptions {
  readonly connection: KafkaConnection;
  /** Of the group that Kafka sees. */
  readonly groupPrefix: string;
  readonly ranges: readonly OffsetRange[];
  readonly signal: AbortSignal;
  /**
   * Given each partition's messages in order, several at a time; what it throws ends the reading. Where it answers with a promise, the partition is given no more until
   * that resolves; it must not reject.
   */
  readonly onMessages: (range: OffsetRange, messages: readonly KafkaMessage[]) => Promise<void> | undefined;
  readonly fetchBytesPerPartition?: number;
}

const FETCH_WAIT_MS = 50;
const FETCH_BYTES = 1_048_576;
/** A broker that has just started, or just become a group's coordinator, loads its groups for some seconds; kafkajs doesn't try a first join again. */
const LOADING_PAUSE_MS = 100;
const LOADING_ATTEMPTS = 100;

/** Resolves when every range has been read. @throws KafkaTrouble, or the signal's reason where it is aborted */
export async function readRanges(options: ReadRangesOptions): Promise<void> {
  const { connection, signal } = options;
  for (let attempt = 1; ; attempt++) {
    try {
      return await readOnce(options);
    } catch (error) {
      signal.throwIfAborted();
      // It is the answer to the join, so nothing has been read yet.
      if (!isKafkaError(error, 'GROUP_LOAD_IN_PROGRESS') || attempt === LOADING_ATTEMPTS)
        throw kafkaTrouble(error, connection);
    }
    await setTimeout(LOADING_PAUSE_MS, undefined, { signal });
  }
}

async function readOnce(options: ReadRangesOptions): Promise<void> {
  const { connection, groupPrefix, ranges, signal } = options;
  const open = new Map<string, OffsetRange>();
  for (const range of ranges) if (range.from < range.to) open.set(keyOf(range.topic, range.partition), range);
  signal.throwIfAborted();
  if (open.size === 0) return;
  const consumer = kafkaClient(connection).consumer({
    groupId: `${groupPrefix}reader-${randomUUID()}`,
    maxWaitTimeInMs: FETCH_WAIT_MS,
    maxBytesPerPartition: options.fetchBytesPerPartition ?? FETCH_BYTES,
    retry: { restartOnFailure: async () => false },
  });
  try {
    await new Reading(consumer, open, options).done();
  } finally {
    await consumer.disconnect().catch(() => undefined);
  }
}

class Reading {
  readonly #ended = Promise.withResolvers<void>();

  constructor(
    private readonly consumer: Consumer,
    private readonly open: Map<string, OffsetRange>,
    private readonly options: ReadRangesOptions,
  ) {}

  async done(): Promise<void> {
    const { consumer, open } = this;
    const { signal } = this.options;
    const abort = () => this.#ended.reject(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    // Nobody waits for it yet while the consumer connects.
    this.#ended.promise.catch(() => undefined);
    try {
      consumer.on(consumer.events.CRASH, ({ payload }) => this.#ended.reject(payload.error));
      // Said of batches too that hold nothing but the marks of transactions, which eachBatch is not given.
      consumer.on(consumer.events.END_BATCH_PROCESS, ({ payload }) => this.#reached(payload));
      await consumer.connect();
      await consumer.subscribe({
        topics: [...new Set([...open.values()].map(({ topic }) => topic))],
        fromBeginning: true,
      });
      await consumer.run({
        autoCommit: false,
        partitionsConsumedConcurrently: open.size,
        eachBatch: async ({ batch }) => this.#take(batch),
      });
      for (const { topic, partition, from } of open.values())
        if (from > 0) consumer.seek({ topic, partition, offset: String(from) });
      await this.#ended.promise;
    } finally {
      signal.removeEventListener('abort', abort);
    }
  }

  #take({ topic, partition, messages }: { topic: string; partition: number; messages: KafkaMessage[] }): void {
    const range = this.open.get(keyOf(topic, partition));
    if (range === undefined) return this.#pause(topic, partition);
    const wanted = messages.filter(({ offset }) => Number(offset) >= range.from && Number(offset) < range.to);
    if (wanted.length === 0) return;
    try {
      const later = this.options.onMessages(range, wanted);
      if (later !== undefined) void this.#waitFor(later, topic, partition);
    } catch (error) {
      this.#ended.reject(error);
    }
  }

  async #waitFor(later: Promise<void>, topic: string, partition: number): Promise<void> {
    this.#pause(topic, partition);
    await later;
    if (this.open.has(keyOf(topic, partition))) this.consumer.resume([{ topic, partitions: [partition] }]);
  }

  #reached({ topic, partition, lastOffset }: { topic: string; partition: number; lastOffset: string }): void {
    const key = keyOf(topic, partition);
    const range = this.open.get(key);
    if (range === undefined || Number(lastOffset) + 1 < range.to) return;
    this.open.delete(key);
    this.#pause(topic, partition);
    if (this.open.size === 0) this.#ended.resolve();
  }

  #pause(topic: string, partition: number): void {
    this.consumer.pause([{ topic, partitions: [partition] }]);
  }
}

function keyOf(topic: string, partition: number): string {
  return `${topic}/${partition}`;
}
