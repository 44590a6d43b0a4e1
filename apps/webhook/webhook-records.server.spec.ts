// The webhook service's records on real Cassandra.
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll } from '@jest/globals';
import { type TestCassandra, testCassandra } from '@tallystick/servers/for-tests';
import { openCassandra } from '@tallystick/views/cassandra/index';
import { webhookRecordsSuite } from './webhook-records.suite.js';

const START_MS = 300_000;

let server: TestCassandra;

beforeAll(async () => {
  server = await testCassandra();
}, START_MS);

afterAll(() => server.close());

webhookRecordsSuite('Cassandra', async () => {
  const keyspace = `webhook_${randomBytes(6).toString('hex')}`;
  const { contactPoints, localDataCenter } = server;
  const cassandra = await openCassandra({
    contactPoints,
    localDataCenter,
    keyspace,
    replicationFactor: 1,
    report: () => {},
  });
  await cassandra.prepare();
  return { records: cassandra.records, dispose: () => cassandra.close() };
});
