import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type TestKafka, testKafka } from '@tallystick/servers/for-tests';
import type { IHeaders, KafkaMessage } from 'kafkajs';
import { describeRequestTopic } from '../request-topic.suite.js';
import type { RequestHandler } from '../requests.js';
import { withAdmin } from './create-topics.js';
import { kafkaRequestTopic } from './request-topic.js';
import { KafkaRequestsUnderTest } from './request-topic-under-test.suite.js';

let kafka: TestKafka;

beforeAll(async () => {
  kafka = await testKafka();
});

afterAll(() => kafka.close());

const textsOf = (headers: IHeaders | undefined) =>
  Object.fromEntries(Object.entries(headers ?? {}).map(([name, value]) => [name, String(value)]));
const replyOf = ({ key, value, headers }: KafkaMessage) => ({
  key: key?.toString() ?? null,
  value: value?.toString() ?? null,
  headers: textsOf(headers),
});

describeRequestTopic('the request topic on Kafka', async (pause) => {
  const under = await KafkaRequestsUnderTest.create(kafka.brokers);
  const { connection, configuration: topics } = under;
  return {
    topic: kafkaRequestTopic({ connection, topics, pause, fetchWaitMs: 50 }),
    send: (requests) =>
      under.send(requests.map(({ value, ...request }) => ({ ...request, value: Buffer.from(value) }))),
    responses: async (count) => (await under.responses(count)).map(replyOf),
    deadLetters: async (count) =>
      (await under.deadLetters(count)).map((message) => {
        const reply = replyOf(message);
        return { ...reply, reason: reply.headers['dead-letter-reason'] ?? '' };
      }),
    dispose: () => under.dispose(),
  };
});

const yes: RequestHandler = async (requests) =>
  requests.map(({ key }) => ({
    kind: 'response',
    key: key ?? Buffer.from('none'),
    value: Buffer.from('yes'),
    headers: {},
  }));
const keyed = (count: number) => Array.from({ length: count }, (_, i) => ({ key: `key ${i}`, value: Buffer.from('') }));

describe('request topics on Kafka', () => {
  let under: KafkaRequestsUnderTest;

  beforeAll(async () => {
    under = await KafkaRequestsUnderTest.create(kafka.brokers);
  });

  afterAll(() => under.dispose());

  it('keep requests for seven days, in as many partitions as account-events', async () => {
    const { names, connection } = under;
    const found = await withAdmin(connection, (admin) =>
      admin.describeConfigs({
        includeSynonyms: false,
        resources: [{ type: 2, name: names.requests, configNames: ['retention.ms'] }],
      }),
    );
    expect(found.resources[0]?.configEntries[0]?.configValue).toBe('604800000');
  });

  it('are shared by those who serve them, and one takes over from another', async () => {
    const { connection, configuration: topics } = under;
    const topic = kafkaRequestTopic({ connection, topics, pause: async () => undefined, fetchWaitMs: 50 });
    const first = new AbortController();
    const second = new AbortController();
    const serving = [topic.serve(yes, first.signal), topic.serve(yes, second.signal)];
    await under.send(keyed(50));
    await under.responses(50);
    first.abort();
    await serving[0];
    await under.send(keyed(50));
    await under.responses(100);
    second.abort();
    await serving[1];
  });
});

describe('request topics that are missing', () => {
  it('are named once, and served when they are there', async () => {
    const under = await KafkaRequestsUnderTest.create(kafka.brokers);
    const { connection, configuration: topics, names } = under;
    await withAdmin(connection, (admin) => admin.deleteTopics({ topics: [names.requests] }));
    const failures: string[] = [];
    const stopping = new AbortController();
    let pauses = 0;
    const topic = kafkaRequestTopic({
      connection,
      topics,
      fetchWaitMs: 50,
      pause: async () => {
        if (++pauses !== 3) return;
        await withAdmin(connection, (admin) =>
          admin.createTopics({ topics: [{ topic: names.requests, numPartitions: 3 }], waitForLeaders: true }),
        );
        await under.send(keyed(1));
      },
      onFailure: ({ error }) => failures.push(String(error)),
    });
    const serving = topic.serve(yes, stopping.signal);
    await under.responses(1);
    stopping.abort();
    await serving;
    expect(failures[0]).toBe(`KafkaTrouble: Kafka has no topic ${names.requests}: create the bank's topics first`);
    expect(failures.filter((failure) => failure === failures[0])).toHaveLength(1);
    await under.dispose();
  });
});
