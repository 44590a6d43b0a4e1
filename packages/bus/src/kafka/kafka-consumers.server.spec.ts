// What the bus on Kafka promises beyond the suite: about groups, offsets and messages that are not as they should be.
import { setTimeout } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { decodePayload, encodePayload } from '@tallystick/events';
import { START } from '@tallystick/journal';
import { type TestKafka, testKafka } from '@tallystick/servers/for-tests';
import { RecordingConsumer } from '../bus.suite.js';
import type { Delivery } from '../port.js';
import { kafkaClient } from './connection.js';
import { createTopics, withAdmin } from './create-topics.js';
import { type BusFailure, type DeadLetter, type KafkaBus, type KafkaBusOptions, kafkaBus } from './index.js';
import { KafkaUnderTest } from './kafka-under-test.suite.js';

let kafka: TestKafka;
let under: KafkaUnderTest;
let bus: KafkaBus;
let stopping: AbortController;
let runs: Promise<void>[];
let failures: BusFailure[];
let letters: DeadLetter[];

const pause = async (milliseconds: number, signal: AbortSignal) => {
  await setTimeout(Math.min(milliseconds, 50), undefined, { signal }).catch(() => undefined);
};

beforeAll(async () => {
  kafka = await testKafka();
});
afterAll(() => kafka.close());

beforeEach(async () => {
  under = await KafkaUnderTest.create(kafka.brokers);
  stopping = new AbortController();
  runs = [];
  failures = [];
  letters = [];
  bus = busOf();
});

afterEach(async () => {
  await stop();
  await bus.close();
  await under.dispose();
});

function busOf(options: Partial<KafkaBusOptions> = {}): KafkaBus {
  const { connection, configuration: topics } = under;
  return kafkaBus({
    connection,
    topics,
    pause,
    fetchWaitMs: 50,
    onFailure: (failure) => failures.push(failure),
    onDeadLetter: (letter) => letters.push(letter),
    ...options,
  });
}

function start(consumer: RecordingConsumer, on = bus, signal = stopping.signal): void {
  runs.push(on.run(consumer, signal));
}

async function stop(): Promise<void> {
  stopping.abort();
  await Promise.all(runs);
  stopping = new AbortController();
  runs = [];
}

async function until(look: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await look())) await setTimeout(5);
}

const texts = (from: number, count: number) =>
  Array.from({ length: count }, (_, i) => Buffer.from(`event ${from + i}`));

/** As the suite's, but it decodes what it is given, as projections do. */
class DecodingConsumer extends RecordingConsumer {
  override async apply(delivery: Delivery): Promise<void> {
    for (const { payload } of delivery.events) decodePayload(payload);
    await super.apply(delivery);
  }
}

describe('a consumer that has lost what it had', () => {
  it('is given everything from the beginning, though the group had come far', async () => {
    await under.publish('acc-1', texts(0, 50));
    const before = new RecordingConsumer('view');
    start(before);
    await before.hasApplied(50);
    await stop();
    const after = new RecordingConsumer('view');
    start(after);
    await after.hasApplied(50);
    expect(after.payloads('acc-1')).toEqual(before.payloads('acc-1'));
  });

  it('and remembers only a part, is given what comes after that', async () => {
    await under.publish('acc-1', texts(0, 6_000));
    const before = new RecordingConsumer('view');
    start(before);
    await before.hasApplied(6_000);
    await stop();
    const remembered = before.applied[9]?.position ?? START;
    const after = new RecordingConsumer('view');
    after.resumeAfter = async (partition) => {
      const since = await RecordingConsumer.prototype.resumeAfter.call(after, partition);
      return since === START && partition === bus.partitionOf('acc-1') ? remembered : since;
    };
    start(after);
    await after.hasApplied(5_990);
    expect(after.payloads('acc-1')).toEqual(before.payloads('acc-1').slice(10));
    expect(failures).toEqual([]);
  });
});

describe('a partition that has lost events', () => {
  it('is not passed over: it is told of again and again, and the others go on', async () => {
    await under.publish('acc-1', texts(0, 50));
    await under.publish('entry-1', texts(0, 1), { accountId: null });
    const [topic = ''] = under.topics.events;
    const partition = bus.partitionOf('acc-1');
    const offset = await under.offsetOf(topic, partition, 10);
    await withAdmin(under.connection, async (admin) => {
      // Without its metadata, kafkajs does not know whom to ask.
      await admin.fetchTopicOffsets(topic);
      await admin.deleteTopicRecords({ topic, partitions: [{ partition, offset }] });
    });
    const consumer = new RecordingConsumer('view');
    start(consumer);
    await consumer.hasApplied(1);
    await until(() => failures.length > 2);
    expect(consumer.payloads('acc-1')).toEqual([]);
    expect(consumer.payloads('entry-1')).toEqual(['event 0']);
    expect(String(failures[0]?.error)).toContain(
      `topic ${topic}, partition ${partition} lacks what comes after position 0 and up to 30`,
    );
  });
});

