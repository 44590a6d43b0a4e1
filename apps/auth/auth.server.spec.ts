// The auth service on real Cassandra.
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll } from '@jest/globals';
import { type TestCassandra, testCassandra } from '@tallystick/servers/for-tests';
import { openCassandra } from '@tallystick/views/cassandra/index';
import { twoInstancesSuite } from './two-instances.suite.js';

const START_MS = 300_000;

let server: TestCassandra;

beforeAll(async () => {
  server = await testCassandra();
}, START_MS);

afterAll(() => server.close());

twoInstancesSuite('Cassandra', async () => {
  const keyspace = `auth_${randomBytes(6).toString('hex')}`;
  const { contactPoints, localDataCenter } = server;
  const options = { contactPoints, localDataCenter, keyspace, replicationFactor: 1, report: () => {} };
  const opened: { close(): Promise<void> }[] = [];
  return {
    async open() {
      const cassandra = await openCassandra(options);
      await cassandra.prepare();
      opened.push(cassandra);
      return cassandra.records;
    },
    async dispose() {
      for (const each of opened) await each.close();
    },
    // Its files are its own; what is written is the same bytes as elsewhere.
    written: () => '',
  };
});
