import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SqliteRecords } from '@tallystick/views/sqlite/index';
import { twoInstancesSuite } from './two-instances.suite.js';

twoInstancesSuite('embedded', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'tallystick-auth-'));
  return {
    open: async () => new SqliteRecords(join(folder, 'records.db')),
    dispose: async () => rmSync(folder, { recursive: true }),
    written: () =>
      readdirSync(folder)
        .map((file) => readFileSync(join(folder, file), 'latin1'))
        .join('\n'),
  };
});