describe('a message that can not be decoded', () => {
  const sound = encodePayload({ type: 'AccountFrozen', reason: 'test' });
  const broken = Buffer.concat([sound, Buffer.from('more')]);

  async function deadLetters() {
    const messages = [...(await under.messagesOf(under.topics.deadLetters)).values()].flat();
    return messages.map(({ value, headers }) => ({
      value: value?.toString('hex') ?? '',
      headers: Object.fromEntries(Object.entries(headers ?? {}).map(([name, each]) => [name, String(each)])),
    }));
  }

  it('is set aside with its reason and counted, and the rest is delivered', async () => {
    await under.publish('acc-1', [sound, sound, broken, sound]);
    const consumer = new DecodingConsumer('view');
    start(consumer);
    await consumer.hasApplied(3);
    await under.publish('acc-1', [sound]);
    await consumer.hasApplied(4);
    expect(consumer.applied.map(({ revision }) => revision)).toEqual([0, 1, 3, 4]);
    const [topic = ''] = under.topics.events;
    const partition = bus.partitionOf('acc-1');
    const reason = 'AccountFrozen: bytes are left over at the end';
    const offset = await under.offsetOf(topic, partition, 2);
    expect(letters).toEqual([{ consumer: 'view', topic, partition, offset, reason }]);
    expect(failures).toEqual([]);
    const [letter] = await deadLetters();
    expect(letter?.value).toBe(broken.toString('hex'));
    expect(letter?.headers).toMatchObject({
      'dead-letter-topic': topic,
      'dead-letter-partition': String(partition),
      'dead-letter-offset': offset,
      'dead-letter-consumer': 'view',
      'dead-letter-reason': reason,
      type: 'AccountFrozen',
    });
  });

  it('because somebody else put it there, is set aside too', async () => {
    const [topic = ''] = under.topics.events;
    const producer = kafkaClient(under.connection).producer({ createPartitioner: () => () => 0 });
    await producer.connect();
    await under.publish('acc-1', [sound]);
    const partition = bus.partitionOf('acc-1');
    await producer.send({ topic, messages: [{ key: 'x', value: 'what is this', partition }] });
    await producer.disconnect();
    await under.reopen();
    await under.publish('acc-1', [sound]);
    const consumer = new DecodingConsumer('view');
    start(consumer);
    await consumer.hasApplied(2);
    expect(letters.map(({ reason }) => reason)).toEqual(['it has no header position']);
    expect((await deadLetters()).map(({ value }) => value)).toEqual([Buffer.from('what is this').toString('hex')]);
  });

  it('for a reason of the consumer itself is no dead letter: it is tried again', async () => {
    await under.publish('acc-1', [sound]);
    let left = 2;
    const consumer = new RecordingConsumer('view', (moment) => {
      if (moment === 'before' && left-- > 0) throw new Error('the store is away');
    });
    start(consumer);
    await consumer.hasApplied(1);
    expect(letters).toEqual([]);
    expect(failures.map(({ attempt, error }) => [attempt, String(error)])).toEqual([
      [1, 'Error: the store is away'],
      [2, 'Error: the store is away'],
    ]);
  });
});

describe('a group whose members come and go while it consumes', () => {
  it('applies everything once, in order, and never one partition at two places', async () => {
    const streams = Array.from({ length: 20 }, (_, i) => `acc-${i}`);
    const consumer = new RecordingConsumer('view', () => setTimeout(1));
    let published = 0;
    const publishing = (async () => {
      for (let round = 0; round < 30; round++)
        for (const stream of streams) {
          await under.publish(stream, texts(round * 5, 5));
          published += 5;
        }
    })();
    const members = [0, 1].map(() => new AbortController());
    for (const { signal } of members) start(consumer, bus, signal);
    for (let leaving = 0; leaving < 6; leaving++) {
      const before = consumer.applied.length;
      await until(() => consumer.applied.length > before + 50 || consumer.applied.length === 3_000);
      members.shift()?.abort();
      const next = new AbortController();
      members.push(next);
      start(consumer, bus, next.signal);
    }
    await publishing;
    await consumer.hasApplied(published);
    for (const member of members) member.abort();
    for (const stream of streams) expect(consumer.payloads(stream)).toEqual(texts(0, 150).map(String));
    expect(failures).toEqual([]);
  });
});

describe('a consumer that begins like another', () => {
  it('is given what the other has not committed, and all where it has nothing itself', async () => {
    await under.publish('acc-1', texts(0, 20));
    const view = new RecordingConsumer('view');
    start(view);
    await view.hasApplied(20);
    await stop();
    const like = busOf({ offsetsLike: 'view' });
    const live = new RecordingConsumer('live-1');
    live.resumeAfter = (partition) => view.resumeAfter(partition);
    start(live, like);
    await under.publish('acc-1', texts(20, 3));
    await until(() => live.deliveries.flatMap(({ events }) => events).length >= 3);
    const given = live.deliveries.flatMap(({ events }) => events.map(({ payload }) => Buffer.from(payload).toString()));
    expect(given).toEqual(texts(20, 3).map(String));
    const anew = new RecordingConsumer('live-2');
    start(anew, like);
    await anew.hasApplied(23);
    await stop();
    const groups = await withAdmin(under.connection, (admin) =>
      admin.fetchOffsets({ groupId: `${under.topics.prefix}live-1`, topics: [...under.topics.events] }),
    );
    expect(new Set(groups.flatMap(({ partitions }) => partitions.map(({ offset }) => offset)))).toEqual(
      new Set(['-1']),
    );
  });
});

describe('topics that are missing', () => {
  it('are told of once; when they are made, the consumer goes on', async () => {
    const { connection } = under;
    const late = new KafkaUnderTest(connection);
    const consumer = new RecordingConsumer('view');
    start(consumer, kafkaBus({ connection, topics: late.configuration, pause, onFailure: (f) => failures.push(f) }));
    await until(() => failures.length > 0);
    // Some more tries, of which nobody is told.
    await setTimeout(300);
    await createTopics({ connection, topics: late.configuration });
    await late.publish('acc-1', texts(0, 5));
    await consumer.hasApplied(5);
    expect(failures).toHaveLength(1);
    expect(String(failures[0]?.error)).toContain(`Kafka has no topic ${late.topics.events[0]}, `);
    await stop();
    await late.dispose();
  });
});
