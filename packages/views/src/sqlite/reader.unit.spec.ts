import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import Database from 'better-sqlite3';
import { planOf } from '../definition.js';
import type { TableDefinition } from '../port.js';
import { openReader, SqliteViews } from './index.js';
import { pageSql } from './statements.js';

const table: TableDefinition = {
  name: 'counts',
  partitionKey: ['account'],
  clusteringKey: [
    { column: 'at', order: 'descending' },
    { column: 'id', order: 'ascending' },
  ],
  keys: { account: 'text', at: 'instant', id: 'integer' },
  groups: { all: { count: 'integer' } },
};

const at = (position: bigint) => ({ consumer: 'test', partition: 0, position });
const KEY = { account: 'a', at: 0n, id: 0 };

/** Plain JavaScript, as a worker can't load TypeScript here: sets 50 rows and the progress to 1, 2, 3 … in one transaction each. */
const WRITER = `
  const { workerData, parentPort } = require('node:worker_threads');
  const Database = require(workerData.module);
  const database = new Database(workerData.path);
  const row = database.prepare("UPDATE counts SET count = ?, _position_all = ?");
  const progress = database.prepare("UPDATE _progress SET position = ?");
  const step = database.transaction((n) => { row.run(n, n); progress.run(n); });
  let n = 1;
  let running = true;
  parentPort.on('message', () => { running = false; });
  (function turn() {
    for (let i = 0; i < 20; i++) step.immediate(++n);
    if (running) setImmediate(turn); else { database.close(); parentPort.close(); }
  })();`;

describe('a file of views', () => {
  let folder: string;
  let path: string;
  let views: SqliteViews;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'tallystick-reader-'));
    path = join(folder, 'views-1.db');
    views = new SqliteViews(path);
    await views.prepare([table]);
    const rows = Array.from({ length: 50 }, (_, id) => ({ ...KEY, id, count: 1 }));
    await views.apply(
      rows.map((row) => ({ table, group: 'all', row, position: 1n })),
      at(1n),
    );
  });

  afterEach(async () => {
    await views.close();
    rmSync(folder, { recursive: true });
  });

  async function write(count: number): Promise<void> {
    const position = BigInt(count);
    await views.apply([{ table, group: 'all', row: { ...KEY, count }, position }], at(position));
  }

  it('shows each write to a reader at once', async () => {
    const reader = openReader(path);
    for (const count of [2, 3]) {
      await write(count);
      expect(await reader.get(table, KEY)).toMatchObject({ count });
      expect(await reader.progress('test', 0)).toBe(BigInt(count));
    }
    await reader.close();
  });

  it('stands still for a reader with a snapshot', async () => {
    const reader = openReader(path, { snapshot: true });
    await write(2);
    expect(await reader.get(table, KEY)).toMatchObject({ count: 1 });
    expect(await reader.progress('test', 0)).toBe(1n);
    await reader.close();
  });

  it('opens for reading after its writer has closed', async () => {
    await views.close();
    const reader = openReader(path);
    expect(await reader.get(table, KEY)).toMatchObject({ count: 1 });
    await reader.close();
  });

  it('is not created by a reader', () => {
    expect(() => openReader(join(folder, 'views-2.db'))).toThrow(/unable to open database file/);
  });

  it('is never seen half-written while another thread writes', async () => {
    const module = createRequire(import.meta.url).resolve('better-sqlite3');
    const worker = new Worker(WRITER, { eval: true, workerData: { path, module } });
    const exited = once(worker, 'exit');
    const reader = openReader(path);
    let seen = 1n;
    while (seen < 500n) {
      const before = await reader.progress('test', 0);
      const rows = await reader.slice(table, { partition: KEY, limit: 100 });
      const after = await reader.progress('test', 0);
      const counts = new Set(rows.map(({ count }) => count));
      expect(counts.size).toBe(1);
      const [count] = counts;
      expect(Number(count)).toBeGreaterThanOrEqual(Number(before));
      expect(Number(count)).toBeLessThanOrEqual(Number(after));
      seen = after;
      await new Promise(setImmediate);
    }
    worker.postMessage('stop');
    await exited;
    await reader.close();
  });

  it('is paged along its key, without sorting', () => {
    const database = new Database(path, { readonly: true });
    const plan = planOf(table);
    for (const equal of [0, 1, 2]) {
      for (const beyond of [false, true]) {
        for (const reverse of [false, true]) {
          const sql = pageSql(plan, { equal, beyond, reverse });
          const values = Array.from({ length: equal + (beyond ? 2 : 1) }, () => 1);
          const steps = database.prepare<number[], { detail: string }>(`EXPLAIN QUERY PLAN ${sql}`).all(...values);
          expect(steps).toHaveLength(1);
          expect(steps[0]?.detail).toMatch(equal + Number(beyond) > 0 ? /^SEARCH/ : /^SCAN/);
        }
      }
    }
    database.close();
  });
});
