// The contract of views: every adapter runs this file unchanged.
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Row, TableDefinition, Upsert, ViewWriter } from './port.js';
import { viewsDefinitionsSuite } from './views-definitions.suite.js';
import { viewsOrderSuite } from './views-order.suite.js';
import { viewsRepeatSuite } from './views-repeat.suite.js';
import type { ViewsStore } from './views-under-test.suite.js';
import { viewsValuesSuite } from './views-values.suite.js';

export type { ViewsStore } from './views-under-test.suite.js';

/** An account's balance and, written by other events, its status. */
const accounts: TableDefinition = {
  name: 'suite_accounts',
  partitionKey: ['account'],
  clusteringKey: [],
  keys: { account: 'text' },
  groups: { balance: { ledger: 'money', held: 'money' }, status: { status: 'text', closed: 'boolean' } },
};

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
      await views.prepare([accounts]);
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
  });

  viewsValuesSuite(adapter, create);
  viewsDefinitionsSuite(adapter, create);
  viewsRepeatSuite(adapter, create);
  viewsOrderSuite(adapter, create);
}
