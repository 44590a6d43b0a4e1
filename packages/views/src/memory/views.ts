// Views in memory: deterministic, for tests and for the fault simulator. The store outlives the adapter, as a disk does a process.
import {
  type Column,
  checkKey,
  checkPosition,
  checkUpsert,
  compareKeys,
  keyText,
  planOf,
  type TablePlan,
} from '../definition.js';
import {
  type Progress,
  type Row,
  type SliceOptions,
  type TableDefinition,
  TableDefinitionChanged,
  TableNotPrepared,
  type Upsert,
  type Value,
  type ViewWriter,
} from '../port.js';

const SCAN_PAGE_ROWS = 512;
const STORE = 'memory';

interface StoredRow {
  readonly values: Record<string, Value>;
  /** Group name to the position that wrote it. */
  readonly positions: Map<string, bigint>;
}

interface Partition {
  readonly rows: Map<string, StoredRow>;
  /** Undefined after an insert, until the next read sorts. */
  sorted: StoredRow[] | undefined;
}

interface StoredTable {
  readonly plan: TablePlan;
  readonly partitions: Map<string, Partition>;
}

/** What is kept when a MemoryViews is closed and another is opened. */
export class MemoryViewStore {
  readonly tables = new Map<string, StoredTable>();
  readonly progress = new Map<string, bigint>();
}

export class MemoryViews implements ViewWriter {
  readonly #store: MemoryViewStore;
  #open = true;

  constructor(store: MemoryViewStore = new MemoryViewStore()) {
    this.#store = store;
  }

  async prepare(tables: readonly TableDefinition[]): Promise<void> {
    this.#mustBeOpen();
    const plans = tables.map(planOf);
    for (const plan of plans) {
      const name = plan.definition.name;
      const stored = this.#store.tables.get(name);
      if (stored !== undefined && stored.plan.fingerprint !== plan.fingerprint)
        throw new TableDefinitionChanged(name, STORE);
    }
    for (const plan of plans) {
      const name = plan.definition.name;
      if (!this.#store.tables.has(name)) this.#store.tables.set(name, { plan, partitions: new Map() });
    }
  }

  async apply(upserts: readonly Upsert[], progress: Progress): Promise<void> {
    this.#mustBeOpen();
    checkPosition(progress.position);
    const checked = upserts.map((upsert) => {
      const table = this.#table(upsert.table);
      return { upsert, table, columns: checkUpsert(table.plan, upsert) };
    });
    for (const { upsert, table, columns } of checked) write(table, upsert, columns);
    const key = progressKey(progress.consumer, progress.partition);
    const before = this.#store.progress.get(key) ?? 0n;
    if (progress.position > before) this.#store.progress.set(key, progress.position);
  }

  async get(definition: TableDefinition, key: Row): Promise<Row | undefined> {
    this.#mustBeOpen();
    const { plan, partitions } = this.#table(definition);
    checkKey(plan, key, 0, plan.keys.length);
    const partition = partitions.get(keyText(plan, key, 0, plan.partitionSize));
    const row = partition?.rows.get(keyText(plan, key, 0, plan.keys.length));
    return row === undefined ? undefined : copied(plan, row);
  }

  async slice(definition: TableDefinition, options: SliceOptions): Promise<Row[]> {
    this.#mustBeOpen();
    const { plan, partitions } = this.#table(definition);
    const { partition, after, direction = 'clustering', limit } = options;
    checkKey(plan, partition, 0, plan.partitionSize);
    if (after !== undefined) checkKey(plan, after, plan.partitionSize, plan.keys.length);
    const found = partitions.get(keyText(plan, partition, 0, plan.partitionSize));
    if (found === undefined) return [];
    const sign = direction === 'reverse' ? -1 : 1;
    const rows = sign === 1 ? sortedRows(plan, found) : sortedRows(plan, found).toReversed();
    const beyond = (row: StoredRow): boolean =>
      after === undefined || sign * compareKeys(plan, row.values, after, plan.partitionSize) > 0;
    return rows
      .filter(beyond)
      .slice(0, limit)
      .map((row) => copied(plan, row));
  }

  async *scan(definition: TableDefinition): AsyncGenerator<readonly Row[]> {
    this.#mustBeOpen();
    const { plan, partitions } = this.#table(definition);
    const rows = [...partitions.values()]
      .flatMap((partition) => [...partition.rows.values()])
      .sort((left, right) => compareKeys(plan, left.values, right.values));
    for (let from = 0; from < rows.length; from += SCAN_PAGE_ROWS) {
      yield rows.slice(from, from + SCAN_PAGE_ROWS).map((row) => copied(plan, row));
    }
  }

  async progress(consumer: string, partition: number): Promise<bigint> {
    this.#mustBeOpen();
    return this.#store.progress.get(progressKey(consumer, partition)) ?? 0n;
  }

  async close(): Promise<void> {
    this.#open = false;
  }

  #table(definition: TableDefinition): StoredTable {
    const plan = planOf(definition);
    const stored = this.#store.tables.get(definition.name);
    if (stored === undefined) throw new TableNotPrepared(definition.name, STORE);
    if (stored.plan.fingerprint !== plan.fingerprint) throw new TableDefinitionChanged(definition.name, STORE);
    return stored;
  }

  #mustBeOpen(): void {
    if (!this.#open) throw new Error('the views are closed');
  }
}

function write(table: StoredTable, upsert: Upsert, columns: readonly Column[]): void {
  const { plan, partitions } = table;
  const partitionText = keyText(plan, upsert.row, 0, plan.partitionSize);
  let partition = partitions.get(partitionText);
  if (partition === undefined) {
    partition = { rows: new Map(), sorted: undefined };
    partitions.set(partitionText, partition);
  }
  const rowText = keyText(plan, upsert.row, 0, plan.keys.length);
  let row = partition.rows.get(rowText);
  if (row === undefined) {
    row = { values: {}, positions: new Map() };
    for (const { name } of plan.keys) row.values[name] = owned(upsert.row[name] ?? null);
    partition.rows.set(rowText, row);
    partition.sorted = undefined;
  }
  const position = row.positions.get(upsert.group);
  if (position !== undefined && upsert.position < position) return;
  row.positions.set(upsert.group, upsert.position);
  for (const { name } of columns) row.values[name] = owned(upsert.row[name] ?? null);
}

function sortedRows(plan: TablePlan, partition: Partition): StoredRow[] {
  partition.sorted ??= [...partition.rows.values()].sort((left, right) =>
    compareKeys(plan, left.values, right.values, plan.partitionSize),
  );
  return partition.sorted;
}

function copied(plan: TablePlan, row: StoredRow): Row {
  const copy: Record<string, Value> = {};
  for (const { name } of plan.columns) copy[name] = owned(row.values[name] ?? null);
  return copy;
}

/** Bytes are copied both ways: a caller that reuses its buffer must not change what is stored. */
function owned(value: Value): Value {
  return value instanceof Uint8Array ? new Uint8Array(value) : value;
}

function progressKey(consumer: string, partition: number): string {
  return `${partition} ${consumer}`;
}
