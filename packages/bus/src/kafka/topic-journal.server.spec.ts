import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type RecordedEvent, START } from '@tallystick/journal';
import { type TestKafka, testKafka } from '@tallystick/servers/for-tests';
import { withAdmin } from './create-topics.js';
import { KafkaUnderTest } from './kafka-under-test.suite.js';
import { type TopicJournal, topicJournal } from './topic-journal.js';

let kafka: TestKafka;
let under: KafkaUnderTest;

beforeAll(async () => {
  kafka = await testKafka();
});
afterAll(() => kafka.close());
beforeEach(async () => {
  under = await KafkaUnderTest.create(kafka.brokers);
});
afterEach(() => under.dispose());

async function open(): Promise<TopicJournal> {
  const { connection, configuration: topics } = under;
  const { signal } = new AbortController();
  return topicJournal({ connection, topics, signal, atLeast: await under.journal.head() });
}

async function readWhole(journal: Pick<TopicJournal, 'readAll'>, limit: number): Promise<RecordedEvent[]> {
  const events: RecordedEvent[] = [];
  for (;;) {
    const page = await journal.readAll({ after: events.at(-1)?.position ?? START, limit });
    expect(page.length).toBeLessThanOrEqual(limit);
    if (page.length === 0) return events;
    events.push(...page);
  }
}

const plain = ({ position, stream, revision, eventId, metadata, payload }: RecordedEvent) =>
  [
    position,
    stream,
    revision,
    ...[eventId, metadata, payload].map((bytes) => Buffer.from(bytes).toString('hex')),
  ].join();

describe('a journal read back from its topics', () => {
  it('has the same events in the same order, however it is read', async () => {
    for (let round = 0; round < 12; round++) {
      for (let account = 0; account < 9; account++)
        await under.append(
          `acc-${account}`,
          Array.from({ length: 60 }, (_, i) => Buffer.from(`${round} ${i}`)),
        );
      await under.append(`entry-${round}`, [Buffer.from('entry')], { accountId: null });
      await under.append('merchant-1', [Buffer.from('correction')], { accountId: null, type: 'MerchantCorrected' });
    }
    await under.publish('batch-1', [Buffer.from('batch')], { accountId: null });
    const journal = await open();
    expect(await journal.head()).toBe(await under.journal.head());
    const expected = (await readWhole(under.journal, 5_000)).map(plain);
    expect((await readWhole(journal, 700)).map(plain)).toEqual(expected);
    expect((await readWhole(journal, 10_000)).map(plain)).toEqual(expected);
    await journal.close();
    await expect(journal.readStream('acc-1', { limit: 1 })).rejects.toThrow('topics have no streams');
  });

  it('is empty where the relay has not put anything there', async () => {
    const journal = await open();
    expect(await journal.head()).toBe(START);
    expect(await journal.readAll({ after: START, limit: 10 })).toEqual([]);
    await journal.close();
  });

  it('says where a topic lacks events', async () => {
    await under.publish(
      'acc-1',
      Array.from({ length: 30 }, (_, i) => Buffer.from(`${i}`)),
    );
    const [topic = ''] = under.topics.events;
    const partition = under.topics.partitionOfAccount('acc-1');
    const offset = await under.offsetOf(topic, partition, 10);
    await withAdmin(under.connection, async (admin) => {
      await admin.fetchTopicOffsets(topic);
      await admin.deleteTopicRecords({ topic, partitions: [{ partition, offset }] });
    });
    const journal = await open();
    await expect(journal.readAll({ after: START, limit: 10 })).rejects.toThrow(
      `partition ${partition} of the bus lacks what comes after position 0 and up to 30`,
    );
    await journal.close();
  });
});
