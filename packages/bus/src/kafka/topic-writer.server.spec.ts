import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { encodePayload } from '@tallystick/events';
import { type RecordedEvent, START } from '@tallystick/journal';
import { type TestKafka, testKafka } from '@tallystick/servers/for-tests';
import { WriterReplaced } from '../writer.js';
import { kafkaClient } from './connection.js';
import { createTopics, withAdmin } from './create-topics.js';
import { KafkaUnderTest } from './kafka-under-test.suite.js';
import type { ReceivedEvent } from './message.js';
import { progressMessage } from './progress.js';
import { RegistryUnderTest } from './registry-under-test.suite.js';
import { SchemaRegistry } from './schema-registry.js';
import { topicWriter } from './topic-writer.js';
import type { EventTopic } from './topics.js';

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

const writer = () => topicWriter({ connection: under.connection, topics: under.configuration });

/** Once there are so many: readers see a transaction a little later than its writer. */
async function eventsOf(topic: EventTopic, count: number): Promise<ReceivedEvent[][]> {
  for (;;) {
    const events = [...(await under.received(topic)).values()];
    if (events.flat().length >= count) return events;
  }
}

/** One that takes over finds the last transaction ended. */
async function writtenSoFar() {
  const open = await writer().open();
  await open.close();
  return open.written;
}

async function appended(count: number): Promise<RecordedEvent[]> {
  for (let i = 0; i < count; i += 10)
    await under.append(
      `acc-${i % 70}`,
      Array.from({ length: 10 }, (_, j) => Buffer.from(`${i + j}`)),
    );
  return under.journal.readAll({ after: START, limit: count });
}

