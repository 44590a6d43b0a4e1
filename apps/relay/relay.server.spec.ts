import { randomInt } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createTopics, topicWriter } from '@tallystick/bus/kafka/index';
import { startKafka } from '@tallystick/servers';
import { type TestKafka, testKafka } from '@tallystick/servers/for-tests';
import { pause } from '@tallystick/transport/pause';
import fc from 'fast-check';
import { Relay } from './relay.js';
import { RelayProcess } from './relay-process.suite.js';
import { RelayedTopics } from './relayed-topics.suite.js';

const KILLS = 8;

function relayOf({ journal, connection, topics }: RelayedTopics, reports: unknown[] = []): Relay {
  const report = (error: unknown) => reports.push(error);
  return new Relay({ journal, writer: topicWriter({ connection, topics }), pause, report, now: () => 0 });
}

describe('a relay', () => {
  let kafka: TestKafka;
  let given: RelayedTopics;

  beforeAll(async () => {
    kafka = await testKafka();
  });
  afterAll(() => kafka.close());
  beforeEach(async () => {
    given = await RelayedTopics.create(kafka.brokers);
  });
  afterEach(() => given.dispose());

  it('that is killed again and again at any place loses and doubles nothing', async () => {
    const seed = randomInt(2 ** 31);
    console.info(`kill -9 of the relay: seed ${seed}`);
    const waits = fc.sample(fc.integer({ min: 0, max: 700 }), { seed, numRuns: KILLS });
    const appending = new AbortController();
    const appends = (async () => {
      for (let i = 0; !appending.signal.aborted; i++) await given.append(1 + (i % 40));
    })();
    for (const wait of waits) {
      const before = await given.journal.head();
      const relay = new RelayProcess(given);
      // It starts in its own time; where in its work it is killed depends on the wait.
      while ((await given.journal.head()) < before + 200n) await setTimeout(1);
      await setTimeout(300 + wait);
      await relay.kill();
      expect(relay.stderr).toBe('');
    }
    appending.abort();
    await appends;
    const last = new RelayProcess(given);
    await given.expectEachOnce();
    await last.kill();
  });

  // Mostly the older one ends. Where the broker answers its commit with nothing but an unexpected error, it can't know that it was replaced: it
  // opens again, and is the newer one then.
  it('that meets another ends one of the two with one clear error, and nothing is doubled', async () => {
    const first = new RelayProcess(given);
    for (let i = 0; i < 20; i++) await given.append(10);
    await given.relayed();
    const stopping = new AbortController();
    const second = relayOf(given)
      .run(stopping.signal)
      .then(
        () => 'stopped',
        (error: Error) => `${error.name}: ${error.message}\n`,
      );
    // One learns of it when it next writes: there is something to write until it has ended.
    const appending = new AbortController();
    const appends = (async () => {
      while (!appending.signal.aborted) {
        await given.append(10);
        await setTimeout(1);
      }
    })();
    const ended = await Promise.race([first.ended(), second]);
    expect(ended === 3 ? first.stderr : ended).toMatch(
      /(^|\n)WriterReplaced: another relay has taken over; this one has ended\n$/,
    );
    appending.abort();
    await appends;
    await given.expectEachOnce();
    stopping.abort();
    if (ended === 3) expect(await second).toBe('stopped');
    else await first.kill();
  });

  it('tells once of missing topics, and goes on when they are made', async () => {
    const reports: unknown[] = [];
    const { journal, connection } = given;
    const topics = { prefix: `${given.topics.prefix}late.`, partitions: 2 };
    const stopping = new AbortController();
    const writer = topicWriter({ connection, topics });
    const relay = new Relay({ journal, writer, pause, report: (error) => reports.push(error), now: () => 0 });
    const run = relay.run(stopping.signal);
    await given.append(10);
    while (reports.length === 0) await setTimeout(5);
    await setTimeout(500);
    await createTopics({ connection, topics });
    while (relay.relayed < 10) await setTimeout(5);
    stopping.abort();
    await run;
    expect(reports).toHaveLength(1);
    expect(String(reports[0])).toContain(`Kafka has no topic ${topics.prefix}account-events`);
  });
});

describe('a relay whose broker is killed and started again', () => {
  it('tells of the outage and goes on, with nothing lost or doubled', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'relay-kafka-'));
    const server = await startKafka({ folder });
    const given = await RelayedTopics.create(server.brokers);
    const reports: unknown[] = [];
    const stopping = new AbortController();
    const relay = relayOf(given, reports);
    const run = relay.run(stopping.signal);
    const appending = new AbortController();
    const appends = (async () => {
      for (let i = 0; !appending.signal.aborted; i++) {
        await given.append(1 + (i % 20));
        await setTimeout(10);
      }
    })();
    while (relay.relayed < 500) await setTimeout(5);
    await server.kill();
    while (reports.length === 0) await setTimeout(5);
    await server.start();
    const before = relay.relayed;
    while (relay.relayed === before) await setTimeout(5);
    appending.abort();
    await appends;
    await given.expectEachOnce();
    stopping.abort();
    await run;
    await given.dispose();
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
    expect(new Set(reports.map(String)).size).toBe(reports.length);
  });
});
