import { describe, it } from '@jest/globals';
import { describeJournal } from '../journal.suite.js';
import { EventStoreWorld, random } from './eventstore-world.suite.js';
import { openEventStoreJournal } from './index.js';

describeJournal('EventStoreJournal on a stand-in', async () => {
  const world = await EventStoreWorld.create();
  const { connectionString } = await world.standIn();
  return { open: () => world.journal(connectionString), dispose: () => world.dispose() };
});

const server = process.env.TALLYSTICK_EVENTSTOREDB_URL;

if (server === undefined)
  describe.skip('EventStoreJournal on a real server: SKIPPED, TALLYSTICK_EVENTSTOREDB_URL is not set', () => {
    it('passes the suite of every journal', () => undefined);
  });
else
  describeJournal(`EventStoreJournal on ${server}`, async () => ({
    open: () => openEventStoreJournal({ connectionString: server, report: console.error, random }),
    dispose: async () => undefined,
  }));
