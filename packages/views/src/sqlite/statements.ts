// The SQL of a declared table. Names are snake case (definition.ts), so quoting them is enough, and ours start with an underscore.
import type { Column, KeyColumn, TablePlan } from '../definition.js';
import type { ColumnType } from '../port.js';

/** Tables that are there beside the declared ones: definitions, and how far each consumer has come. */
export const OWN_TABLES = `
  CREATE TABLE IF NOT EXISTS _tables (name TEXT PRIMARY KEY, definition TEXT NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS _progress (
    consumer TEXT NOT NULL, partition INTEGER NOT NULL, position INTEGER NOT NULL, PRIMARY KEY (consumer, partition)
  ) STRICT, WITHOUT ROWID;`;

const STORAGE: Record<ColumnType, 'TEXT' | 'INTEGER' | 'BLOB'> = {
  text: 'TEXT',
  integer: 'INTEGER',
  money: 'INTEGER',
  instant: 'INTEGER',
  boolean: 'INTEGER',
  bytes: 'BLOB',
};

export function createTableSql(plan: TablePlan): string {
  const columns = [
    ...plan.keys.map(({ name, type }) => `${quoted(name)} ${STORAGE[type]} NOT NULL`),
    ...[...plan.groups].flatMap(([group, members]) => [
      `${positionColumn(group)} INTEGER NOT NULL DEFAULT -1`,
      ...members.map(({ name, type }) => `${quoted(name)} ${STORAGE[type]}`),
    ]),
  ];
  const key = plan.keys.map(({ name, descending }) => `${quoted(name)} ${descending ? 'DESC' : 'ASC'}`);
  return `CREATE TABLE ${tableName(plan)} (${columns.join(', ')}, PRIMARY KEY (${key.join(', ')})) STRICT, WITHOUT ROWID`;
}

export interface GroupColumns {
  readonly name: string;
  readonly columns: readonly Column[];
}

/**
 * Writes some groups of one row. Parameters: the keys; then for each group its position and its columns. A group never written stands at
 * position -1, so that any write applies.
 */
export function upsertSql(plan: TablePlan, groups: readonly GroupColumns[]): string {
  const keys = plan.keys.map(({ name }) => quoted(name));
  const written = groups.flatMap(({ name, columns }) => [positionColumn(name), ...columns.map((c) => quoted(c.name))]);
  const all = [...keys, ...written];
  const [only] = groups;
  const isNewer = (group: string) => `excluded.${positionColumn(group)} >= ${positionColumn(group)}`;
  const insert = `INSERT INTO ${tableName(plan)} (${all.join(', ')}) VALUES (${all.map(() => '?').join(', ')})
    ON CONFLICT (${keys.join(', ')}) DO UPDATE SET`;
  if (only !== undefined && groups.length === 1)
    return `${insert} ${written.map((name) => `${name} = excluded.${name}`).join(', ')} WHERE ${isNewer(only.name)}`;
  const assigned = groups.flatMap(({ name: group, columns }) =>
    [positionColumn(group), ...columns.map(({ name }) => quoted(name))].map(
      (name) => `${name} = iif(${isNewer(group)}, excluded.${name}, ${name})`,
    ),
  );
  return `${insert} ${assigned.join(', ')}`;
}

/** Parameters: all keys. */
export function getSql(plan: TablePlan): string {
  return `SELECT ${selected(plan)} FROM ${tableName(plan)} WHERE ${equal(plan.keys)}`;
}

export interface PageShape {
  /** How many leading key columns are given and equal. */
  readonly equal: number;
  /** Whether the next key column must lie strictly beyond a given value, in reading direction. */
  readonly beyond: boolean;
  readonly reverse: boolean;
}

/** Parameters: the equal keys, the value to lie beyond where there is one, the limit. Reads along the primary key, without sorting. */
export function pageSql(plan: TablePlan, shape: PageShape): string {
  const conditions = shape.equal > 0 ? [equal(plan.keys.slice(0, shape.equal))] : [];
  const next = plan.keys[shape.equal];
  if (shape.beyond && next !== undefined) {
    conditions.push(`${quoted(next.name)} ${next.descending === shape.reverse ? '>' : '<'} ?`);
  }
  const where = conditions.length > 0 ? `WHERE ${conditions.join(' AND ')}` : '';
  const order = plan.keys.map(
    ({ name, descending }) => `${quoted(name)} ${descending === shape.reverse ? 'ASC' : 'DESC'}`,
  );
  return `SELECT ${selected(plan)} FROM ${tableName(plan)} ${where} ORDER BY ${order.join(', ')} LIMIT ?`;
}

function selected(plan: TablePlan): string {
  return plan.columns.map(({ name }) => quoted(name)).join(', ');
}

function equal(keys: readonly KeyColumn[]): string {
  return keys.map(({ name }) => `${quoted(name)} = ?`).join(' AND ');
}

function tableName(plan: TablePlan): string {
  return quoted(plan.definition.name);
}

function positionColumn(group: string): string {
  return quoted(`_position_${group}`);
}

function quoted(name: string): string {
  return `"${name}"`;
}
