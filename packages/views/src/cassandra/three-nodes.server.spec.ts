// Three nodes take 3 GB and a minute to start: TALLYSTICK_REQUIRES=three-nodes runs this.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { type CassandraCluster, startCassandraCluster } from '@tallystick/servers';
import { compareTable } from '../compare.js';
import { MemoryViews } from '../memory/index.js';
import type { TableDefinition, Upsert } from '../port.js';
import { type KeyspaceUnderTest, keyspaceUnderTest } from './cassandra-under-test.suite.js';

const isWanted = (process.env.TALLYSTICK_REQUIRES ?? '').split(',').includes('three-nodes');
const WRITERS = 8;
const APPLIES_BEFORE = 10;
const APPLIES_AFTER = 60;

jest.setTimeout(300_000);

const items: TableDefinition = {
  name: 'items',
  partitionKey: ['account'],
  clusteringKey: [{ column: 'number', order: 'ascending' }],
  keys: { account: 'text', number: 'integer' },
  groups: { money: { amount: 'money' } },
};

(isWanted ? describe : describe.skip)('three nodes that have each row three times', () => {
  let folder: string;
  let nodes: CassandraCluster;
  let keyspace: KeyspaceUnderTest;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'tallystick-three-nodes-'));
    nodes = await startCassandraCluster({ folder });
    keyspace = await keyspaceUnderTest(async () => ({ ...nodes, close: async () => {} }), { replicationFactor: 3 });
  });

  afterAll(async () => {
    await keyspace.close();
    await nodes.stop();
    rmSync(folder, { recursive: true });
  });

  it('make each table once, though all are asked at once', async () => {
    const many = await Promise.all(
      nodes.contactPoints.map((contactPoint) => keyspace.another({ contactPoints: [contactPoint] })),
    );
    const tables = ['items', 'others', 'entries'].map((name) => ({ ...items, name }));
    await Promise.all(many.map(({ views }) => views.prepare(tables)));
    for (const { views } of many)
      expect(await views.slice(items, { partition: { account: 'a' }, limit: 1 })).toEqual([]);
  });

  it('fail no write and no read while one of them is killed', async () => {
    const { views, records } = keyspace.cassandra;
    await views.prepare([items]);
    const memory = new MemoryViews();
    await memory.prepare([items]);
    let applied = 0;
    let isKilled = false;
    const write = async (writer: number): Promise<void> => {
      let after = 0;
      for (let turn = 1; after < APPLIES_AFTER; turn++) {
        const position = BigInt(turn);
        const upserts = Array.from({ length: 200 }, (_, i): Upsert => {
          const row = { account: `acc_${writer}_${i % 40}`, number: i, amount: position };
          return { table: items, group: 'money', row, position };
        });
        const progress = { consumer: 'c', partition: writer, position };
        await views.apply(upserts, progress);
        await memory.apply(upserts, progress);
        expect(await views.get(items, { account: `acc_${writer}_0`, number: 0 })).toMatchObject({ amount: position });
        await records.put('checkpoints', String(writer), Buffer.from(String(turn)));
        applied++;
        if (isKilled) after++;
      }
    };
    const writing = Promise.all(Array.from({ length: WRITERS }, (_, writer) => write(writer)));
    const begun = async () => {
      while (applied < APPLIES_BEFORE * WRITERS) await views.progress('c', 0);
    };
    await Promise.race([begun(), writing]);
    const [, , last] = nodes.nodes;
    await last?.kill();
    isKilled = true;
    await writing;
    for await (const difference of compareTable(items, views, memory)) expect(difference).toBeUndefined();
    for (let writer = 0; writer < WRITERS; writer++)
      expect(await views.progress('c', writer)).toBe(await memory.progress('c', writer));
    expect(keyspace.reported).toEqual([]);
    await last?.start();
  });
});
