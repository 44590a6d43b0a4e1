// Part of views.suite.ts: definitions of tables.
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  type Row,
  type TableDefinition,
  TableDefinitionChanged,
  TableNotPrepared,
  type Upsert,
  type ViewWriter,
} from './port.js';
import type { ViewsStore } from './views-under-test.suite.js';

/** An account's balance and, written by other events, its status. */
const accounts: TableDefinition = {
  name: 'suite_defined',
  partitionKey: ['account'],
  clusteringKey: [],
  keys: { account: 'text' },
  groups: { balance: { ledger: 'money', held: 'money' }, status: { status: 'text', closed: 'boolean' } },
};

const months: TableDefinition = {
  name: 'suite_months',
  partitionKey: ['account'],
  clusteringKey: [{ column: 'month', order: 'descending' }],
  keys: { account: 'text', month: 'integer' },
  groups: { all: { total: 'money' } },
};

const at = (position: bigint) => ({ consumer: 'suite', partition: 0, position });
const balance = (account: string, position: bigint, ledger: bigint): Upsert => ({
  table: accounts,
  group: 'balance',
  row: { account, ledger },
  position,
});

export function viewsDefinitionsSuite(adapter: string, create: () => Promise<ViewsStore>): void {
  describe(`views and their definitions (${adapter})`, () => {
    let store: ViewsStore;
    let views: ViewWriter;

    beforeEach(async () => {
      store = await create();
      views = await store.open();
      await views.prepare([accounts, months]);
    });

    afterEach(async () => {
      await views.close();
      await store.dispose();
    });

    const account = (id = 'a'): Promise<Row | undefined> => views.get(accounts, { account: id });

    describe('prepare', () => {
      const changes: [string, TableDefinition][] = [
        ['a column more', { ...accounts, groups: { ...accounts.groups, more: { extra: 'text' } } }],
        [
          'a column less',
          { ...accounts, groups: { balance: { ledger: 'money' }, status: { status: 'text', closed: 'boolean' } } },
        ],
        ['another type', { ...accounts, keys: { account: 'bytes' } }],
        [
          'a column in another group',
          {
            ...accounts,
            groups: { balance: { ledger: 'money', held: 'money', closed: 'boolean' }, status: { status: 'text' } },
          },
        ],
        [
          'another key',
          {
            ...accounts,
            keys: { account: 'text', day: 'text' },
            clusteringKey: [{ column: 'day', order: 'ascending' }],
          },
        ],
      ];

      it('changes nothing when repeated', async () => {
        await views.apply([balance('a', 1n, 10n)], at(1n));
        await views.prepare([accounts, months]);
        expect(await account()).toMatchObject({ ledger: 10n });
      });

      it('takes a definition that only writes its columns down in another order', async () => {
        const { balance: first, status: second } = accounts.groups;
        await views.prepare([
          { ...accounts, groups: { status: { ...second }, balance: { held: 'money', ledger: 'money', ...first } } },
        ]);
      });

      it.each(changes)('refuses a changed definition and keeps the table: %s', async (_, changed) => {
        await views.apply([balance('a', 1n, 10n)], at(1n));
        await expect(views.prepare([changed])).rejects.toThrow(TableDefinitionChanged);
        await expect(views.prepare([changed])).rejects.toThrow(
          /table suite_defined .* needs a new generation of the views/,
        );
        await expect(everything(views, changed)).rejects.toThrow(TableDefinitionChanged);
        expect(await account()).toMatchObject({ ledger: 10n });
      });

      it('refuses another order within a partition', async () => {
        const clusteringKey = months.clusteringKey.map(({ column }) => ({ column, order: 'ascending' as const }));
        await expect(views.prepare([{ ...months, clusteringKey }])).rejects.toThrow(TableDefinitionChanged);
      });

      it.each<[string, Partial<TableDefinition>, RegExp]>([
        ['a name that is not snake case', { name: 'x; DROP' }, /not snake case/],
        ['a key column without a type', { partitionKey: ['other'] }, /key column other has no type/],
        [
          'no partition key',
          { partitionKey: [], clusteringKey: [{ column: 'account', order: 'ascending' }] },
          /a partition key is needed/,
        ],
        [
          'a column declared twice',
          { groups: { one: { x: 'text' }, two: { x: 'text' } } },
          /column x is declared twice/,
        ],
      ])('refuses a definition that is not sound: %s', async (_, part, message) => {
        await expect(views.prepare([{ ...accounts, name: 'suite_unsound', ...part }])).rejects.toThrow(message);
      });
    });

    describe('a table never prepared', () => {
      const missing: TableDefinition = { ...accounts, name: 'suite_missing' };

      it('is refused by name in reads and writes', async () => {
        await expect(views.get(missing, { account: 'a' })).rejects.toThrow(TableNotPrepared);
        await expect(views.slice(missing, { partition: { account: 'a' }, limit: 1 })).rejects.toThrow(TableNotPrepared);
        await expect(everything(views, missing)).rejects.toThrow(/table suite_missing has not been prepared/);
        await expect(views.apply([{ ...balance('a', 1n, 1n), table: missing }], at(1n))).rejects.toThrow(
          TableNotPrepared,
        );
      });
    });
  });
}

async function everything(views: ViewWriter, table: TableDefinition): Promise<Row[]> {
  const rows: Row[] = [];
  for await (const page of views.scan(table)) rows.push(...page);
  return rows;
}
