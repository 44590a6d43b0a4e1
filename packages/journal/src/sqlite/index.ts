export { FORMAT, JournalFormatUnsupported } from './file.js';
export { openJournal, SqliteJournal, type SqliteJournalOptions } from './sqlite-journal.js';
export { openReader, SqliteJournalReader } from './sqlite-reader.js';
export type { SubscribeTuning } from './subscribe-tuning.js';
export { openThreadedJournal, ThreadedJournal, type ThreadedJournalOptions } from './threaded-journal.js';
