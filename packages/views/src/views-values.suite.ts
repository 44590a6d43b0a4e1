// Part of views.suite.ts: values and the checks of them.
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Row, TableDefinition, Upsert, ViewWriter } from './port.js';
import type { ViewsStore } from './views-under-test.suite.js';

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
const sample = (position: bigint, columns: Row): Upsert => ({
  table: samples,
  group: 'all',
  row: { id: 'a', ...columns },
  position,
});

export function viewsValuesSuite(adapter: string, create: () => Promise<ViewsStore>): void {
  describe(`views and their values (${adapter})`, () => {
    let store: ViewsStore;
    let views: ViewWriter;

    beforeEach(async () => {
      store = await create();
      views = await store.open();
      await views.prepare([samples, keyed]);
    });

    afterEach(async () => {
      await views.close();
      await store.dispose();
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
        ['a number for money', sample(2n, { money: 1 }), /column money is money, not number 1/],
        ['money beyond 64 bits', sample(2n, { money: MAX + 1n }), /column money is money/],
        ['an integer beyond 2^53', sample(2n, { integer: 2 ** 53 }), /column integer is integer/],
        ['a key that is absent', { ...sample(2n, {}), row: { money: 1n } }, /column id is text, not undefined/],
        ['a key that is null', sample(2n, { id: null }), /column id is text/],
        ["a column that is not the group's", sample(2n, { other: 'x' }), /column other is not in group all/],
        ['an unknown group', { ...sample(2n, {}), group: 'other' }, /has no group other/],
        ['a negative position', sample(-1n, {}), /-1 is not a position/],
      ];

      it.each(wrong)('is refused with everything beside it: %s', async (_, upsert, message) => {
        await views.apply([sample(1n, { money: 10n })], at(1n));
        await expect(views.apply([sample(2n, { money: 20n }), upsert], at(2n))).rejects.toThrow(message);
        expect(await views.get(samples, { id: 'a' })).toMatchObject({ money: 10n });
        expect(await views.progress('suite', 0)).toBe(1n);
        await views.apply([sample(2n, { id: 'b' })], at(2n));
        expect(await views.get(samples, { id: 'a' })).toMatchObject({ money: 10n });
      });
    });
  });
}

async function everything(views: ViewWriter, table: TableDefinition): Promise<Row[]> {
  const rows: Row[] = [];
  for await (const page of views.scan(table)) rows.push(...page);
  return rows;
}
