// Reading views: one row, some rows of a partition, or every row of a table in the order of its key.
import { checkKey, type KeyColumn } from '../definition.js';
import type { Row, SliceOptions, TableDefinition, ViewReader } from '../port.js';
import type { Catalogue } from './catalogue.js';
import { toCell, toRow } from './cells.js';
import type { Cell } from './connection.js';
import { isMissing } from './errors.js';
import { ownTable } from './own-tables.js';
import { partitionsOf } from './partitions.js';
import type { PageShape } from './statements.js';
import type { OpenTable, Tables } from './tables.js';

/** A partition of a scan is read as it is at one time up to as many rows; beyond, page by page. */
const ROWS_PER_PAGE = 10_000;
/** Partitions that a scan reads ahead of the one it gives, while they are small. */
const READ_AHEAD = 48;
const SMALL_ROWS = 100;
const SCAN_PAGE_ROWS = 512;

export class CassandraViewReader implements ViewReader {
  constructor(
    private readonly catalogue: Catalogue,
    private readonly tables: Tables,
  ) {}

  async get(definition: TableDefinition, key: Row): Promise<Row | undefined> {
    const table = await this.tables.of(definition);
    const { plan, groups } = table.stored;
    checkKey(plan, key, 0, plan.keys.length);
    const stored = await this.catalogue.connection.readOne(table.get, cellsOf(plan.keys, key));
    return stored && toRow(plan.keys, groups, stored);
  }

  async slice(definition: TableDefinition, options: SliceOptions): Promise<Row[]> {
    const table = await this.tables.of(definition);
    const { plan } = table.stored;
    const { partition, after, direction = 'clustering', limit } = options;
    checkKey(plan, partition, 0, plan.partitionSize);
    if (after !== undefined) checkKey(plan, after, plan.partitionSize, plan.keys.length);
    if (limit < 1) return [];
    const reverse = direction === 'reverse';
    if (after === undefined)
      return this.#select(table, { equal: plan.partitionSize, beyond: 0, reverse }, partition, limit);
    const place = { ...after, ...partition };
    const rows: Row[] = [];
    for (const { equal, beyond } of seeksAfter(plan.keys, plan.partitionSize)) {
      if (rows.length >= limit) break;
      for (const row of await this.#select(table, { equal, beyond, reverse }, place, limit - rows.length))
        rows.push(row);
    }
    return rows;
  }

  async *scan(definition: TableDefinition): AsyncGenerator<readonly Row[]> {
    const table = await this.tables.of(definition);
    let page: Row[] = [];
    for await (const rows of this.#partitions(table)) {
      for (const row of rows) page.push(row);
      if (page.length < SCAN_PAGE_ROWS) continue;
      yield page;
      page = [];
    }
    if (page.length > 0) yield page;
  }

  async progress(consumer: string, partition: number): Promise<bigint> {
    const generation = await this.tables.generation();
    if (generation === undefined) return 0n;
    const { connection } = this.catalogue;
    const table = ownTable(connection.keyspace, 'progress');
    const query = `SELECT position FROM ${table} WHERE generation = ? AND consumer = ? AND partition = ?`;
    try {
      const row = await connection.readOne(query, [generation, consumer, partition]);
      return typeof row?.position === 'bigint' ? row.position : 0n;
    } catch (error) {
      if (isMissing(error)) return 0n;
      throw error;
    }
  }

  /** Rows of each partition in turn, in one or more pages. */
  async *#partitions(table: OpenTable): AsyncGenerator<readonly Row[]> {
    const ahead: { readonly partition: Row; readonly rows: Promise<Row[]> }[] = [];
    let readAhead = 2;
    for await (const partition of partitionsOf(this.catalogue.connection, table)) {
      const rows = this.slice(table.stored.plan.definition, { partition, limit: ROWS_PER_PAGE });
      // Whoever leaves the scan early waits for none of them.
      rows.catch(() => {});
      ahead.push({ partition, rows });
      while (ahead.length >= readAhead) {
        const next = ahead.shift();
        if (next === undefined) break;
        const first = await next.rows;
        yield first;
        if (first.length === ROWS_PER_PAGE) yield* this.#rest(table, next.partition, first);
        readAhead = first.length < SMALL_ROWS ? Math.min(readAhead * 2, READ_AHEAD) : 2;
      }
    }
    for (const { partition, rows } of ahead) {
      const first = await rows;
      yield first;
      if (first.length === ROWS_PER_PAGE) yield* this.#rest(table, partition, first);
    }
  }

  async *#rest(table: OpenTable, partition: Row, first: readonly Row[]): AsyncGenerator<readonly Row[]> {
    let after = first.at(-1);
    while (after !== undefined) {
      const rows: readonly Row[] = await this.slice(table.stored.plan.definition, {
        partition,
        after,
        limit: ROWS_PER_PAGE,
      });
      yield rows;
      after = rows.length === ROWS_PER_PAGE ? rows.at(-1) : undefined;
    }
  }

  async #select(table: OpenTable, shape: PageShape, place: Row, limit: number): Promise<Row[]> {
    const { plan, groups } = table.stored;
    const cells = cellsOf(plan.keys.slice(0, shape.equal + shape.beyond), place);
    cells.push(limit);
    const cql = table.page(shape);
    const rows: Row[] = [];
    let from: string | undefined;
    do {
      const page = await this.catalogue.connection.read(cql, cells, Math.min(limit, ROWS_PER_PAGE), from);
      for (const stored of page.rows) rows.push(toRow(plan.keys, groups, stored));
      from = page.next;
    } while (from !== undefined && rows.length < limit);
    return rows;
  }
}

/**
 * What to read, one after the other, to go on after a place. A tuple is compared with one sign, so columns that run in different
 * directions need a seek for each run of one direction: those equal before the last run, then before the one before it, and so on.
 */
function seeksAfter(keys: readonly KeyColumn[], from: number): { readonly equal: number; readonly beyond: number }[] {
  const seeks: { readonly equal: number; readonly beyond: number }[] = [];
  let end = keys.length;
  for (let i = keys.length - 1; i >= from; i--) {
    if (i > from && keys[i]?.descending === keys[i - 1]?.descending) continue;
    seeks.push({ equal: i, beyond: end - i });
    end = i;
  }
  return seeks;
}

function cellsOf(keys: readonly KeyColumn[], row: Row): Cell[] {
  return keys.map(({ name }) => toCell(row[name]));
}
