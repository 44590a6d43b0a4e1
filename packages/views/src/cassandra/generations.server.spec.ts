import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { compareTable } from '../compare.js';
import { type TableDefinition, TableDefinitionChanged, type ViewWriter } from '../port.js';
import { type KeyspaceUnderTest, keyspaceUnderTest } from './cassandra-under-test.suite.js';
import { GenerationSwitched, TableAddedLate } from './index.js';

const balances: TableDefinition = {
  name: 'balances',
  partitionKey: ['account'],
  clusteringKey: [],
  keys: { account: 'text' },
  groups: { money: { ledger: 'money' } },
};
const changed: TableDefinition = { ...balances, groups: { money: { ledger: 'money', held: 'money' } } };
const added: TableDefinition = { ...balances, name: 'entries' };

const ledger = (views: ViewWriter, amount: bigint, position = 1n, table = balances) =>
  views.apply([{ table, group: 'money', row: { account: 'a', ledger: amount }, position }], {
    consumer: 'c',
    partition: 0,
    position,
  });

describe('generations of a keyspace', () => {
  let keyspace: KeyspaceUnderTest;

  beforeEach(async () => {
    keyspace = await keyspaceUnderTest();
  });

  afterEach(() => keyspace.close());

  const tables = async () => {
    const rows = await keyspace.query("SELECT table_name FROM system_schema.tables WHERE keyspace_name = '$keyspace'");
    return rows.map((row) => String(row.table_name)).filter((name) => /_\d+$/.test(name));
  };

  describe('that nobody prepared', () => {
    it('have no live one, and no progress', async () => {
      const { generations, views } = keyspace.cassandra;
      expect(await generations.live()).toBeUndefined();
      expect(await generations.dropOld()).toEqual([]);
      expect(await views.progress('c', 0)).toBe(0n);
    });

    it('begin with one, which the first migration makes and nobody needs to fill', async () => {
      const { generations } = keyspace.cassandra;
      const fill = () => Promise.reject(new Error('there is nothing to fill it with'));
      expect(await generations.migrate([balances], fill)).toEqual({ generation: 1, isNew: true });
      expect(await generations.migrate([balances], fill)).toEqual({ generation: 1, isNew: false });
      expect(await generations.live()).toBe(1);
    });

    it('are prepared once by many at a time, each table whole', async () => {
      const many = await Promise.all(Array.from({ length: 4 }, () => keyspace.another()));
      const definitions = [balances, added, { ...balances, name: 'third' }];
      await Promise.all(many.map(({ views }) => views.prepare(definitions)));
      await Promise.all(many.map(({ views }, i) => ledger(views, BigInt(i), BigInt(i + 1))));
      const [first] = many;
      expect(await first?.views.get(balances, { account: 'a' })).toEqual({ account: 'a', ledger: 3n });
      expect((await tables()).sort()).toEqual(['balances_1', 'entries_1', 'third_1']);
    });

    it('replace a table that somebody left half made', async () => {
      const { views, generations } = keyspace.cassandra;
      await generations.createNext();
      await keyspace.query('CREATE TABLE $keyspace.balances_2 (something text PRIMARY KEY)');
      const generation = await generations.createNext();
      expect(generation).toBe(2);
      await generations.views(generation).prepare([balances]);
      await generations.switchTo(generation);
      await views.prepare([balances]);
      await ledger(views, 5n);
      expect(await views.get(balances, { account: 'a' })).toEqual({ account: 'a', ledger: 5n });
    });
  });

  describe('with one that is live and filled', () => {
    beforeEach(async () => {
      await keyspace.cassandra.views.prepare([balances]);
      await ledger(keyspace.cassandra.views, 10n, 7n);
    });

    it('refuse a table more, which would lack what was before', async () => {
      const { views } = await keyspace.another();
      await expect(views.prepare([balances, added])).rejects.toThrow(TableAddedLate);
      await expect(views.prepare([changed])).rejects.toThrow(TableDefinitionChanged);
      await views.prepare([balances]);
    });

    it('are migrated into a new one beside it, filled before it is live', async () => {
      const { generations, views } = keyspace.cassandra;
      const filled = await generations.migrate([changed, added], async (next) => {
        expect(await generations.live()).toBe(1);
        expect(await next.progress('c', 0)).toBe(0n);
        await ledger(next, 11n, 7n, changed);
      });
      expect(filled).toEqual({ generation: 2, isNew: true });
      expect(await generations.live()).toBe(2);
      const after = await keyspace.another();
      expect(await after.views.get(changed, { account: 'a' })).toEqual({ account: 'a', ledger: 11n, held: null });
      expect(await after.views.progress('c', 0)).toBe(7n);
      // Who runs still has what it began with.
      expect(await views.get(balances, { account: 'a' })).toEqual({ account: 'a', ledger: 10n });
      expect(await generations.dropOld()).toEqual([1]);
      expect((await tables()).sort()).toEqual(['balances_2', 'entries_2']);
    });

    it('can be compared with one that was filled beside it', async () => {
      const { generations, views } = keyspace.cassandra;
      const generation = await generations.createNext();
      const next = generations.views(generation);
      await next.prepare([balances]);
      await ledger(next, 12n, 7n);
      const differences = [];
      for await (const difference of compareTable(balances, views, next)) differences.push(difference);
      expect(differences).toMatchObject([{ key: { account: 'a' }, left: { ledger: 10n }, right: { ledger: 12n } }]);
      await expect(generations.drop(1)).rejects.toThrow('is live');
      await generations.drop(generation);
      expect(await tables()).toEqual(['balances_1']);
      await expect(generations.switchTo(generation)).rejects.toThrow('has no generation 2 to switch to');
      expect(await generations.createNext()).toBe(3);
    });
  });

  describe('that are switched while programs run', () => {
    let now = 0;
    const passed = () => {
      now += 6_000;
    };

    beforeEach(async () => {
      await keyspace.cassandra.views.prepare([balances]);
      await ledger(keyspace.cassandra.views, 10n, 7n);
    });

    const switched = async (table: TableDefinition) => {
      const { generations } = keyspace.cassandra;
      const next = generations.views(await generations.createNext());
      await next.prepare([table]);
      await ledger(next, 20n, 9n, table);
      await generations.switchTo(2);
    };

    it('are followed by who reads', async () => {
      const { views } = await keyspace.another({ now: () => now });
      expect(await views.get(balances, { account: 'a' })).toMatchObject({ ledger: 10n });
      await switched(balances);
      expect(await views.get(balances, { account: 'a' })).toMatchObject({ ledger: 10n });
      passed();
      while ((await views.progress('c', 0)) !== 9n);
      expect(await views.get(balances, { account: 'a' })).toMatchObject({ ledger: 20n });
      expect(keyspace.reported).toEqual([expect.stringMatching(/are read from generation 2 now, not 1/)]);
    });

    it('are not followed by who reads other tables than they have', async () => {
      const { views } = await keyspace.another({ now: () => now });
      expect(await views.get(balances, { account: 'a' })).toMatchObject({ ledger: 10n });
      await switched(changed);
      passed();
      while (keyspace.reported.length === 0) await views.get(balances, { account: 'a' });
      expect(await views.get(balances, { account: 'a' })).toMatchObject({ ledger: 10n });
      expect(keyspace.reported).toEqual([expect.stringMatching(/has other tables than this program reads/)]);
    });

    it('end who writes, since its progress is not theirs', async () => {
      const { views } = await keyspace.another({ now: () => now });
      await views.prepare([balances]);
      await ledger(views, 11n, 8n);
      await switched(balances);
      passed();
      const written = async () => {
        for (;;) await ledger(views, 12n, 8n);
      };
      await expect(written()).rejects.toThrow(GenerationSwitched);
      expect(await views.get(balances, { account: 'a' })).toMatchObject({ ledger: 12n });
      const again = await keyspace.another();
      await again.views.prepare([balances]);
      expect(await again.views.progress('c', 0)).toBe(9n);
    });
  });
});

