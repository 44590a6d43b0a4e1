// Comparing one table in two stores, as `replay --verify` does with the live views and the rebuilt ones.
import { compareKeys, planOf, type TablePlan } from './definition.js';
import type { Row, TableDefinition, Value, ViewReader } from './port.js';
import { compareValues } from './values.js';

export interface Difference {
  readonly table: string;
  readonly key: Row;
  readonly kind: 'different' | 'only-left' | 'only-right';
  /** The columns that differ; for a row that only one side has, all but the key. */
  readonly columns: readonly string[];
  /** Values of those columns; undefined where the row isn't there. */
  readonly left: Row | undefined;
  readonly right: Row | undefined;
}

/**
 * Yields every difference, in the order of a scan, holding a page of either side in memory. The positions of the groups aren't
 * compared: they aren't part of a row. Both sides should stand still: see the snapshot option of SQLite's openReader.
 * @throws Error where a reader breaks the order of a scan, which an index damaged on disk may cause
 */
export async function* compareTable(
  table: TableDefinition,
  left: ViewReader,
  right: ViewReader,
): AsyncGenerator<Difference> {
  const plan = planOf(table);
  const cursors = [new Cursor(plan, left), new Cursor(plan, right)] as const;
  try {
    let [l, r] = [await cursors[0].next(), await cursors[1].next()];
    while (l !== undefined || r !== undefined) {
      const order = l === undefined ? 1 : r === undefined ? -1 : compareKeys(plan, l, r);
      const difference = differenceOf(plan, order <= 0 ? l : undefined, order >= 0 ? r : undefined);
      if (difference !== undefined) yield difference;
      if (order <= 0) l = await cursors[0].next();
      if (order >= 0) r = await cursors[1].next();
    }
  } finally {
    await Promise.all(cursors.map((cursor) => cursor.close()));
  }
}

function differenceOf(plan: TablePlan, left: Row | undefined, right: Row | undefined): Difference | undefined {
  const row = left ?? right;
  if (row === undefined) return undefined;
  const columns: string[] = [];
  for (let i = plan.keys.length; i < plan.columns.length; i++) {
    const name = plan.columns[i]?.name ?? '';
    const same =
      left !== undefined && right !== undefined && compareValues(left[name] ?? null, right[name] ?? null) === 0;
    if (!same) columns.push(name);
  }
  if (left !== undefined && right !== undefined && columns.length === 0) return undefined;
  return {
    table: plan.definition.name,
    key: only(
      row,
      plan.keys.map(({ name }) => name),
    ),
    kind: left === undefined ? 'only-right' : right === undefined ? 'only-left' : 'different',
    columns,
    left: left && only(left, columns),
    right: right && only(right, columns),
  };
}

function only(row: Row, columns: readonly string[]): Row {
  const picked: Record<string, Value> = {};
  for (const name of columns) picked[name] = row[name] ?? null;
  return picked;
}

/** Rows of a scan one at a time; a promise per page only matters, so rows of a page come without one. */
class Cursor {
  readonly #pages: AsyncIterator<readonly Row[]>;
  #page: readonly Row[] = [];
  #next = 0;
  #last: Row | undefined;

  constructor(
    readonly plan: TablePlan,
    reader: ViewReader,
  ) {
    this.#pages = reader.scan(plan.definition)[Symbol.asyncIterator]();
  }

  async next(): Promise<Row | undefined> {
    while (this.#next === this.#page.length) {
      const page = await this.#pages.next();
      if (page.done === true) return undefined;
      this.#page = page.value;
      this.#next = 0;
    }
    const row = this.#page[this.#next++];
    if (row !== undefined && this.#last !== undefined && compareKeys(this.plan, this.#last, row) >= 0) {
      throw new Error(`table ${this.plan.definition.name} is not read in the order of its key`);
    }
    this.#last = row;
    return row;
  }

  async close(): Promise<void> {
    await this.#pages.return?.();
  }
}
