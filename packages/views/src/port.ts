// Views (rebuilt from events at any time) and records (never rebuilt). Every adapter passes views.suite.ts and records.suite.ts.

/**
 * `text` is Unicode and ordered by its UTF-8 bytes; `integer` a safe integer (below 2^53); `money` (minor units) and `instant`
 * (microseconds UTC) are signed 64-bit integers as bigint; `bytes` is Uint8Array, ordered bytewise; false comes before true.
 */
export type ColumnType = 'text' | 'integer' | 'money' | 'instant' | 'boolean' | 'bytes';
export type Value = string | number | bigint | boolean | Uint8Array | null;
export type Row = Readonly<Record<string, Value>>;

/**
 * A declared table of a view. A row's columns come in groups, each written by one family of events; a write applies to a group
 * only if its position is at least the group's (architecture.md, rule 7). Deletion is a column, never DELETE.
 */
export interface TableDefinition {
  /** Snake case, unique among all views. */
  readonly name: string;
  /** Rows with equal partition key lie together. */
  readonly partitionKey: readonly string[];
  /** Order of the rows within a partition. */
  readonly clusteringKey: readonly { readonly column: string; readonly order: 'ascending' | 'descending' }[];
  /** The key columns' types. A key column is never null. */
  readonly keys: Readonly<Record<string, ColumnType>>;
  /** Group name to its columns. A column belongs to one group; names are snake case. */
  readonly groups: Readonly<Record<string, Readonly<Record<string, ColumnType>>>>;
}

/** One repeatable write: the key and all columns of one group. */
export interface Upsert {
  readonly table: TableDefinition;
  readonly group: string;
  /** Key columns and the group's columns; a column of the group that is absent becomes null. */
  readonly row: Row;
  /** Journal position of the event that says so. */
  readonly position: bigint;
  /** For a row that says the same whenever it is written, at position 0: a store passes over it where it knows that it has it. */
  readonly constant?: true;
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
  /** Only rows strictly after this whole clustering key, in reading direction. */
  readonly after?: Row;
  /** `clustering` (the default) reads in declared order, `reverse` against it. */
  readonly direction?: 'clustering' | 'reverse';
  /** At most this many rows. */
  readonly limit: number;
}

/** Each read throws TableNotPrepared or TableDefinitionChanged where the store has the table not, or otherwise. */
export interface ViewReader {
  /** One row by its whole key, or undefined. Columns of a group never written are null. */
  get(table: TableDefinition, key: Row): Promise<Row | undefined>;
  /** Rows of one partition, in clustering order. */
  slice(table: TableDefinition, options: SliceOptions): Promise<Row[]>;
  /**
   * Every row of a table, ordered by partition key (ascending), then by clustering key (as declared), for comparing and
   * listing; pages of any size. Rows written meanwhile may or may not be seen.
   */
  scan(table: TableDefinition): AsyncIterable<readonly Row[]>;
  /** Position up to which the consumer has applied a partition of the bus; 0 before its first apply. */
  progress(consumer: string, partition: number): Promise<bigint>;
}

export interface ViewWriter extends ViewReader {
  /**
   * Creates what is missing; repeating it changes nothing.
   * @throws TableDefinitionChanged where a table was made with another definition
   * @throws TypeError where a definition isn't sound
   */
  prepare(tables: readonly TableDefinition[]): Promise<void>;
  /**
   * Applies all upserts, then the progress (SQLite: one transaction; Cassandra: progress after the rows). Repeating it changes
   * nothing, and progress never goes back. Of several upserts of one group of one row the highest position wins, the last where
   * positions are equal.
   * @throws TypeError where an upsert doesn't fit its table; then nothing of the call is applied
   */
  apply(upserts: readonly Upsert[], progress: Progress): Promise<void>;
  close(): Promise<void>;
}

/** A table exists with another definition: a changed table belongs into a new generation of the views, filled from the journal. */
export class TableDefinitionChanged extends Error {
  override readonly name = 'TableDefinitionChanged';
  constructor(
    readonly table: string,
    readonly store: string,
  ) {
    super(
      `table ${table} in ${store} was made with another definition; a changed table needs a new generation of the views`,
    );
  }
}

/** A table that nobody has prepared in this store. */
export class TableNotPrepared extends Error {
  override readonly name = 'TableNotPrepared';
  constructor(
    readonly table: string,
    readonly store: string,
  ) {
    super(`table ${table} has not been prepared in ${store}`);
  }
}

/** Records: owned by one service, never replayed (architecture.md, rule 8). Each write is durable before it resolves. */
export interface Records {
  get(collection: string, key: string): Promise<VersionedRecord | undefined>;
  /** True where it was inserted, false where the key was there already. */
  insertIfAbsent(collection: string, key: string, value: Uint8Array): Promise<boolean>;
  /** Replaces the value where its version still is the expected one; true where it did, false otherwise or where there is none. */
  compareAndSet(collection: string, key: string, expectedVersion: number, value: Uint8Array): Promise<boolean>;
  /** Writes whatever was there before; for disposable records such as snapshots and checkpoints with one owner. */
  put(collection: string, key: string, value: Uint8Array): Promise<void>;
  /** Removing what isn't there is no error. A key that comes back starts at version 1 again. */
  remove(collection: string, key: string): Promise<void>;
  /** Keys of a collection above `after`, ascending by their UTF-8 bytes. */
  keys(collection: string, options: { readonly after?: string; readonly limit: number }): Promise<string[]>;
  /** Ends after the writes that wait. */
  close(): Promise<void>;
}

export interface VersionedRecord {
  readonly value: Uint8Array;
  /** From 1, one more at every change. */
  readonly version: number;
}
