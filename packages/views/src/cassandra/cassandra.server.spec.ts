import { afterAll, beforeAll } from '@jest/globals';
import { recordsSuite } from '../records.suite.js';
import { viewsSuite } from '../views.suite.js';
import { type KeyspaceUnderTest, keyspaceUnderTest } from './cassandra-under-test.suite.js';
import type { Cassandra } from './index.js';

let keyspace: KeyspaceUnderTest;

beforeAll(async () => {
  keyspace = await keyspaceUnderTest();
}, 300_000);

afterAll(() => keyspace.close(), 60_000);

/** A store is a generation of the keyspace, and goes with it. */
viewsSuite('cassandra', async () => {
  const { generations } = keyspace.cassandra;
  const generation = await generations.createNext();
  return { open: async () => generations.views(generation), dispose: async () => {} };
});

/** A store is the keyspace's records. */
recordsSuite('cassandra', async () => {
  const opened: Cassandra[] = [];
  return {
    open: async () => {
      const cassandra = await keyspace.another();
      opened.push(cassandra);
      return cassandra.records;
    },
    dispose: async () => {
      await keyspace.query('TRUNCATE $keyspace.records');
      await keyspace.query('TRUNCATE $keyspace.record_keys');
      await Promise.all(opened.map((each) => each.close()));
    },
  };
});
