import { recordsSuite } from '../records.suite.js';
import { viewsSuite } from '../views.suite.js';
import { MemoryRecordStore, MemoryRecords, MemoryViewStore, MemoryViews } from './index.js';

viewsSuite('memory', async () => {
  const store = new MemoryViewStore();
  return { open: async () => new MemoryViews(store), dispose: async () => {} };
});

recordsSuite('memory', async () => {
  const store = new MemoryRecordStore();
  return { open: async () => new MemoryRecords(store), dispose: async () => {} };
});
