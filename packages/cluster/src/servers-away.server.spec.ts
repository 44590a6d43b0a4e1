// A service before its servers, and while one of them is away.
import { randomBytes } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createTopics } from '@tallystick/bus/kafka/index';
import { type TestCassandra, type TestKafka, testCassandra, testKafka } from '@tallystick/servers/for-tests';
import { Services, until } from './services.suite.js';

const START_MS = 300_000;
let kafka: TestKafka;
let cassandra: TestCassandra;
let services: Services;
let topics: { readonly prefix: string; readonly partitions: number };
let keyspacePrefix: string;

beforeAll(async () => {
  [kafka, cassandra] = await Promise.all([testKafka(), testCassandra()]);
}, START_MS);

afterAll(async () => {
  await Promise.all([kafka.close(), cassandra.close()]);
});

beforeEach(() => {
  services = new Services();
  const own = randomBytes(4).toString('hex');
  topics = { prefix: `away-${own}-`, partitions: 2 };
  keyspacePrefix = `away_${own}`;
});

afterEach(() => services.dispose());

const makeTopics = () => createTopics({ connection: { brokers: kafka.brokers }, topics });

function configuration(brokers: readonly string[], contactPoints: readonly string[], journalPort: number) {
  const { prefix: topicPrefix, partitions } = topics;
  return {
    journal: { connection: `esdb://127.0.0.1:${journalPort}?tls=false` },
    kafka: { brokers, topicPrefix, partitions },
    cassandra: { contactPoints, keyspacePrefix },
  };
}

describe('a service that starts before its servers', () => {
  it('says once of each that it is away, lives, and is ready when they have come', async () => {
    await makeTopics();
    const [toKafka, toCassandra] = [
      await services.wire(kafka.brokers[0] ?? ''),
      await services.wire(cassandra.contactPoints[0] ?? ''),
    ];
    const { port } = await services.ports();
    services.configure(configuration([toKafka.address], [toCassandra.address], port));
    const ledger = await services.start('ledger');
    const sentences = [
      `Kafka can't be reached at ${toKafka.address}`,
      `Cassandra does not answer at ${toCassandra.address}`,
      `no EventStoreDB answers at 127.0.0.1:${port}`,
    ];
    for (const sentence of sentences) await ledger.says(sentence);
    expect((await ledger.ask('/health/live')).status).toBe(200);
    const { status, text } = await ledger.ready();
    expect([status, JSON.parse(text)]).toMatchObject([
      503,
      {
        code: 'not_ready',
        message: expect.stringMatching(/the journal.*|Kafka.*|Cassandra.*/),
        retryable: { value: true },
      },
    ]);

    await toKafka.open();
    await until('Kafka is there', async () => ((await ledger.ready()).text.includes('Kafka') ? undefined : true));
    await toCassandra.open();
    await until('Cassandra is there', async () =>
      (await ledger.ready()).text.includes('Cassandra') ? undefined : true,
    );
    expect((await ledger.ready()).status).toBe(503);
    const standIn = services.standIn({ port });
    await standIn.start();
    await ledger.isReady();
    for (const sentence of sentences) expect([sentence, ledger.times(sentence)]).toEqual([sentence, 1]);
    expect(ledger.log).not.toMatch(/^ +at /m);

    await standIn.kill();
    const failing = async (name: string) => {
      const answer = await ledger.ready();
      return answer.status === 503 && answer.text.includes(name) ? true : undefined;
    };
    await until('the journal is missed', () => failing('journal'));
    expect((await ledger.ask('/health/live')).status).toBe(200);
    await standIn.start();
    await ledger.isReady();
    await toCassandra.close();
    await until('Cassandra is missed', () => failing('cassandra'));
    await toCassandra.open();
    await ledger.isReady();
    expect(await ledger.end()).toBe(0);
  }, 240_000);

  it('ends at once where it is stopped while it waits', async () => {
    const { port } = await services.ports();
    services.configure(configuration(['127.0.0.1:1'], ['127.0.0.1:1'], port));
    const ledger = await services.start('ledger');
    await ledger.says('no EventStoreDB answers');
    expect(await ledger.end()).toBe(0);
  });
});

describe('a service whose topics are missing', () => {
  it('names them, and goes on when they are made', async () => {
    services.configure(configuration(kafka.brokers, cassandra.contactPoints, 1));
    const balance = await services.start('balance');
    await balance.says(`Kafka has no topic ${topics.prefix}account-events, `);
    expect((await balance.ready()).status).toBe(503);
    await makeTopics();
    await balance.isReady();
    expect(balance.times('has no topic')).toBe(1);
    expect(balance.log).not.toMatch(/^ +at /m);
  });
});
