export {
  createNextGeneration,
  currentGeneration,
  type Generation,
  removeGeneration,
  removeOldGenerations,
  switchGeneration,
} from './generations.js';
export { holdsTables, openReader, type ReaderOptions, type SqliteViewReader } from './reader.js';
export { SqliteRecords } from './records.js';
export { StoreUnavailable } from './unavailable.js';
export { SqliteViews, type SqliteViewsOptions } from './views.js';