describe('a writer of topics', () => {
  it('puts each event where it belongs, in order, each saying what came before it', async () => {
    const events = await appended(500);
    await under.append('entry-1', [Buffer.from('an entry')], { accountId: null });
    events.push(...(await under.journal.readAll({ after: events.at(-1)?.position ?? START, limit: 1 })));
    const open = await writer().open();
    await Promise.all([open.write(events.slice(0, 300)), open.write(events.slice(300))]);
    await open.close();
    const partitions = await eventsOf('account-events', 500);
    expect(partitions.flat().map(({ position }) => position)).toHaveLength(500);
    for (const received of partitions)
      expect(received.map(({ previous }) => previous)).toEqual([
        START,
        ...received.slice(0, -1).map((e) => e.position),
      ]);
    const [entries] = await eventsOf('ledger-entries', 1);
    expect(entries?.map(({ stream, payload }) => [stream, payload.toString()])).toEqual([['entry-1', 'an entry']]);
    expect((await writtenSoFar()).position).toBe(events.at(-1)?.position);
  });

  it('goes on where the one before stood', async () => {
    const events = await appended(40);
    const first = await writer().open();
    expect(first.written).toEqual({ position: START, partitions: new Map() });
    await first.write(events.slice(0, 20));
    await first.close();
    const second = await writer().open();
    expect(second.written).toEqual(first.written);
    await second.write(events.slice(20));
    await second.close();
    for (const received of await eventsOf('account-events', 40))
      expect(received.map(({ previous }) => previous)).toEqual([
        START,
        ...received.slice(0, -1).map((e) => e.position),
      ]);
  });

  it('does not go by a progress record that the partitions do not bear out', async () => {
    const events = await appended(40);
    const first = await writer().open();
    await first.write(events);
    await first.close();
    const producer = kafkaClient(under.connection).producer();
    await producer.connect();
    const [head = START] = events.slice(-1).map(({ position }) => position);
    const wrong = progressMessage({ position: head + 1_000n, partitions: new Map([[0, head + 1_000n]]) });
    await producer.send({ topic: under.topics.progress, messages: [wrong] });
    await producer.disconnect();
    expect(await writtenSoFar()).toEqual(first.written);
  });

  it('puts nothing into a partition that has it, wherever it goes on from', async () => {
    const events = await appended(40);
    const first = await writer().open();
    await first.write(events);
    await first.close();
    const again = await writer().open();
    // As where the progress lags behind the partitions.
    await again.write(events);
    await again.close();
    expect((await eventsOf('account-events', 40)).flat()).toHaveLength(40);
  });

  it('shuts out the one before, which can add nothing more', async () => {
    const events = await appended(30);
    const older = await writer().open();
    await older.write(events.slice(0, 10));
    const newer = await writer().open();
    await expect(older.write(events.slice(10))).rejects.toThrow(WriterReplaced);
    await expect(older.write(events.slice(10))).rejects.toThrow('a transaction before this one failed');
    await newer.write(events.slice(10));
    await Promise.all([older.close(), newer.close()]);
    const positions = (await eventsOf('account-events', 30)).flat().map(({ position }) => position);
    expect(positions.sort((a, b) => Number(a - b))).toEqual(events.map(({ position }) => position));
  });

  it('gives a correction of a merchant to every partition of accounts too', async () => {
    await appended(60);
    // Routing looks at the metadata alone.
    const correction = Buffer.from('a correction');
    await under.publish('merchant-merch_1', [correction], { accountId: null, type: 'MerchantCorrected' });
    const [ofMerchants] = await eventsOf('merchant-events', 1);
    expect(ofMerchants).toHaveLength(1);
    const ofAccounts = await eventsOf('account-events', 60 + under.configuration.partitions);
    expect(ofAccounts).toHaveLength(under.configuration.partitions);
    for (const events of ofAccounts) expect(events.at(-1)?.stream).toBe('merchant-merch_1');
  });

  it('makes as many transactions as many or large events need', async () => {
    const large = Buffer.alloc(100_000, 1);
    await under.append(
      'acc-1',
      Array.from({ length: 20 }, () => large),
    );
    await under.append(
      'acc-2',
      Array.from({ length: 2_500 }, () => Buffer.from('small')),
    );
    const open = await writer().open();
    const events = await under.journal.readAll({ after: START, limit: 10_000 });
    await open.write(events);
    await open.close();
    expect((await eventsOf('account-events', events.length)).flat()).toHaveLength(events.length);
    await writtenSoFar();
    const [progress] = (await under.messagesOf(under.topics.progress)).values();
    expect(progress?.length).toBeGreaterThanOrEqual(6);
  });

  it('frames payloads as the schema registry says', async () => {
    const server = new RegistryUnderTest();
    const registry = new SchemaRegistry({ url: await server.start() });
    const payload = encodePayload({ type: 'AccountFrozen', reason: 'test' });
    await under.append('acc-1', [payload]);
    const open = await topicWriter({ connection: under.connection, topics: under.configuration, registry }).open();
    await open.write(await under.journal.readAll({ after: START, limit: 1 }));
    await open.close();
    await server.stop();
    const [events] = await eventsOf('account-events', 1);
    const [messages] = (await under.messagesOf(`${under.configuration.prefix}account-events`)).values();
    const framed = messages?.[0]?.value;
    expect(framed?.readUInt8(0)).toBe(0);
    expect(framed?.readInt32BE(1)).toBe(registry.idOf(payload));
    expect(events?.[0]?.payload.equals(payload)).toBe(true);
  });
});

describe('topics', () => {
  it('are made once, with what they need to keep everything', async () => {
    const { connection, configuration: topics } = under;
    await createTopics({ connection, topics });
  });

  it('with another number of partitions or another setting are refused in one sentence', async () => {
    const { connection, configuration } = under;
    const [name = ''] = under.topics.events;
    await expect(createTopics({ connection, topics: { ...configuration, partitions: 5 } })).rejects.toThrow(
      `topic ${name} has 3 partitions and is configured with 5: a change needs a new generation of topics`,
    );
    await withAdmin(connection, (admin) =>
      admin.alterConfigs({
        validateOnly: false,
        resources: [{ type: 2, name, configEntries: [{ name: 'retention.ms', value: '1000' }] }],
      }),
    );
    await expect(createTopics({ connection, topics: configuration })).rejects.toThrow(
      `topic ${name} has retention.ms=1000 and needs retention.ms=-1`,
    );
  });

  it('that are missing are named by whoever would write', async () => {
    const { connection } = under;
    const elsewhere = topicWriter({ connection, topics: { prefix: 'nowhere.' } });
    await expect(elsewhere.open()).rejects.toThrow('Kafka has no topic nowhere.account-events, ');
  });
});
