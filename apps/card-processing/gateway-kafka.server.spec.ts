// The gateway over topics of a real Kafka, before a ledger in memory.
import { randomInt } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { RequestTopic } from '@tallystick/bus';
import { kafkaRequestTopic } from '@tallystick/bus/kafka/request-topic';
import { KafkaRequestsUnderTest } from '@tallystick/bus/kafka/request-topic-under-test.suite';
import { type TestKafka, testKafka } from '@tallystick/servers/for-tests';
import type { KafkaMessage } from 'kafkajs';
import { Registry } from 'prom-client';
import { DecisionCounts } from './decision-counts.js';
import { GatewayOverKafka } from './gateway.kafka.js';
import { byToken, gbp, readResponse, requestBytes } from './gateway-kafka.suite.js';
import { gatewayOverMemory, NUMBER, type OverMemory } from './gateway-over-memory.suite.js';

let kafka: TestKafka;
let under: KafkaRequestsUnderTest;
let over: OverMemory;
let reported: unknown[];

beforeAll(async () => {
  kafka = await testKafka();
});

afterAll(() => kafka.close());

beforeEach(async () => {
  under = await KafkaRequestsUnderTest.create(kafka.brokers);
  over = await gatewayOverMemory({ overdraftLimit: 10_000_000n });
  reported = [];
});

afterEach(() => under.dispose());

function gatewayOn(requests: RequestTopic): GatewayOverKafka {
  const { gateway, time, random } = over;
  const metrics = new Registry();
  const gatewayOverKafka = new GatewayOverKafka({
    requests,
    gateway,
    counts: new DecisionCounts(metrics),
    metrics,
    scope: { time, random, actor: 'spec', patienceMs: 5_000 },
    report: (error) => reported.push(error),
  });
  gatewayOverKafka.onApplicationBootstrap();
  return gatewayOverKafka;
}

function topicOf(): RequestTopic {
  const { connection, configuration: topics } = under;
  const pause = () => new Promise<void>(setImmediate);
  return kafkaRequestTopic({ connection, topics, pause, fetchWaitMs: 50 });
}

const authorisation = (i: number) => ({
  key: `acc-${i % 7}`,
  value: requestBytes({
    card: byToken(over.tokens.tokenOf(NUMBER)),
    request_id: `request-${i}`,
    idempotency_key: `key-${i}`,
    amount: gbp(BigInt(1 + (i % 100))),
  }),
});

async function decisions(count: number): Promise<Map<string, Set<string>>> {
  const answers = new Map<string, Set<string>>();
  for (const { value } of await under.responses(count)) {
    if (value === null) throw new Error('a response has no value');
    const { request_id: id, answer } = readResponse(value);
    answers.set(id, (answers.get(id) ?? new Set()).add(`${answer?.decision} ${answer?.transaction_id}`));
  }
  return answers;
}

function expectOneDecisionEach(answers: Map<string, Set<string>>, count: number): void {
  expect(answers.size).toBe(count);
  for (const [id, different] of answers)
    expect([id, ...different]).toEqual([id, expect.stringMatching(/^approved tx_/)]);
}

const eventsInTheBooks = async () => (await over.journal.readAll({ after: 0n, limit: 100_000 })).length;

describe('a thousand requests', () => {
  it('are answered, and answered the same when they are delivered again', async () => {
    const opening = await eventsInTheBooks();
    const first = gatewayOn(topicOf());
    await under.send(Array.from({ length: 1_000 }, (_, i) => authorisation(i)));
    expectOneDecisionEach(await decisions(1_000), 1_000);
    await first.onModuleDestroy();
    await under.forgetOffsets();
    const second = gatewayOn(topicOf());
    expectOneDecisionEach(await decisions(2_000), 1_000);
    await second.onModuleDestroy();
    expect((await eventsInTheBooks()) - opening).toBe(1_000);
    expect(reported).toEqual([]);
  });
});

describe('gateways that die between the decision and the response', () => {
  it('leave one decision for each request, and none without an answer', async () => {
    const seed = Number(process.env.GATEWAY_SEED ?? randomInt(1_000_000));
    console.log(`GATEWAY_SEED=${seed}`);
    const opening = await eventsInTheBooks();
    let deliveries = 0;
    const topic = topicOf();
    const dying: RequestTopic = {
      serve: (handler, signal) =>
        topic.serve(async (requests) => {
          const replies = await handler(requests);
          // What was decided is lost on its way; every third delivery comes through.
          if ((seed + deliveries++) % 3 !== 0) throw new Error('it died');
          return replies;
        }, signal),
    };
    const gateway = gatewayOn(dying);
    for (let from = 0; from < 1_000; from += 100)
      await under.send(Array.from({ length: 100 }, (_, i) => authorisation(from + i)));
    const requestIds = (messages: readonly KafkaMessage[]) =>
      new Set(messages.map(({ headers }) => headers?.['request-id']?.toString()));
    await under.responsesOnce((messages) => requestIds(messages).size === 1_000);
    await gateway.onModuleDestroy();
    expectOneDecisionEach(await decisions(1_000), 1_000);
    expect((await eventsInTheBooks()) - opening).toBe(1_000);
  });
});

describe('a request that can not be decoded', () => {
  it('goes to the dead letters with its reason, and the others are answered', async () => {
    const gateway = gatewayOn(topicOf());
    await under.send([authorisation(0), { key: 'acc-0', value: Buffer.from('nonsense') }, authorisation(7)]);
    expectOneDecisionEach(await decisions(2), 2);
    const [letter] = await under.deadLetters(1);
    expect(letter?.value?.toString()).toBe('nonsense');
    expect(letter?.headers?.['dead-letter-reason']?.toString()).toBe(
      'not the bytes of a released AuthorisationRequest',
    );
    expect(letter?.headers?.['dead-letter-topic']?.toString()).toBe(under.names.requests);
    await gateway.onModuleDestroy();
  });
});
