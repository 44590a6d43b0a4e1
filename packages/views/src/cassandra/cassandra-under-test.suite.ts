// A keyspace of its own on the tests' Cassandra, for one spec file.
import { randomBytes } from 'node:crypto';
import { type TestCassandra, testCassandra } from '@tallystick/servers/for-tests';
import cassandra from 'cassandra-driver';
import { repairDriver } from './driver-repairs.js';
import { type Cassandra, type CassandraOptions, openCassandra } from './index.js';

export interface KeyspaceUnderTest {
  readonly options: CassandraOptions;
  readonly cassandra: Cassandra;
  /** What was reported, as text. */
  readonly reported: string[];
  /** Runs CQL beside the adapter. `$keyspace` in it stands for the keyspace. */
  query(cql: string): Promise<readonly Readonly<Record<string, unknown>>[]>;
  /** Another connection, as another process has it. */
  another(options?: Partial<CassandraOptions>): Promise<Cassandra>;
  close(): Promise<void>;
}

export async function keyspaceUnderTest(
  open: () => Promise<TestCassandra> = testCassandra,
  changed: Partial<CassandraOptions> = {},
): Promise<KeyspaceUnderTest> {
  const server = await open();
  const { contactPoints, localDataCenter } = server;
  const keyspace = `test_${randomBytes(6).toString('hex')}`;
  const reported: string[] = [];
  const report = (error: unknown) => {
    reported.push(error instanceof Error ? error.message : String(error));
  };
  const options: CassandraOptions = {
    contactPoints,
    localDataCenter,
    keyspace,
    replicationFactor: 1,
    report,
    ...changed,
  };
  const opened: Cassandra[] = [];
  const another = async (more: Partial<CassandraOptions> = {}) => {
    const cassandra = await openCassandra({ ...options, ...more });
    opened.push(cassandra);
    return cassandra;
  };
  const { credentials } = options;
  const beside = new cassandra.Client({
    contactPoints: [...contactPoints],
    localDataCenter,
    encoding: { useBigIntAsLong: true },
    ...(credentials === undefined ? {} : { credentials: { ...credentials } }),
  });
  repairDriver(beside);
  const query = async (cql: string) => (await beside.execute(cql.replaceAll('$keyspace', keyspace))).rows;
  return {
    options,
    cassandra: await another(),
    reported,
    query,
    another,
    close: async () => {
      await Promise.all(opened.map((each) => each.close()));
      await query('DROP KEYSPACE IF EXISTS $keyspace').catch(() => {});
      await beside.shutdown();
      await server.close();
    },
  };
}
