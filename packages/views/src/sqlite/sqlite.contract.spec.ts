import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { recordsSuite } from '../records.suite.js';
import { viewsSuite } from '../views.suite.js';
import { SqliteRecords, SqliteViews } from './index.js';

function folder(): { readonly path: string; readonly dispose: () => Promise<void> } {
  const path = mkdtempSync(join(tmpdir(), 'tallystick-views-'));
  return { path, dispose: async () => rmSync(path, { recursive: true }) };
}

viewsSuite('sqlite', async () => {
  const { path, dispose } = folder();
  return { open: async () => new SqliteViews(join(path, 'views-1.db')), dispose };
});

recordsSuite('sqlite', async () => {
  const { path, dispose } = folder();
  return { open: async () => new SqliteRecords(join(path, 'records.db')), dispose };
});
