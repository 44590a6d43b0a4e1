export { MemoryJournal, MemoryStore, type MemoryStoreOptions } from './memory-journal.js';
