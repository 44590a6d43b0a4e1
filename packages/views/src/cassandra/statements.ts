// The CQL of a declared table. Names are snake case (definition.ts), so quoting them is enough; it also frees reserved words.
import type { KeyColumn, TablePlan } from '../definition.js';
import type { ColumnType } from '../port.js';
import type { GroupCell } from './cells.js';

const TYPES: Record<ColumnType, string> = {
  text: 'text',
  integer: 'bigint',
  money: 'bigint',
  instant: 'bigint',
  boolean: 'boolean',
  bytes: 'blob',
};

export function quoted(name: string): string {
  return `"${name}"`;
}

export function inKeyspace(keyspace: string, table: string): string {
  return `${quoted(keyspace)}.${quoted(table)}`;
}

/** What is known of one table of one generation. */
export interface StoredTable {
  readonly plan: TablePlan;
  /** Keyspace and table, quoted. */
  readonly name: string;
  readonly groups: readonly (GroupCell & { readonly group: string })[];
}

/** Declared tables end in their generation, and so never meet our own, which end in a letter. */
export function storedTable(keyspace: string, generation: number, plan: TablePlan): StoredTable {
  const keys = new Set(plan.keys.map(({ name }) => name));
  const groups = [...plan.groups].map(([group, columns]) => ({
    group,
    // A group may be called as a key column is.
    cell: keys.has(group) ? `_${group}` : group,
    columns,
  }));
  return { plan, name: inKeyspace(keyspace, `${plan.definition.name}_${generation}`), groups };
}

/** The comment names the columns of each group, since a tuple's elements have no names. */
export function createTableCql({ plan, name, groups }: StoredTable): string {
  const columns = [
    ...plan.keys.map((key) => `${quoted(key.name)} ${TYPES[key.type]}`),
    ...groups.map(
      ({ cell, columns }) => `${quoted(cell)} frozen<tuple<${columns.map(({ type }) => TYPES[type]).join(', ')}>>`,
    ),
  ];
  const names = (of: readonly KeyColumn[]) => of.map((key) => quoted(key.name)).join(', ');
  const clustering = clusteringOf(plan);
  const primaryKey = [`(${names(plan.keys.slice(0, plan.partitionSize))})`, ...clustering.map((k) => quoted(k.name))];
  const order =
    clustering.length === 0
      ? ''
      : `CLUSTERING ORDER BY (${clustering.map((k) => `${quoted(k.name)} ${k.descending ? 'DESC' : 'ASC'}`).join(', ')}) AND `;
  const comment = groups.map(({ cell, columns }) => `${cell} (${columns.map((column) => column.name).join(', ')})`);
  return `CREATE TABLE ${name} (${columns.join(', ')}, PRIMARY KEY (${primaryKey.join(', ')})) WITH ${order}comment = '${comment.join('; ')}'`;
}

/** Writes some groups of one row at one position. Parameters: the position, the groups' cells, the keys. */
export function upsertCql({ plan, name }: StoredTable, cells: readonly string[]): string {
  const set = cells.map((cell) => `${quoted(cell)} = ?`).join(', ');
  return `UPDATE ${name} USING TIMESTAMP ? SET ${set} WHERE ${equal(plan.keys)}`;
}

/** Parameters: all keys. */
export function getCql(table: StoredTable): string {
  return `SELECT ${selected(table)} FROM ${table.name} WHERE ${equal(table.plan.keys)}`;
}

export interface PageShape {
  /** How many leading key columns are given and equal. */
  readonly equal: number;
  /** How many key columns after them must lie, as one place, strictly beyond the given values in reading direction: of one order all. */
  readonly beyond: number;
  readonly reverse: boolean;
}

/** Parameters: the equal keys, the place to lie beyond, the limit. Whole partition keys only: it reads one partition, in its order. */
export function pageCql(table: StoredTable, shape: PageShape): string {
  const { plan } = table;
  const conditions = [equal(plan.keys.slice(0, shape.equal))];
  const beyond = plan.keys.slice(shape.equal, shape.equal + shape.beyond);
  const [first] = beyond;
  if (first !== undefined) {
    const place = beyond.map((key) => quoted(key.name)).join(', ');
    const sign = first.descending === shape.reverse ? '>' : '<';
    conditions.push(`(${place}) ${sign} (${beyond.map(() => '?').join(', ')})`);
  }
  const order = clusteringOf(plan).map((k) => `${quoted(k.name)} ${k.descending === shape.reverse ? 'ASC' : 'DESC'}`);
  const orderBy = shape.reverse && order.length > 0 ? `ORDER BY ${order.join(', ')}` : '';
  return `SELECT ${selected(table)} FROM ${table.name} WHERE ${conditions.join(' AND ')} ${orderBy} LIMIT ?`;
}

/** Every partition key, in the order of their hashes. */
export function partitionsCql({ plan, name }: StoredTable): string {
  const keys = plan.keys.slice(0, plan.partitionSize).map((key) => quoted(key.name));
  return `SELECT DISTINCT ${keys.join(', ')} FROM ${name}`;
}

export function clusteringOf(plan: TablePlan): readonly KeyColumn[] {
  return plan.keys.slice(plan.partitionSize);
}

/** Types of the partition key: equal keys of equal types are one partition of the keyspace, whatever their tables. */
export function partitionShape(plan: TablePlan): string {
  return plan.keys
    .slice(0, plan.partitionSize)
    .map((key) => TYPES[key.type])
    .join();
}

function selected({ plan, groups }: StoredTable): string {
  return [...plan.keys.map((key) => quoted(key.name)), ...groups.map(({ cell }) => quoted(cell))].join(', ');
}

function equal(keys: readonly KeyColumn[]): string {
  return keys.map((key) => `${quoted(key.name)} = ?`).join(' AND ');
}
