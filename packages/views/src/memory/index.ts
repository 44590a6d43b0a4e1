export { MemoryRecordStore, MemoryRecords } from './records.js';
export { MemoryViewStore, MemoryViews } from './views.js';
