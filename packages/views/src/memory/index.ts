export { MemoryRecords, MemoryRecordStore } from './records.js';
export { MemoryViewStore, MemoryViews } from './views.js';
