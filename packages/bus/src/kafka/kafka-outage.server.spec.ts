// A broker of its own: it is killed, started again, and asked for names and passwords.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { START } from '@tallystick/journal';
import { type KafkaServer, startKafka } from '@tallystick/servers';
import { RecordingConsumer } from '../bus.suite.js';
import type { KafkaConnection } from './connection.js';
import { createTopics } from './create-topics.js';
import { type BusFailure, kafkaBus } from './index.js';
import { KafkaUnderTest } from './kafka-under-test.suite.js';
import { topicWriter } from './topic-writer.js';

const USER = { username: 'tallystick', password: 'a tally stick was split in two' };
const pause = (milliseconds: number, signal: AbortSignal) =>
  setTimeout(Math.min(milliseconds, 500), undefined, { signal }).catch(() => undefined);

let folder: string;
let server: KafkaServer;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'kafka-outage-'));
  server = await startKafka({ folder, scram: USER });
});
afterAll(async () => {
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
});

function secured(password = USER.password): KafkaConnection {
  if (server.secured === undefined) throw new Error('the server was started with a name and a password');
  const { brokers, ca } = server.secured;
  return { brokers, ssl: { ca }, sasl: { mechanism: 'scram-sha-256', username: USER.username, password } };
}

describe('a broker that asks for TLS, a name and a password', () => {
  it('is written to and consumed from', async () => {
    const under = new KafkaUnderTest(secured());
    const { connection, configuration: topics } = under;
    await createTopics({ connection, topics });
    await under.publish('acc-1', [Buffer.from('a secret')]);
    const stopping = new AbortController();
    const consumer = new RecordingConsumer('view');
    const bus = kafkaBus({ connection, topics, pause });
    const run = bus.run(consumer, stopping.signal);
    await consumer.hasApplied(1);
    stopping.abort();
    await run;
    await bus.close();
    expect(consumer.payloads('acc-1')).toEqual(['a secret']);
    await under.dispose();
  });

  it('and is given a wrong one, gives one clear error to each, and the consumer goes on trying', async () => {
    const connection = secured('wrong');
    const sentence = `Kafka at ${connection.brokers[0]} refuses the name or password of tallystick`;
    await expect(topicWriter({ connection }).open()).rejects.toThrow(sentence);
    await expect(createTopics({ connection })).rejects.toThrow(sentence);
    const failures: BusFailure[] = [];
    let pauses = 0;
    const stopping = new AbortController();
    const patient = async (milliseconds: number, signal: AbortSignal) => {
      if (++pauses === 3) stopping.abort();
      await pause(milliseconds, signal);
    };
    const bus = kafkaBus({ connection, pause: patient, onFailure: (failure) => failures.push(failure) });
    await bus.run(new RecordingConsumer('view'), stopping.signal);
    await bus.close();
    expect(failures.map(({ error }) => (error instanceof Error ? error.message : error))).toEqual([sentence]);
  });

  it('and has a certificate that is not trusted, is not spoken to', async () => {
    const { brokers, sasl } = secured();
    const open = topicWriter({ connection: { brokers, ssl: {}, ...(sasl && { sasl }) } }).open();
    await expect(open).rejects.toThrow(/Kafka can't be reached at .*: .*(self[- ]signed|certificate)/);
  });
});

describe('a broker that dies while a consumer runs', () => {
  it('is told of once; when it is back the consumer goes on where it was', async () => {
    const under = await KafkaUnderTest.create(server.brokers);
    const { connection, configuration: topics } = under;
    const failures: BusFailure[] = [];
    const stopping = new AbortController();
    const consumer = new RecordingConsumer('view');
    const bus = kafkaBus({ connection, topics, pause, onFailure: (failure) => failures.push(failure) });
    const run = bus.run(consumer, stopping.signal);
    const payloads = (from: number) => Array.from({ length: 20 }, (_, i) => Buffer.from(`event ${from + i}`));
    await under.publish('acc-1', payloads(0));
    await consumer.hasApplied(20);
    await server.kill();
    while (failures.length === 0) await setTimeout(20);
    await server.start();
    await under.reopen();
    await under.publish('acc-1', payloads(20));
    await consumer.hasApplied(40);
    expect(consumer.payloads('acc-1')).toEqual([...payloads(0), ...payloads(20)].map(String));
    expect(new Set(failures.map(({ error }) => (error instanceof Error ? error.name : error)))).toEqual(
      new Set(['KafkaTrouble']),
    );
    stopping.abort();
    await run;
    await bus.close();
    await under.dispose();
  });
});

describe('a broker that dies right after it acknowledged a transaction', () => {
  // It may not have marked the transaction's partitions yet, and may then never do so.
  it('has each event once, in order, after the next writer has gone on', async () => {
    const under = await KafkaUnderTest.create(server.brokers);
    for (let round = 0; round < 4; round++) {
      const payloads = Array.from({ length: 10 }, (_, i) => Buffer.from(`${round} ${i}`));
      for (let account = 0; account < 12; account++) await under.append(`acc-${account}`, payloads);
      await under.publish('acc-1', payloads);
      await server.kill();
      await server.start();
      await under.reopen();
    }
    await under.publish('acc-1', [Buffer.from('last')]);
    const expected = await under.journal.readAll({ after: START, limit: 10_000 });
    let found = await under.received('account-events');
    // Readers see a transaction a little later than its writer.
    while ([...found.values()].flat().length < expected.length) found = await under.received('account-events');
    const positions = [...found.values()].flat().map(({ position }) => position);
    expect(positions.sort((a, b) => Number(a - b))).toEqual(expected.map(({ position }) => position));
    for (const events of found.values())
      expect(events.map(({ previous }) => previous)).toEqual([START, ...events.slice(0, -1).map((e) => e.position)]);
    await under.dispose();
  });
});
