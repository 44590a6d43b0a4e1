// The contract of views: every adapter runs this file unchanged.
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  type Row,
  type TableDefinition,
  TableDefinitionChanged,
  TableNotPrepared,
  type Upsert,
  type ViewWriter,
} from './port.js';
import { viewsOrderSuite } from './views-order.suite.js';
import { viewsRepeatSuite } from './views-repeat.suite.js';

/** An empty store of an adapter, for one test. */
export interface ViewsStore {
  /** Opens it; opened again after a close, it holds what was there. */
  open(): Promise<ViewWriter>;
  /** Removes all of it, after the writers were closed. */
  dispose(): Promise<void>;
}

/** An account's balance and, written by other events, its status. */
const accounts: TableDefinition = {
  name: 'suite_accounts',
  partitionKey: ['account'],
  clusteringKey: [],
  keys: { account: 'text' },
  groups: { balance: { ledger: 'money', held: 'money' }, status: { status: 'text', closed: 'boolean' } },
};

const samples: TableDefinition = {
  name: 'suite_samples',
  partitionKey: ['id'],
  clusteringKey: [],
  keys: { id: 'text' },
  groups: {
    all: { text: 'text', integer: 'integer', money: 'money', instant: 'instant', boolean: 'boolean', bytes: 'bytes' },
  },
};

const keyed: TableDefinition = {
  name: 'suite_keyed',
  partitionKey: ['text', 'bytes'],
  clusteringKey: [
    { column: 'money', order: 'ascending' },
    { column: 'boolean', order: 'descending' },
    { column: 'integer', order: 'ascending' },
    { column: 'instant', order: 'descending' },
  ],
  keys: { text: 'text', bytes: 'bytes', money: 'money', boolean: 'boolean', integer: 'integer', instant: 'instant' },
  groups: { all: { note: 'text' } },
};

const MIN = -(2n ** 63n);
const MAX = 2n ** 63n - 1n;

const at = (position: bigint) => ({ consumer: 'suite', partition: 0, position });
const balance = (account: string, position: bigint, ledger: bigint, held = 0n): Upsert => ({
  table: accounts,
  group: 'balance',
  row: { account, ledger, held },
  position,
});
const status = (account: string, position: bigint, text: string): Upsert => ({
  table: accounts,
  group: 'status',
  row: { account, status: text, closed: false },
  position,
});

