import { describe, expect, it } from '@jest/globals';
import { planOf } from '../definition.js';
import type { TableDefinition, Upsert } from '../port.js';
import type { Statement } from './connection.js';
import { batchesOf, Gathered, type WaitingRow } from './gather.js';
import { storedTable } from './statements.js';
import { OpenTable } from './tables.js';

const table: TableDefinition = {
  name: 'items',
  partitionKey: ['account'],
  clusteringKey: [{ column: 'number', order: 'ascending' }],
  keys: { account: 'text', number: 'integer' },
  groups: { money: { amount: 'money' }, note: { note: 'text' }, number: { other: 'text' } },
};
const months: TableDefinition = { ...table, name: 'months', groups: { seen: { seen: 'boolean' } } };

const upsert = (group: string, row: Upsert['row'], position = 1n, of = table): Upsert => ({
  table: of,
  group,
  row: { account: 'a', number: 1, ...row },
  position,
});

function statementsOf(...upserts: Upsert[]): Statement[][] {
  const gathered = new Map<TableDefinition, Gathered>();
  for (const each of upserts) {
    let of = gathered.get(each.table);
    if (of === undefined) {
      of = new Gathered(new OpenTable(storedTable('k', 1, planOf(each.table))), new Set());
      gathered.set(each.table, of);
    }
    of.add(each);
  }
  const partitions = new Map<string, WaitingRow[]>();
  for (const of of gathered.values()) of.into(partitions);
  return [...batchesOf(partitions.values())];
}

describe('upserts of one row', () => {
  it('of one position are one statement', () => {
    const [[only, ...others] = []] = statementsOf(upsert('money', { amount: 5n }), upsert('note', { note: 'x' }));
    expect(others).toEqual([]);
    expect(only?.query).toBe(
      'UPDATE "k"."items_1" USING TIMESTAMP ? SET "money" = ?, "note" = ? WHERE "account" = ? AND "number" = ?',
    );
    expect(only?.params).toEqual([1n, expect.anything(), expect.anything(), 'a', 1n]);
  });

  it('of different positions are one batch, each at its own', () => {
    const batches = statementsOf(upsert('money', {}, 3n), upsert('note', {}, 2n), upsert('money', {}, 1n));
    expect(batches.map((batch) => batch.map(({ params }) => params[0]))).toEqual([[3n, 2n]]);
  });

  it('have a cell of another name where a group is called as a key column is', () => {
    expect(statementsOf(upsert('number', {}))[0]?.[0]?.query).toContain('SET "_number" = ?');
  });
});

describe('upserts of one partition', () => {
  it('go together, whatever their tables', () => {
    const batches = statementsOf(
      upsert('money', { number: 1 }),
      upsert('money', { number: 2 }),
      upsert('seen', { number: 7 }, 1n, months),
      upsert('money', { account: 'b' }),
    );
    expect(batches.map((batch) => batch.length)).toEqual([3, 1]);
  });

  it('are split where they are more, or larger, than a mutation should be', () => {
    const many = Array.from({ length: 9_000 }, (_, number) => upsert('seen', { number }, 1n, months));
    expect(statementsOf(...many).map((batch) => batch.length)).toEqual([4_000, 4_000, 1_000]);
    const large = Array.from({ length: 20 }, (_, number) => upsert('note', { number, note: 'x'.repeat(100_000) }));
    const sizes = statementsOf(...large).map((batch) => batch.length);
    expect(Math.max(...sizes)).toBe(3);
    expect(sizes.reduce((sum, size) => sum + size)).toBe(20);
  });
});
