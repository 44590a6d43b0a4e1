// Views (rebuilt from events at any time) and records (never rebuilt). Every adapter passes views.suite.ts and records.suite.ts.

/** `instant` and `money` are 64-bit integers as bigint; `bytes` is Uint8Array. */
export type ColumnType = 'text' | 'integer' | 'money' | 'instant' | 'boolean' | 'bytes';
export type Value = string | number | bigint | boolean | Uint8Array | null;
export type Row = Readonly<Record<string, Value>>;

/**
 * A declared table of a view. A row's columns come in groups, each written by one family of events; a write applies to a group
 * only if its position is at least the group's. Deletion is a column, never DELETE.
 */
export interface TableDefinition {
  /** Snake case, unique among all views. */
  readonly name: string;
  /** Rows with equal partition key lie together. */
  readonly partitionKey: readonly string[];
  /** Order of the rows within a partition. */
  readonly clusteringKey: readonly { readonly column: string; readonly order: 'ascending' | 'descending' }[];
  /** The key columns' types. */
  readonly keys: Readonly<Record<string, ColumnType>>;
  /** Group name to its columns. */
  readonly groups: Readonly<Record<string, Readonly<Record<string, ColumnType>>>>;
}

/** One repeatable write: the key and all columns of one group. */
export interface Upsert {
  readonly table: TableDefinition;
  readonly group: string;
  /** Key columns and the group's columns. */
  readonly row: Row;
  /** Journal position of the event that says so. */
  readonly position: bigint;
}

/** Where a consumer stands: per consumer and partition of the bus. */
export interface Progress {
  readonly consumer: string;
  readonly partition: number;
  readonly position: bigint;
}

export interface SliceOptions {
  /** Values of all partition key columns. */
  readonly partition: Row;
  /** Only rows strictly after this clustering key, in reading direction. */
  readonly after?: Row;
  /** `clustering` reads in declared order, `reverse` against it. */
  readonly direction?: 'clustering' | 'reverse';
  readonly limit: number;
}

export interface ViewReader {
  /** One row by its whole key, or undefined. Columns of a group never written are null. */
  get(table: TableDefinition, key: Row): Promise<Row | undefined>;
  /** Rows of one partition, in clustering order. */
  slice(table: TableDefinition, options: SliceOptions): Promise<Row[]>;
  /** Every row of a table, ordered by key, for comparing and listing; pages of any size. */
  scan(table: TableDefinition): AsyncIterable<readonly Row[]>;
  progress(consumer: string, partition: number): Promise<bigint>;
}

export interface ViewWriter extends ViewReader {
  /** Creates what is missing. A table whose definition has changed is refused: it is a new generation. */
  prepare(tables: readonly TableDefinition[]): Promise<void>;
  /** Applies all upserts, then the progress (SQLite: one transaction; Cassandra: progress after the rows). Repeating it changes nothing. */
  apply(upserts: readonly Upsert[], progress: Progress): Promise<void>;
  close(): Promise<void>;
}

/** Records: owned by one service, never replayed. */
export interface Records {
  get(collection: string, key: string): Promise<VersionedRecord | undefined>;
  /** True where it was inserted, false where the key was there already. */
  insertIfAbsent(collection: string, key: string, value: Uint8Array): Promise<boolean>;
  /** Replaces the value where its version still is the expected one; true where it did. */
  compareAndSet(collection: string, key: string, expectedVersion: number, value: Uint8Array): Promise<boolean>;
  /** Writes whatever was there before; for disposable records such as snapshots and checkpoints with one owner. */
  put(collection: string, key: string, value: Uint8Array): Promise<void>;
  remove(collection: string, key: string): Promise<void>;
  /** Keys of a collection above `after`, ascending. */
  keys(collection: string, options: { readonly after?: string; readonly limit: number }): Promise<string[]>;
  close(): Promise<void>;
}

export interface VersionedRecord {
  readonly value: Uint8Array;
  /** From 1, one more at every change. */
  readonly version: number;
}
