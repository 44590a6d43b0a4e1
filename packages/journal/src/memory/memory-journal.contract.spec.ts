import { describe, expect, it } from '@jest/globals';
import { describeJournal } from '../journal.suite.js';
import { START } from '../port.js';
import { MemoryJournal, MemoryStore } from './index.js';

for (const positionStep of [1n, 7n]) {
  describeJournal(`MemoryJournal, positions ${positionStep} apart`, async () => {
    const store = new MemoryStore({ journalId: 'memory', positionStep });
    return { open: async () => new MemoryJournal(store), dispose: async () => undefined };
  });
}

describe('an empty memory journal', () => {
  it('has its head at the start', async () => {
    const journal = new MemoryJournal(new MemoryStore({ journalId: 'memory' }));
    expect(journal.id).toBe('memory');
    expect(await journal.head()).toBe(START);
  });
});
