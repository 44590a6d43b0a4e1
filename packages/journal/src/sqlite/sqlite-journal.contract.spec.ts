import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeJournal } from '../journal.suite.js';
import { openJournal } from './index.js';

describeJournal('SqliteJournal', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'journal-'));
  return {
    open: async () => openJournal(join(directory, 'journal.db')),
    dispose: () => rm(directory, { recursive: true }),
  };
});
