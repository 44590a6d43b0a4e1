// Views in one SQLite file. A call of apply is one transaction, progress included.
import Database from 'better-sqlite3';
import { checkPosition, checkUpsert, keyText, planOf, type TablePlan } from '../definition.js';
import type { Progress, Row, SliceOptions, TableDefinition, Upsert, ViewWriter } from '../port.js';
import { type Cell, toCell } from './cells.js';
import { checkStored, isStored, SqliteViewReader } from './reader.js';
import { createTableSql, type GroupColumns, OWN_TABLES, upsertSql } from './statements.js';
import { unavailableOr } from './unavailable.js';

const CACHE_KIB = 32 * 1024;
/** Rows of many accounts dirty a page each: the fewer checkpoints, the fewer times each page is written. 64 MiB of WAL. */
const CHECKPOINT_PAGES = 16_384;

export interface SqliteViewsOptions {
  /** Pages in the write-ahead log after which this connection writes them back itself; 16,384 where it is not given. */
  readonly checkpointPages?: number;
}

/** Per table; letting go of them costs writes, nothing else. */
const CONSTANTS_KEPT = 50_000;

/** Writes one table, and holds what it has to write within an apply. */
interface TableWriter {
  readonly plan: TablePlan;
  readonly groups: readonly GroupColumns[];
  readonly indexOf: ReadonlyMap<string, number>;
  /** By the set of groups that it writes, a bit for each. */
  readonly statements: Map<number, Database.Statement<[Cell[]]>>;
  readonly cells: Cell[];
  /** By key, the newest upsert of each group: a hot account's row is written once per apply, with all its groups, not once per event. */
  readonly waiting: Map<string, (Upsert | undefined)[]>;
  /** Keys of constant rows that are stored. */
  readonly constants: Set<string>;
  /** Of those that wait. */
  readonly newConstants: string[];
}

export class SqliteViews implements ViewWriter {
  readonly #database: Database.Database;
  readonly #reader: SqliteViewReader;
  readonly #writers = new WeakMap<TableDefinition, TableWriter>();
  readonly #commit: Database.Transaction<(writers: Iterable<TableWriter>, progress: Progress) => void>;

  /** Opens the file of a generation, creating it where there is none. One writer per file at a time. */
  constructor(path: string, { checkpointPages = CHECKPOINT_PAGES }: SqliteViewsOptions = {}) {
    this.#database = new Database(path);
    this.#database.pragma('journal_mode = WAL');
    // A power cut may take the newest transactions: rows and progress go together, and the journal has the events.
    this.#database.pragma('synchronous = NORMAL');
    this.#database.pragma(`cache_size = -${CACHE_KIB}`);
    this.#database.pragma(`wal_autocheckpoint = ${checkpointPages}`);
    this.#database.exec(OWN_TABLES);
    this.#reader = new SqliteViewReader(this.#database);
    const advance = this.#database.prepare<[string, number, bigint]>(
      `INSERT INTO _progress (consumer, partition, position) VALUES (?, ?, ?)
       ON CONFLICT DO UPDATE SET position = max(position, excluded.position)`,
    );
    this.#commit = this.#database.transaction((writers: Iterable<TableWriter>, progress: Progress) => {
      for (const writer of writers) this.#write(writer);
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

  /** @throws StoreUnavailable where the disk does not take it; otherwise as the port says */
  async apply(upserts: readonly Upsert[], progress: Progress): Promise<void> {
    checkPosition(progress.position);
    const touched = new Set<TableWriter>();
    try {
      for (const upsert of upserts) {
        const writer = this.#writerOf(upsert.table);
        touched.add(writer);
        gather(writer, upsert);
      }
      this.#commit.immediate(touched, progress);
      for (const writer of touched) rememberConstants(writer);
    } catch (error) {
      throw unavailableOr(error, this.#database.name);
    } finally {
      for (const { waiting, newConstants } of touched) {
        waiting.clear();
        newConstants.length = 0;
      }
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

  #writerOf(table: TableDefinition): TableWriter {
    let writer = this.#writers.get(table);
    if (writer === undefined) {
      const plan = planOf(table);
      checkStored(this.#database, plan);
      const groups = [...plan.groups].map(([name, columns]) => ({ name, columns }));
      const indexOf = new Map(groups.map(({ name }, index) => [name, index]));
      writer = {
        plan,
        groups,
        indexOf,
        statements: new Map(),
        cells: [],
        waiting: new Map(),
        constants: new Set<string>(),
        newConstants: [],
      };
      this.#writers.set(table, writer);
    }
    return writer;
  }

  #write(writer: TableWriter): void {
    const { plan, cells } = writer;
    for (const upserts of writer.waiting.values()) {
      let set = 0;
      let row: Row = {};
      for (let index = 0; index < upserts.length; index++) {
        const upsert = upserts[index];
        if (upsert === undefined) continue;
        set |= 1 << index;
        row = upsert.row;
      }
      const statement = this.#statementOf(writer, set);
      let i = 0;
      for (const key of plan.keys) cells[i++] = toCell(row[key.name]);
      for (let index = 0; index < upserts.length; index++) {
        const upsert = upserts[index];
        if (upsert === undefined) continue;
        cells[i++] = upsert.position;
        for (const { name } of writer.groups[index]?.columns ?? []) cells[i++] = toCell(upsert.row[name]);
      }
      // One array for all statements of the table; each takes as many cells as it has parameters.
      cells.length = i;
      statement.run(cells);
    }
  }

  #statementOf(writer: TableWriter, set: number): Database.Statement<[Cell[]]> {
    let found = writer.statements.get(set);
    if (found === undefined) {
      const groups = writer.groups.filter((_, index) => (set & (1 << index)) !== 0);
      found = this.#database.prepare<[Cell[]]>(upsertSql(writer.plan, groups));
      writer.statements.set(set, found);
    }
    return found;
  }
}

/** @throws TypeError where the upsert does not fit its table */
function gather({ plan, groups, indexOf, waiting, constants, newConstants }: TableWriter, upsert: Upsert): void {
  checkUpsert(plan, upsert);
  const key = keyText(plan, upsert.row, 0, plan.keys.length);
  if (upsert.constant === true) {
    if (constants.has(key)) return;
    newConstants.push(key);
  }
  const index = indexOf.get(upsert.group) ?? 0;
  let row = waiting.get(key);
  if (row === undefined) {
    row = new Array<Upsert | undefined>(groups.length).fill(undefined);
    waiting.set(key, row);
  }
  const other = row[index];
  if (other === undefined || upsert.position >= other.position) row[index] = upsert;
}

function rememberConstants({ constants, newConstants }: TableWriter): void {
  if (constants.size > CONSTANTS_KEPT) constants.clear();
  for (const key of newConstants) constants.add(key);
}