export function viewsSuite(adapter: string, create: () => Promise<ViewsStore>): void {
  describe(`views (${adapter})`, () => {
    let store: ViewsStore;
    let views: ViewWriter;

    beforeEach(async () => {
      store = await create();
      views = await store.open();
      await views.prepare([accounts, samples, keyed]);
    });

    afterEach(async () => {
      await views.close();
      await store.dispose();
    });

    const account = (id = 'a'): Promise<Row | undefined> => views.get(accounts, { account: id });

    describe('a row with one group written', () => {
      beforeEach(() => views.apply([balance('a', 5n, 100n, 7n)], at(5n)));

      it('reads the columns of the other group as null', async () => {
        expect(await account()).toEqual({ account: 'a', ledger: 100n, held: 7n, status: null, closed: null });
      });

      it('ignores an older position', async () => {
        await views.apply([balance('a', 4n, 1n)], at(6n));
        expect(await account()).toMatchObject({ ledger: 100n, held: 7n });
      });

      it('applies an equal position again', async () => {
        await views.apply([balance('a', 5n, 101n)], at(6n));
        expect(await account()).toMatchObject({ ledger: 101n, held: 0n });
      });

      it('applies a newer position', async () => {
        await views.apply([balance('a', 6n, 102n)], at(6n));
        expect(await account()).toMatchObject({ ledger: 102n });
      });

      it('applies an older position of another group, and leaves this one', async () => {
        await views.apply([status('a', 1n, 'ACTIVE'), balance('a', 1n, 1n)], at(6n));
        expect(await account()).toEqual({ account: 'a', ledger: 100n, held: 7n, status: 'ACTIVE', closed: false });
      });

      it('leaves another row alone', async () => {
        await views.apply([balance('b', 1n, 1n)], at(6n));
        expect(await account('a')).toMatchObject({ ledger: 100n });
        expect(await account('b')).toMatchObject({ ledger: 1n });
      });

      it('makes columns null that are null or absent in a newer write', async () => {
        await views.apply(
          [{ table: accounts, group: 'balance', row: { account: 'a', held: null }, position: 6n }],
          at(6n),
        );
        expect(await account()).toMatchObject({ ledger: null, held: null });
      });
    });

    describe('several upserts of one group of one row in one apply', () => {
      it('keeps the highest position, wherever it stands', async () => {
        await views.apply([balance('a', 2n, 20n), balance('a', 3n, 30n), balance('a', 1n, 10n)], at(3n));
        expect(await account()).toMatchObject({ ledger: 30n });
      });

      it('keeps the last of equal positions', async () => {
        await views.apply([balance('a', 3n, 30n), balance('a', 3n, 31n)], at(3n));
        expect(await account()).toMatchObject({ ledger: 31n });
      });

      it('still ignores all of them where the row is newer', async () => {
        await views.apply([balance('a', 9n, 90n)], at(9n));
        await views.apply([balance('a', 7n, 70n), balance('a', 8n, 80n)], at(9n));
        expect(await account()).toMatchObject({ ledger: 90n });
      });
    });

    describe('positions beyond 2^53', () => {
      it('are compared exactly', async () => {
        await views.apply([balance('a', MAX, 1n)], at(MAX));
        await views.apply([balance('a', MAX - 1n, 2n)], at(MAX));
        expect(await account()).toMatchObject({ ledger: 1n });
        expect(await views.progress('suite', 0)).toBe(MAX);
      });
    });

    describe('values of every type', () => {
      const rows: Row[] = [
        { id: 'zero', text: '', integer: 0, money: 0n, instant: 0n, boolean: false, bytes: new Uint8Array() },
        {
          id: 'lowest',
          text: 'a\u0000b',
          integer: Number.MIN_SAFE_INTEGER,
          money: MIN,
          instant: MIN,
          boolean: false,
          bytes: new Uint8Array([0]),
        },
        {
          id: 'highest',
          text: 'Ünïcødé 漢字 😀\n"\'',
          integer: Number.MAX_SAFE_INTEGER,
          money: MAX,
          instant: MAX,
          boolean: true,
          bytes: new Uint8Array([0, 255, 195, 40]),
        },
        {
          id: 'near',
          text: '1',
          integer: 2 ** 31,
          money: 2n ** 53n + 1n,
          instant: 1_700_000_000_000_001n,
          boolean: true,
          bytes: new Uint8Array(5000).fill(7),
        },
        { id: 'null', text: null, integer: null, money: null, instant: null, boolean: null, bytes: null },
      ];

      it.each(rows.map((row) => [String(row.id), row] as const))(
        'come back as they were written: %s',
        async (id, row) => {
          await views.apply([{ table: samples, group: 'all', row, position: 1n }], at(1n));
          expect(await views.get(samples, { id })).toStrictEqual(row);
        },
      );

      it('come back from keys', async () => {
        const keys = [
          { text: 'é😀', bytes: new Uint8Array([0, 1]), money: MIN, boolean: true, integer: -1, instant: MAX },
          { text: 'é😀', bytes: new Uint8Array([0, 1]), money: MIN, boolean: false, integer: 2 ** 40, instant: MIN },
        ];
        const written = keys.map((key) => ({ ...key, note: 'n' }));
        await views.apply(
          written.map((row) => ({ table: keyed, group: 'all', row, position: 1n })),
          at(1n),
        );
        for (const [i, key] of keys.entries()) expect(await views.get(keyed, key)).toStrictEqual(written[i]);
        expect(await everything(views, keyed)).toStrictEqual(written);
      });

      it('are not shared with the caller', async () => {
        const bytes = new Uint8Array([1, 2, 3]);
        await views.apply([{ table: samples, group: 'all', row: { id: 'x', bytes }, position: 1n }], at(1n));
        bytes.fill(9);
        expect(await views.get(samples, { id: 'x' })).toMatchObject({ bytes: new Uint8Array([1, 2, 3]) });
      });
    });

    describe('an upsert that does not fit its table', () => {
      const wrong: [string, Upsert, RegExp][] = [
        [
          'a money column given a number',
          { table: accounts, group: 'balance', row: { account: 'a', ledger: 1 }, position: 2n },
          /column ledger is money, not number 1/,
        ],
        ['money beyond 64 bits', balance('a', 2n, MAX + 1n), /column ledger is money/],
        [
          'an integer beyond 2^53',
          { table: samples, group: 'all', row: { id: 'a', integer: 2 ** 53 }, position: 2n },
          /column integer is integer/,
        ],
        [
          'a key that is absent',
          { table: accounts, group: 'balance', row: { ledger: 1n }, position: 2n },
          /column account is text, not undefined/,
        ],
        [
          'a key that is null',
          { table: accounts, group: 'balance', row: { account: null }, position: 2n },
          /column account is text/,
        ],
        [
          'a column of another group',
          { table: accounts, group: 'balance', row: { account: 'a', status: 'x' }, position: 2n },
          /column status is not in group balance/,
        ],
        [
          'an unknown group',
          { table: accounts, group: 'other', row: { account: 'a' }, position: 2n },
          /has no group other/,
        ],
        ['a negative position', balance('a', -1n, 1n), /-1 is not a position/],
      ];

      it.each(wrong)('is refused with everything beside it: %s', async (_, upsert, message) => {
        await views.apply([balance('a', 1n, 10n)], at(1n));
        await expect(views.apply([balance('a', 2n, 20n), upsert], at(2n))).rejects.toThrow(message);
        expect(await account()).toMatchObject({ ledger: 10n });
        expect(await views.progress('suite', 0)).toBe(1n);
        await views.apply([balance('b', 2n, 20n)], at(2n));
        expect(await account()).toMatchObject({ ledger: 10n });
      });
    });

    describe('progress', () => {
      it('is 0 before the first apply', async () => {
        expect(await views.progress('suite', 0)).toBe(0n);
      });

      it('is kept per consumer and partition, with rows or without', async () => {
        await views.apply([balance('a', 7n, 1n)], { consumer: 'one', partition: 0, position: 7n });
        await views.apply([], { consumer: 'one', partition: 1, position: 8n });
        await views.apply([], { consumer: 'two', partition: 0, position: 9n });
        const read = [
          views.progress('one', 0),
          views.progress('one', 1),
          views.progress('two', 0),
          views.progress('two', 1),
        ];
        expect(await Promise.all(read)).toEqual([7n, 8n, 9n, 0n]);
      });

      it('never goes back', async () => {
        await views.apply([], at(9n));
        await views.apply([], at(3n));
        expect(await views.progress('suite', 0)).toBe(9n);
      });
    });

    describe('a store opened again', () => {
      it('has its rows, their positions and the progress', async () => {
        await views.apply([balance('a', 5n, 50n)], at(5n));
        await views.close();
        views = await store.open();
        await views.prepare([accounts]);
        expect(await account()).toMatchObject({ ledger: 50n });
        expect(await views.progress('suite', 0)).toBe(5n);
        await views.apply([balance('a', 4n, 40n)], at(5n));
        expect(await account()).toMatchObject({ ledger: 50n });
      });
    });

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
        await views.prepare([accounts, samples]);
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
          /table suite_accounts .* needs a new generation of the views/,
        );
        await expect(everything(views, changed)).rejects.toThrow(TableDefinitionChanged);
        expect(await account()).toMatchObject({ ledger: 10n });
      });

      it('refuses another order within a partition', async () => {
        const clusteringKey = keyed.clusteringKey.map(({ column }) => ({ column, order: 'ascending' as const }));
        await expect(views.prepare([{ ...keyed, clusteringKey }])).rejects.toThrow(TableDefinitionChanged);
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

  viewsRepeatSuite(adapter, create);
  viewsOrderSuite(adapter, create);
}

async function everything(views: ViewWriter, table: TableDefinition): Promise<Row[]> {
  const rows: Row[] = [];
  for await (const page of views.scan(table)) rows.push(...page);
  return rows;
}
