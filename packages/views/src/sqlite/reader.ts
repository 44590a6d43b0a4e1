// Reading views out of a SQLite file, by the connection that writes it or by one that only reads.
import Database from 'better-sqlite3';
import { checkKey, type KeyColumn, planOf, type TablePlan } from '../definition.js';
import {
  type Row,
  type SliceOptions,
  type TableDefinition,
  TableDefinitionChanged,
  TableNotPrepared,
  type ViewReader,
} from '../port.js';
import { type Cell, toCell, toRow } from './cells.js';
import { getSql, type PageShape, pageSql } from './statements.js';

const SCAN_PAGE_ROWS = 512;
const READER_CACHE_KIB = 8 * 1024;

type Select = Database.Statement<[Cell[]], Cell[]>;

interface TableReads {
  readonly plan: TablePlan;
  readonly get: Select;
  /** By shape of the page; prepared at first use. */
  readonly pages: Map<number, Select>;
}

export class SqliteViewReader implements ViewReader {
  readonly #database: Database.Database;
  readonly #reads = new WeakMap<TableDefinition, TableReads>();
  #progress: Database.Statement<[string, number], bigint> | undefined;

  /** Takes a connection over that it doesn't open: see openReader. */
  constructor(database: Database.Database) {
    this.#database = database;
  }

  async get(table: TableDefinition, key: Row): Promise<Row | undefined> {
    const { plan, get } = this.#of(table);
    checkKey(plan, key, 0, plan.keys.length);
    const cells = get.get(cellsOf(plan.keys, key));
    return cells && toRow(plan.columns, cells);
  }

  async slice(table: TableDefinition, options: SliceOptions): Promise<Row[]> {
    const reads = this.#of(table);
    const { plan } = reads;
    const { partition, after, direction = 'clustering', limit } = options;
    checkKey(plan, partition, 0, plan.partitionSize);
    if (after !== undefined) checkKey(plan, after, plan.partitionSize, plan.keys.length);
    const place = after === undefined ? partition : { ...after, ...partition };
    return this.#page(reads, plan.partitionSize, after && place, place, direction === 'reverse', limit);
  }

  async *scan(table: TableDefinition): AsyncGenerator<readonly Row[]> {
    const reads = this.#of(table);
    // A page at a time, and no open statement between pages: those would keep the WAL from being reused.
    let last: Row | undefined;
    do {
      const rows = this.#page(reads, 0, last, {}, false, SCAN_PAGE_ROWS);
      if (rows.length > 0) yield rows;
      last = rows.length === SCAN_PAGE_ROWS ? rows.at(-1) : undefined;
    } while (last !== undefined);
  }

  async progress(consumer: string, partition: number): Promise<bigint> {
    this.#progress ??= this.#database
      .prepare<[string, number], bigint>('SELECT position FROM _progress WHERE consumer = ? AND partition = ?')
      .safeIntegers(true)
      .pluck(true);
    return this.#progress.get(consumer, partition) ?? 0n;
  }

  async close(): Promise<void> {
    this.#database.close();
  }

  /**
   * Rows with equal first `fixed` keys, after a whole key where one is given. SQLite can't seek into a key whose columns run in
   * different directions by one condition, so it takes one seek per key column: those equal up to the last column, then up to the
   * one before it, and so on.
   */
  #page(reads: TableReads, fixed: number, after: Row | undefined, place: Row, reverse: boolean, limit: number): Row[] {
    const { plan } = reads;
    if (after === undefined) return this.#select(reads, { equal: fixed, beyond: false, reverse }, place, limit);
    const rows: Row[] = [];
    for (let equal = plan.keys.length - 1; equal >= fixed && rows.length < limit; equal--) {
      const found = this.#select(reads, { equal, beyond: true, reverse }, after, limit - rows.length);
      for (const row of found) rows.push(row);
    }
    return rows;
  }

  #select({ plan, pages }: TableReads, shape: PageShape, place: Row, limit: number): Row[] {
    const number = shape.equal * 4 + (shape.beyond ? 2 : 0) + (shape.reverse ? 1 : 0);
    let select = pages.get(number);
    if (select === undefined) {
      select = this.#prepare(pageSql(plan, shape));
      pages.set(number, select);
    }
    const cells = cellsOf(plan.keys.slice(0, shape.equal + (shape.beyond ? 1 : 0)), place);
    cells.push(limit);
    return select.all(cells).map((row) => toRow(plan.columns, row));
  }

  #of(table: TableDefinition): TableReads {
    let reads = this.#reads.get(table);
    if (reads === undefined) {
      const plan = planOf(table);
      checkStored(this.#database, plan);
      reads = { plan, get: this.#prepare(getSql(plan)), pages: new Map() };
      this.#reads.set(table, reads);
    }
    return reads;
  }

  #prepare(sql: string): Select {
    return this.#database.prepare<[Cell[]], Cell[]>(sql).safeIntegers(true).raw(true);
  }
}

export interface ReaderOptions {
  /** Reads everything as it is now until closed, whatever is written meanwhile; the WAL grows until then. */
  readonly snapshot?: boolean;
}

/**
 * Opens the file of a generation for reading only, beside a writer in this or another thread or process. The writer (SqliteViews)
 * must have opened it once before.
 */
export function openReader(path: string, options: ReaderOptions = {}): SqliteViewReader {
  const database = new Database(path, { readonly: true, fileMustExist: true });
  database.pragma(`cache_size = -${READER_CACHE_KIB}`);
  if (options.snapshot === true) {
    database.exec('BEGIN');
    // The snapshot is taken by the first read, not by BEGIN.
    database.prepare('SELECT count(*) FROM sqlite_schema').get();
  }
  return new SqliteViewReader(database);
}

/** Whether the table is there. @throws TableDefinitionChanged where it is there with another definition */
export function isStored(database: Database.Database, plan: TablePlan): boolean {
  const { name } = plan.definition;
  const stored = database
    .prepare<[string], string>('SELECT definition FROM _tables WHERE name = ?')
    .pluck(true)
    .get(name);
  if (stored !== undefined && stored !== plan.fingerprint) throw new TableDefinitionChanged(name, database.name);
  return stored !== undefined;
}

export function checkStored(database: Database.Database, plan: TablePlan): void {
  if (!isStored(database, plan)) throw new TableNotPrepared(plan.definition.name, database.name);
}

function cellsOf(keys: readonly KeyColumn[], row: Row): Cell[] {
  return keys.map(({ name }) => toCell(row[name]));
}

/** Whether the file, which exists, was made for these very tables; false for one that is no store of views (yet, or any more). */
export function holdsTables(path: string, tables: readonly TableDefinition[]): boolean {
  const database = new Database(path, { readonly: true, fileMustExist: true });
  try {
    return tables.every((table) => isStored(database, planOf(table)));
  } catch (error) {
    if (error instanceof TableDefinitionChanged || isDamaged(error)) return false;
    // Killed before its first table was made.
    if (database.prepare("SELECT name FROM sqlite_schema WHERE name = '_tables'").get() === undefined) return false;
    throw error;
  } finally {
    database.close();
  }
}

// By name: SQLite's own error class is one per process, so `instanceof` fails in a second realm.
function isDamaged(error: unknown): boolean {
  const code: unknown = typeof error === 'object' && error !== null ? Reflect.get(error, 'code') : undefined;
  return code === 'SQLITE_NOTADB' || (typeof code === 'string' && code.startsWith('SQLITE_CORRUPT'));
}
