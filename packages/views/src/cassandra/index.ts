export {
  CassandraCredentialsRefused,
  CassandraUnavailable,
  GenerationSwitched,
  OutcomeUnknown,
  TableAddedLate,
} from './errors.js';
export type { CassandraGenerations } from './generations.js';
export { type Cassandra, openCassandra } from './open.js';
export type { CassandraOptions, Consistency } from './options.js';
export { CassandraRecords } from './records.js';
export { CassandraViews } from './views.js';
