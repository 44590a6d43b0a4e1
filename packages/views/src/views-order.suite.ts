// Part of views.suite.ts: the order of rows in slices and scans.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Row, TableDefinition, Upsert, ViewWriter } from './port.js';
import type { ViewsStore } from './views-under-test.suite.js';

/** A list with the newest first; of one instant, by id ascending. */
const list: TableDefinition = {
  name: 'suite_list',
  partitionKey: ['account', 'month'],
  clusteringKey: [
    { column: 'at', order: 'descending' },
    { column: 'kind', order: 'ascending' },
    { column: 'id', order: 'ascending' },
  ],
  keys: { account: 'text', month: 'integer', at: 'instant', kind: 'boolean', id: 'text' },
  groups: { all: { amount: 'money' } },
};

const many: TableDefinition = {
  name: 'suite_many',
  partitionKey: ['account'],
  clusteringKey: [{ column: 'number', order: 'ascending' }],
  keys: { account: 'text', number: 'integer' },
  groups: { all: { amount: 'money' } },
};

const PARTITION = { account: 'acc', month: 11 };
const IDS = ['', 'A', 'a', 'é', '\uffee', '😀'];

/** In clustering order: at descending, kind and id ascending, text by its UTF-8 bytes. */
const ordered: Row[] = [30n, 20n, -10n].flatMap((at) =>
  [false, true].flatMap((kind) => IDS.map((id) => ({ ...PARTITION, at, kind, id, amount: at }))),
);

function upserts(table: TableDefinition, rows: readonly Row[]): Upsert[] {
  return rows.map((row) => ({ table, group: 'all', row, position: 1n }));
}

/** A fixed order that is neither theirs nor its reverse. */
function mixed<T>(items: readonly T[]): T[] {
  return items.map((_, i) => items[(i * 7919) % items.length] as T);
}

export function viewsOrderSuite(adapter: string, create: () => Promise<ViewsStore>): void {
  describe(`views with many rows (${adapter})`, () => {
    let store: ViewsStore;
    let views: ViewWriter;

    const others = [
      { ...PARTITION, account: 'ab' },
      { ...PARTITION, account: 'accc' },
      { ...PARTITION, month: 2 },
      { ...PARTITION, month: 12 },
    ].map((partition) => ({ ...partition, at: 25n, kind: false, id: 'other', amount: 0n }));
    const accounts = Array.from({ length: 400 }, (_, i) => `acc_${String(i).padStart(4, '0')}`);
    const manyRows = accounts.flatMap((account) =>
      [-1, 0, 5].map((number) => ({ account, number, amount: BigInt(number) })),
    );

    beforeAll(async () => {
      store = await create();
      views = await store.open();
      await views.prepare([list, many]);
      const all = [...upserts(list, mixed([...ordered, ...others])), ...upserts(many, mixed(manyRows))];
      await views.apply(all, { consumer: 'suite', partition: 0, position: 1n });
    });

    afterAll(async () => {
      await views.close();
      await store.dispose();
    });

    it('slices one partition in declared order', async () => {
      expect(await views.slice(list, { partition: PARTITION, limit: 1000 })).toEqual(ordered);
    });

    it('slices it in reverse', async () => {
      const rows = await views.slice(list, { partition: PARTITION, direction: 'reverse', limit: 1000 });
      expect(rows).toEqual(ordered.toReversed());
    });

    it('stops at the limit', async () => {
      expect(await views.slice(list, { partition: PARTITION, limit: 5 })).toEqual(ordered.slice(0, 5));
      expect(await views.slice(list, { partition: PARTITION, limit: 0 })).toEqual([]);
    });

    it.each(['clustering', 'reverse'] as const)('goes on after any key, there or not (%s)', async (direction) => {
      const inOrder = direction === 'reverse' ? ordered.toReversed() : ordered;
      for (const [i, after] of inOrder.entries()) {
        const { at = 0n, kind = false, id = '' } = after;
        const rows = await views.slice(list, { partition: PARTITION, after: { at, kind, id }, direction, limit: 15 });
        expect(rows).toEqual(inOrder.slice(i + 1, i + 16));
      }
      const between = { at: 25n, kind: true, id: 'x' };
      const rest = inOrder.filter(({ at }) => (direction === 'reverse' ? at === 30n : at !== 30n));
      expect(await views.slice(list, { partition: PARTITION, after: between, direction, limit: 1000 })).toEqual(rest);
    });

    it('has an empty slice for a partition that nobody wrote', async () => {
      expect(await views.slice(list, { partition: { account: 'none', month: 1 }, limit: 10 })).toEqual([]);
    });

    it('refuses a partition or a place that is not whole', async () => {
      await expect(views.slice(list, { partition: { account: 'acc' }, limit: 1 })).rejects.toThrow(
        /column month is integer/,
      );
      await expect(views.slice(list, { partition: PARTITION, after: { at: 1n }, limit: 1 })).rejects.toThrow(
        /column kind/,
      );
      await expect(views.get(list, PARTITION)).rejects.toThrow(/column at is instant, not undefined/);
    });

    it('gets one row by its whole key', async () => {
      const key = { ...PARTITION, at: -10n, kind: true, id: '😀' };
      expect(await views.get(list, key)).toEqual({ ...key, amount: -10n });
      expect(await views.get(list, { ...key, id: 'none' })).toBeUndefined();
    });

    it('scans partitions in ascending order, each in its own', async () => {
      const [ab, accc, second, twelfth] = others;
      expect(await scanned(views, list)).toEqual([ab, second, ...ordered, twelfth, accc]);
    });

    it('scans every row of many partitions once', async () => {
      expect(await scanned(views, many)).toEqual(manyRows);
    });
  });
}

async function scanned(views: ViewWriter, table: TableDefinition): Promise<Row[]> {
  const rows: Row[] = [];
  for await (const page of views.scan(table)) rows.push(...page);
  return rows;
}
