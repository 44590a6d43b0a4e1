import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MemoryRecords } from '@tallystick/views/memory/index';
import { SqliteRecords } from '@tallystick/views/sqlite/index';
import { webhookRecordsSuite } from './webhook-records.suite.js';

webhookRecordsSuite('memory', async () => ({ records: new MemoryRecords(), dispose: async () => {} }));

webhookRecordsSuite('embedded', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'tallystick-webhook-'));
  const records = new SqliteRecords(join(folder, 'records.db'));
  const dispose = async () => {
    await records.close();
    rmSync(folder, { recursive: true });
  };
  return { records, dispose };
});
