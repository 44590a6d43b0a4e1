import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeJournal } from '../journal.suite.js';
import { openThreadedJournal } from './index.js';

// A thread runs what is built: tests are run after the build.
const worker = new URL('../../dist/sqlite/commit.worker.js', import.meta.url);

describeJournal('ThreadedJournal', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'journal-'));
  return {
    open: () => openThreadedJournal(join(directory, 'journal.db'), { worker }),
    dispose: () => rm(directory, { recursive: true }),
  };
});
