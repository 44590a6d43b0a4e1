// Views in one SQLite file. A call of apply is one transaction, progress included.
import Database from 'better-sqlite3';
import { type Column, checkPosition, checkUpsert, keyText, planOf, type TablePlan } from '../definition.js';
import type { Progress, Row, SliceOptions, TableDefinition, Upsert, ViewWriter } from '../port.js';
import { type Cell, toCell } from './cells.js';
import { checkStored, isStored, SqliteViewReader } from './reader.js';
import { createTableSql, OWN_TABLES, upsertSql } from './statements.js';

const CACHE_KIB = 32 * 1024;
/** Rows of many accounts dirty a page each: the fewer checkpoints, the fewer times each page is written. 64 MiB of WAL. */
const CHECKPOINT_PAGES = 16_384;

/** Writes one group of one table, and holds what it has to write within an apply. */
interface GroupWriter {
  readonly plan: TablePlan;
  readonly columns: readonly Column[];
  readonly statement: Database.Statement<[Cell[]]>;
  readonly cells: Cell[];
  /** By key: a hot account's row is written once per apply, not once per event. */
  readonly waiting: Map<string, Upsert>;
}

export class SqliteViews implements ViewWriter {
  readonly #database: Database.Database;
  readonly #reader: SqliteViewReader;
  readonly #writers = new WeakMap<TableDefinition, Map<string, GroupWriter>>();
  readonly #commit: Database.Transaction<(writers: Iterable<GroupWriter>, progress: Progress) => void>;

  /** Opens the file of a generation, creating it where there is none. One writer per file at a time. */
  constructor(path: string) {
    this.#database = new Database(path);
    this.#database.pragma('journal_mode = WAL');
    // A power cut may take the newest transactions: rows and progress go together, and the journal has the events.
    this.#database.pragma('synchronous = NORMAL');
    this.#database.pragma(`cache_size = -${CACHE_KIB}`);
    this.#database.pragma(`wal_autocheckpoint = ${CHECKPOINT_PAGES}`);
    this.#database.exec(OWN_TABLES);
    this.#reader = new SqliteViewReader(this.#database);
    const advance = this.#database.prepare<[string, number, bigint]>(
      `INSERT INTO _progress (consumer, partition, position) VALUES (?, ?, ?)
       ON CONFLICT DO UPDATE SET position = max(position, excluded.position)`,
    );
    this.#commit = this.#database.transaction((writers: Iterable<GroupWriter>, progress: Progress) => {
      for (const writer of writers) writeWaiting(writer);
      advance.run(progress.consumer, progress.partition, progress.position);
    });
  }

  async prepare(tables: readonly TableDefinition[]): Promise<void> {
    const plans = tables.map(planOf);
    const register = this.#database.prepare<[string, string]>('INSERT INTO _tables (name, definition) VALUES (?, ?)');
    this.#database
      .transaction(() => {
        for (const plan of plans) {
          if (isStored(this.#database, plan)) continue;
          this.#database.exec(createTableSql(plan));
          register.run(plan.definition.name, plan.fingerprint);
        }
      })
      .immediate();
  }

  async apply(upserts: readonly Upsert[], progress: Progress): Promise<void> {
    checkPosition(progress.position);
    const touched = new Set<GroupWriter>();
    try {
      for (const upsert of upserts) {
        const writer = this.#writerOf(upsert);
        checkUpsert(writer.plan, upsert);
        if (writer.waiting.size === 0) touched.add(writer);
        const key = keyText(writer.plan, upsert.row, 0, writer.plan.keys.length);
        const other = writer.waiting.get(key);
        if (other === undefined || upsert.position >= other.position) writer.waiting.set(key, upsert);
      }
      this.#commit.immediate(touched, progress);
    } finally {
      for (const writer of touched) writer.waiting.clear();
    }
  }

  get(table: TableDefinition, key: Row): Promise<Row | undefined> {
    return this.#reader.get(table, key);
  }

  slice(table: TableDefinition, options: SliceOptions): Promise<Row[]> {
    return this.#reader.slice(table, options);
  }

  scan(table: TableDefinition): AsyncIterable<readonly Row[]> {
    return this.#reader.scan(table);
  }

  progress(consumer: string, partition: number): Promise<bigint> {
    return this.#reader.progress(consumer, partition);
  }

  close(): Promise<void> {
    return this.#reader.close();
  }

  #writerOf(upsert: Upsert): GroupWriter {
    let groups = this.#writers.get(upsert.table);
    if (groups === undefined) {
      checkStored(this.#database, planOf(upsert.table));
      groups = new Map();
      this.#writers.set(upsert.table, groups);
    }
    let writer = groups.get(upsert.group);
    if (writer === undefined) {
      const plan = planOf(upsert.table);
      const columns = checkUpsert(plan, upsert);
      const statement = this.#database.prepare<[Cell[]]>(upsertSql(plan, upsert.group, columns));
      writer = { plan, columns, statement, cells: [], waiting: new Map() };
      groups.set(upsert.group, writer);
    }
    return writer;
  }
}

function writeWaiting({ plan, columns, statement, cells, waiting }: GroupWriter): void {
  for (const { row, position } of waiting.values()) {
    let i = 0;
    for (const key of plan.keys) cells[i++] = toCell(row[key.name]);
    cells[i++] = position;
    for (const column of columns) cells[i++] = toCell(row[column.name]);
    statement.run(cells);
  }
}