describe('a scan of more partitions than are held at a time', () => {
  let keyspace: KeyspaceUnderTest;

  beforeAll(async () => {
    keyspace = await keyspaceUnderTest();
  });

  afterAll(() => keyspace.close());

  it('gives large partitions whole, and all in order', async () => {
    const { views } = keyspace.cassandra;
    const wide: TableDefinition = {
      name: 'wide',
      partitionKey: ['shelf'],
      clusteringKey: [{ column: 'number', order: 'descending' }],
      keys: { shelf: 'integer', number: 'integer' },
      groups: { seen: { seen: 'boolean' } },
    };
    await views.prepare([wide]);
    const keys = Array.from({ length: 22_050 }, (_, i) => ({ shelf: i < 22_000 ? 1 : i, number: i, seen: true }));
    const upserts = keys.map((row) => ({ table: wide, group: 'seen', row, position: 1n }));
    await views.apply(upserts, { consumer: 'c', partition: 0, position: 1n });
    const found: unknown[] = [];
    for await (const page of views.scan(wide)) for (const row of page) found.push(row.number);
    expect(found).toEqual([
      ...Array.from({ length: 22_000 }, (_, i) => 21_999 - i),
      ...Array.from({ length: 50 }, (_, i) => 22_000 + i),
    ]);
  });
});
