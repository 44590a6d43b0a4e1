import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import Database from 'better-sqlite3';
import { compareTable, type Difference } from './compare.js';
import { MemoryViews } from './memory/index.js';
import type { Row, TableDefinition, ViewReader, ViewWriter } from './port.js';
import { openReader, SqliteViews } from './sqlite/index.js';

const table: TableDefinition = {
  name: 'items',
  partitionKey: ['account'],
  clusteringKey: [
    { column: 'at', order: 'descending' },
    { column: 'id', order: 'ascending' },
  ],
  keys: { account: 'text', at: 'instant', id: 'text' },
  groups: { money: { amount: 'money', hash: 'bytes' }, note: { note: 'text' } },
};

const ACCOUNTS = 30;
const ROWS_PER_ACCOUNT = 40;

function row(account: number, at: number): Row {
  const id = `tx_${account}_${at}`;
  return {
    account: `acc_${account}`,
    at: BigInt(at),
    id,
    amount: BigInt(account * at),
    hash: new Uint8Array([at, account]),
  };
}

async function fill(
  views: ViewWriter,
  position: bigint,
  leaveOut: (account: number, at: number) => boolean = () => false,
) {
  const rows: Row[] = [];
  for (let account = 0; account < ACCOUNTS; account++) {
    for (let at = 0; at < ROWS_PER_ACCOUNT; at++) if (!leaveOut(account, at)) rows.push(row(account, at));
  }
  await views.prepare([table]);
  const upserts = rows.map((each) => ({ table, group: 'money', row: each, position }));
  await views.apply(upserts, { consumer: 'test', partition: 0, position });
}

async function differences(left: ViewReader, right: ViewReader): Promise<Difference[]> {
  const found: Difference[] = [];
  for await (const difference of compareTable(table, left, right)) found.push(difference);
  return found;
}

describe('one table in two stores', () => {
  let folder: string;
  let path: string;
  let live: SqliteViews;
  let rebuilt: MemoryViews;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'tallystick-compare-'));
    path = join(folder, 'views-1.db');
    live = new SqliteViews(path);
    rebuilt = new MemoryViews();
    await fill(live, 7n);
  });

  afterEach(async () => {
    await live.close();
    rmSync(folder, { recursive: true });
  });

  function corrupt(sql: string): void {
    const database = new Database(path);
    expect(database.prepare(sql).run().changes).toBe(1);
    database.close();
  }

  it('has no difference where the rows are equal, though written at other positions', async () => {
    await fill(rebuilt, 9n);
    expect(await differences(live, rebuilt)).toEqual([]);
  });

  it('names the columns of a row that was corrupted by hand', async () => {
    await fill(rebuilt, 7n);
    corrupt("UPDATE items SET amount = amount + 1, note = 'x' WHERE id = 'tx_21_3'");
    const reader = openReader(path);
    expect(await differences(reader, rebuilt)).toEqual([
      {
        table: 'items',
        key: { account: 'acc_21', at: 3n, id: 'tx_21_3' },
        kind: 'different',
        columns: ['amount', 'note'],
        left: { amount: 64n, note: 'x' },
        right: { amount: 63n, note: null },
      },
    ]);
    await reader.close();
  });

  it('names bytes that differ', async () => {
    await fill(rebuilt, 7n);
    corrupt("UPDATE items SET hash = x'00' WHERE id = 'tx_0_0'");
    expect(await differences(live, rebuilt)).toMatchObject([
      { columns: ['hash'], left: { hash: new Uint8Array([0]) } },
    ]);
  });

  it('reports rows that only one side has, first, last and between', async () => {
    await fill(rebuilt, 7n, (account, at) => account === 0 && at === ROWS_PER_ACCOUNT - 1);
    corrupt("DELETE FROM items WHERE id = 'tx_15_20'");
    corrupt("DELETE FROM items WHERE id = 'tx_9_0'");
    const found = await differences(live, rebuilt);
    expect(found.map(({ kind, key }) => [kind, key.id])).toEqual([
      ['only-left', 'tx_0_39'],
      ['only-right', 'tx_15_20'],
      ['only-right', 'tx_9_0'],
    ]);
    expect(found[0]?.right).toBeUndefined();
    expect(found[1]).toMatchObject({ left: undefined, right: { amount: 300n, note: null } });
  });

  it('reports a row whose key was changed as one too few and one too many', async () => {
    await fill(rebuilt, 7n);
    corrupt("UPDATE items SET at = 1000 WHERE id = 'tx_3_3'");
    expect((await differences(live, rebuilt)).map(({ kind, key }) => [kind, key.at])).toEqual([
      ['only-left', 1000n],
      ['only-right', 3n],
    ]);
  });

  it('reports every row where the other side is empty', async () => {
    await rebuilt.prepare([table]);
    expect(await differences(live, rebuilt)).toHaveLength(ACCOUNTS * ROWS_PER_ACCOUNT);
    expect(await differences(rebuilt, live)).toHaveLength(ACCOUNTS * ROWS_PER_ACCOUNT);
  });

  it('may be left early', async () => {
    await rebuilt.prepare([table]);
    for await (const difference of compareTable(table, live, rebuilt)) {
      expect(difference.kind).toBe('only-left');
      break;
    }
  });

  it('fails loudly on a reader that breaks the order', async () => {
    const rows = [row(2, 1), row(1, 1)];
    const broken: ViewReader = {
      get: (definition, key) => rebuilt.get(definition, key),
      slice: (definition, options) => rebuilt.slice(definition, options),
      progress: (consumer, partition) => rebuilt.progress(consumer, partition),
      async *scan() {
        yield rows;
      },
    };
    await expect(differences(broken, live)).rejects.toThrow('table items is not read in the order of its key');
  });
});
