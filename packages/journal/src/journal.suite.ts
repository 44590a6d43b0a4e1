import { afterEach, beforeEach, describe } from '@jest/globals';
import { describeAppends } from './appends.suite.js';
import { describeConcurrency } from './concurrency.suite.js';
import { type JournalStore, JournalUnderTest } from './journal-under-test.suite.js';
import { describeSubscriptions } from './subscriptions.suite.js';

export type { JournalStore } from './journal-under-test.suite.js';

/** What every adapter of the journal promises. Positions may have gaps, and the store may hold events of others. */
export function describeJournal(adapter: string, createStore: () => Promise<JournalStore>): void {
  describe(adapter, () => {
    const given = new JournalUnderTest();
    beforeEach(async () => given.set(await createStore()));
    afterEach(() => given.clear());

    describeAppends(given);
    describeConcurrency(given);
    describeSubscriptions(given);
  });
}
