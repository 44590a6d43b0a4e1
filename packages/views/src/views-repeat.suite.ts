// Part of views.suite.ts: repeating and reordering writes changes nothing.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Row, TableDefinition, Upsert, ViewWriter } from './port.js';
import type { ViewsStore } from './views-under-test.suite.js';

const table: TableDefinition = {
  name: 'suite_repeat',
  partitionKey: ['run'],
  clusteringKey: [{ column: 'row', order: 'ascending' }],
  keys: { run: 'text', row: 'integer' },
  groups: { first: { a: 'money', b: 'text' }, second: { c: 'instant', d: 'boolean' } },
};

const GROUPS = ['first', 'second'] as const;

interface Write {
  readonly row: number;
  readonly group: (typeof GROUPS)[number];
  readonly position: number;
}

const write: fc.Arbitrary<Write> = fc.record({
  row: fc.integer({ min: 0, max: 3 }),
  group: fc.constantFrom(...GROUPS),
  position: fc.integer({ min: 1, max: 12 }),
});

/** One position is one event, so what it writes follows from the position. */
function columnsOf({ row, group, position }: Write): Row {
  const number = BigInt(row * 1000 + position);
  if (group === 'second') return { c: number, d: position % 2 === 0 };
  return { a: number, b: position % 3 === 0 ? null : `written at ${position}` };
}

function expectedRows(run: string, writes: readonly Write[]): Row[] {
  const rows = new Map<number, Row>();
  for (const each of writes.toSorted((left, right) => left.position - right.position)) {
    const before = rows.get(each.row) ?? { run, row: each.row, a: null, b: null, c: null, d: null };
    rows.set(each.row, { ...before, ...columnsOf(each) });
  }
  return [...rows].sort(([left], [right]) => left - right).map(([, row]) => row);
}

export function viewsRepeatSuite(adapter: string, create: () => Promise<ViewsStore>): void {
  const seed = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31));

  describe(`views under repetition (${adapter})`, () => {
    let store: ViewsStore;
    let views: ViewWriter;
    let runs = 0;

    beforeAll(async () => {
      store = await create();
      views = await store.open();
      await views.prepare([table]);
    });

    afterAll(async () => {
      await views.close();
      await store.dispose();
    });

    async function applied(run: string, writes: readonly Write[], perApply: number): Promise<Row[]> {
      for (let from = 0; from < writes.length; from += perApply) {
        const upserts = writes.slice(from, from + perApply).map(
          (each): Upsert => ({
            table,
            group: each.group,
            row: { run, row: each.row, ...columnsOf(each) },
            position: BigInt(each.position),
          }),
        );
        await views.apply(upserts, { consumer: run, partition: 0, position: BigInt(from) });
      }
      return views.slice(table, { partition: { run }, limit: 100 });
    }

    it(`ends in the same rows whatever the order, the repeats and the batches (SEED=${seed})`, async () => {
      const shuffled = fc.array(write, { maxLength: 30 }).chain((writes) =>
        fc.record({
          writes: fc.constant(writes),
          again: fc.shuffledSubarray([...writes, ...writes], {
            minLength: writes.length * 2,
            maxLength: writes.length * 2,
          }),
          perApply: fc.integer({ min: 1, max: 10 }),
        }),
      );
      await fc.assert(
        fc.asyncProperty(shuffled, async ({ writes, again, perApply }) => {
          const [plain, mixed] = [`plain ${++runs}`, `mixed ${runs}`];
          expect(await applied(plain, writes, writes.length + 1)).toEqual(expectedRows(plain, writes));
          expect(await applied(mixed, again, perApply)).toEqual(expectedRows(mixed, writes));
          expect(await applied(mixed, writes, perApply)).toEqual(expectedRows(mixed, writes));
        }),
        { seed, numRuns: 60 },
      );
    });
  });
}
