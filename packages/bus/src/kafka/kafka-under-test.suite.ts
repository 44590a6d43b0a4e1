// A bank's topics of their own on a real Kafka, and a journal whose events are put there: what the specs of this folder stand on.
import { randomBytes, randomUUID } from 'node:crypto';
import { encodeMetadata } from '@tallystick/events';
import { type EncodedEvent, NO_STREAM, type Position, START } from '@tallystick/journal';
import { MemoryJournal, MemoryStore } from '@tallystick/journal/memory/index';
import type { EventType } from '@tallystick/ledger-core';
import type { KafkaMessage } from 'kafkajs';
import type { OpenBusWriter } from '../writer.js';
import type { KafkaConnection } from './connection.js';
import { createTopics, withAdmin } from './create-topics.js';
import { ReceivedEvent } from './message.js';
import { readRanges } from './topic-reader.js';
import { topicWriter } from './topic-writer.js';
import { type EventTopic, Topics } from './topics.js';

export const ACCOUNT_PARTITIONS = 3;

export interface EventOptions {
  readonly type?: EventType;
  /** Null for an event without an account; the stream's name where it is left out. */
  readonly accountId?: string | null;
}

/** An event whose metadata is real and whose payload is any bytes. */
export function eventOf(
  stream: string,
  revision: number,
  payload: Uint8Array,
  { type = 'AccountFrozen', accountId = stream }: EventOptions = {},
): EncodedEvent {
  const metadata = encodeMetadata({
    type,
    schemaVersion: 1,
    stream,
    revision: BigInt(revision),
    // The bank's ids have a type of their own; the bus takes any text.
    accountId: accountId as Parameters<typeof encodeMetadata>[0]['accountId'],
    transactionId: null,
    commandId: `${stream}/${revision}`,
    contentHash: '',
    source: 'test',
    correlationId: 'test',
    causationId: null,
    traceparent: null,
    effectiveAt: 0n,
    recordedAt: 0n,
    localDate: '2026-01-01' as Parameters<typeof encodeMetadata>[0]['localDate'],
    actor: 'test',
  });
  return { eventId: randomBytes(16), metadata, payload };
}

/** A broker that has just started knows nothing of groups until it has made and loaded their topic. */
async function groupsAreKept(connection: KafkaConnection): Promise<void> {
  for (;;) {
    try {
      await withAdmin(connection, (admin) => admin.fetchOffsets({ groupId: 'any' }));
      return;
    } catch (error) {
      if (!/coordinator/i.test(String(error))) throw error;
    }
  }
}

export class KafkaUnderTest {
  readonly journal = new MemoryJournal(new MemoryStore({ journalId: 'memory', positionStep: 3n }));
  readonly configuration: { readonly prefix: string; readonly partitions: number };
  readonly topics: Topics;
  #writer: OpenBusWriter | undefined;
  #put: Position = START;

  constructor(
    readonly connection: KafkaConnection,
    partitions = ACCOUNT_PARTITIONS,
  ) {
    this.configuration = { prefix: `test-${randomUUID().slice(0, 8)}.`, partitions };
    this.topics = new Topics(this.configuration);
  }

  static async create(brokers: readonly string[], partitions?: number): Promise<KafkaUnderTest> {
    const made = new KafkaUnderTest({ brokers }, partitions);
    await createTopics({ connection: made.connection, topics: made.configuration });
    await groupsAreKept(made.connection);
    return made;
  }

  get names(): string[] {
    return [...this.topics.events, this.topics.progress, this.topics.deadLetters];
  }

  async append(stream: string, payloads: readonly Uint8Array[], options?: EventOptions): Promise<void> {
    const [newest] = await this.journal.readStream(stream, { direction: 'backwards', limit: 1 });
    const revision = newest?.revision ?? NO_STREAM;
    const events = payloads.map((payload, index) => eventOf(stream, revision + 1 + index, payload, options));
    await this.journal.append(stream, revision, events);
  }

  /** Every message of a topic, by partition, as read_committed consumers see them. */
  async messagesOf(topic: string): Promise<Map<number, KafkaMessage[]>> {
    const { connection, configuration } = this;
    const offsets = await withAdmin(connection, (admin) => admin.fetchTopicOffsets(topic));
    const found = new Map<number, KafkaMessage[]>();
    await readRanges({
      connection,
      groupPrefix: configuration.prefix,
      ranges: offsets.map(({ partition, low, high }) => ({ topic, partition, from: Number(low), to: Number(high) })),
      signal: new AbortController().signal,
      onMessages: ({ partition }, messages) => {
        found.set(partition, [...(found.get(partition) ?? []), ...messages]);
        return undefined;
      },
    });
    return found;
  }

  /** Of a message by its place among those that can be seen; marks of transactions lie between them. */
  async offsetOf(topic: string, partition: number, place: number): Promise<string> {
    // A transaction is answered before the marks that end it are in its partitions: until then consumers do not see it.
    for (;;) {
      const found = (await this.messagesOf(topic)).get(partition)?.[place];
      if (found !== undefined) return found.offset;
    }
  }

  /** The same of a topic of events, by its name without the prefix. */
  async received(topic: EventTopic): Promise<Map<number, ReceivedEvent[]>> {
    const messages = await this.messagesOf(this.configuration.prefix + topic);
    return new Map([...messages].map(([partition, of]) => [partition, of.map((each) => ReceivedEvent.of(each))]));
  }

  /** Appends to the journal and puts what is new there into the topics. */
  async publish(stream: string, payloads: readonly Uint8Array[], options?: EventOptions): Promise<void> {
    await this.append(stream, payloads, options);
    if (this.#writer === undefined) {
      this.#writer = await topicWriter({ connection: this.connection, topics: this.configuration }).open();
      this.#put = this.#writer.written.position;
    }
    const events = await this.journal.readAll({ after: this.#put, limit: 100_000 });
    this.#put = events.at(-1)?.position ?? this.#put;
    await this.#writer.write(events);
  }

  /** After a broker died: the writer that it had is of no use any more. */
  async reopen(): Promise<void> {
    await this.#writer?.close();
    this.#writer = undefined;
  }

  async dispose(): Promise<void> {
    await this.#writer?.close();
    await this.journal.close();
    await withAdmin(this.connection, (admin) => admin.deleteTopics({ topics: this.names }));
  }
}
