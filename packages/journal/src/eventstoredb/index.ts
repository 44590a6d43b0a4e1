export type { ConnectionOptions, Credentials } from './connection.js';
export { EventStoreJournal, type EventStoreJournalOptions, openEventStoreJournal } from './eventstore-journal.js';
