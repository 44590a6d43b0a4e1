// Topics of their own on a real Kafka that a relay fills from a journal, and what read_committed consumers see there.
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { expect } from '@jest/globals';
import { kafkaClient } from '@tallystick/bus/kafka/connection';
import { createTopics, topicJournal } from '@tallystick/bus/kafka/index';
import { eventOf } from '@tallystick/bus/kafka/kafka-under-test.suite';
import { ReceivedEvent } from '@tallystick/bus/kafka/message';
import { readRanges } from '@tallystick/bus/kafka/topic-reader';
import { Topics } from '@tallystick/bus/kafka/topics';
import { NO_STREAM, type Position, type RecordedEvent, START } from '@tallystick/journal';
import { openJournal, type SqliteJournal } from '@tallystick/journal/sqlite/index';

const PARTITIONS = 4;
const ACCOUNTS = 25;

export class RelayedTopics {
  readonly folder = mkdtempSync(join(tmpdir(), 'relay-'));
  readonly journalPath = join(this.folder, 'journal.db');
  readonly journal: SqliteJournal = openJournal(this.journalPath);
  readonly topics = { prefix: `test-${randomUUID().slice(0, 8)}.`, partitions: PARTITIONS };
  readonly connection: { readonly brokers: readonly string[] };
  readonly #names = new Topics(this.topics);
  readonly #revisions = new Map<string, number>();
  #appended = 0;

  private constructor(brokers: readonly string[]) {
    this.connection = { brokers };
  }

  static async create(brokers: readonly string[]): Promise<RelayedTopics> {
    const made = new RelayedTopics(brokers);
    await createTopics({ connection: made.connection, topics: made.topics });
    return made;
  }

  /** Some events of one account, now and then one of no account. */
  async append(count: number): Promise<void> {
    const turn = this.#appended++;
    const entry = turn % 7 === 0;
    const stream = entry ? `entry-${turn}` : `acc-${turn % ACCOUNTS}`;
    const revision = this.#revisions.get(stream) ?? NO_STREAM;
    const events = Array.from({ length: count }, (_, i) =>
      eventOf(stream, revision + 1 + i, Buffer.from(`${turn} ${i}`), entry ? { accountId: null } : {}),
    );
    await this.journal.append(stream, revision, events);
    this.#revisions.set(stream, revision + count);
  }

  /** Resolves once everything that the journal holds can be read from the topics. */
  async relayed(): Promise<void> {
    const { connection, topics, journal } = this;
    const { signal } = new AbortController();
    const read = await topicJournal({ connection, topics, signal, atLeast: await journal.head() });
    await read.close();
  }

  /** Every event of the journal once in its partition and in order of position, and nothing else. */
  async expectEachOnce(): Promise<void> {
    await this.relayed();
    const expected = new Map<number, Position[]>();
    for (const { stream, position } of await this.#all()) {
      const partition = stream.startsWith('entry-')
        ? this.#names.busPartition(this.#names.events[1] ?? '', 0)
        : this.#names.partitionOfAccount(stream);
      expected.set(partition, [...(expected.get(partition) ?? []), position]);
    }
    for (;;) {
      const found = await this.#positions();
      const count = [...found.values()].flat().length;
      if (count < (await this.#all()).length) await setTimeout(20);
      else return expect(found).toEqual(expected);
    }
  }

  async #all(): Promise<RecordedEvent[]> {
    return this.journal.readAll({ after: START, limit: 1_000_000 });
  }

  async #positions(): Promise<Map<number, Position[]>> {
    const { connection, topics } = this;
    const admin = kafkaClient(connection).admin();
    await admin.connect();
    const ranges = [];
    for (const topic of this.#names.events)
      for (const { partition, high } of await admin.fetchTopicOffsets(topic))
        ranges.push({ topic, partition, from: 0, to: Number(high) });
    await admin.disconnect();
    const found = new Map<number, Position[]>();
    await readRanges({
      connection,
      groupPrefix: topics.prefix,
      ranges,
      signal: new AbortController().signal,
      onMessages: ({ topic, partition }, messages) => {
        const bus = this.#names.busPartition(topic, partition);
        const positions = messages.map((message) => ReceivedEvent.of(message).position);
        found.set(bus, [...(found.get(bus) ?? []), ...positions]);
        return undefined;
      },
    });
    return found;
  }

  async dispose(): Promise<void> {
    await this.journal.close();
    rmSync(this.folder, { recursive: true, force: true });
    const admin = kafkaClient(this.connection).admin();
    await admin.connect();
    await admin.deleteTopics({ topics: [...this.#names.events, this.#names.progress, this.#names.deadLetters] });
    await admin.disconnect();
  }
}
