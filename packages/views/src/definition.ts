// A table definition, checked once and laid out for the adapters.
import type { ColumnType, Row, TableDefinition, Upsert, Value } from './port.js';
import { compareValues, fits } from './values.js';

export interface Column {
  readonly name: string;
  readonly type: ColumnType;
}

export interface KeyColumn extends Column {
  readonly descending: boolean;
}

export interface TablePlan {
  readonly definition: TableDefinition;
  /** Partition key, then clustering key: a row's place in the order of a scan. */
  readonly keys: readonly KeyColumn[];
  /** How many of the keys make the partition. */
  readonly partitionSize: number;
  readonly groups: ReadonlyMap<string, readonly Column[]>;
  /** Keys first, then every group's columns: the columns of a row that is read. */
  readonly columns: readonly Column[];
  /** Equal for two definitions that mean the same table, whatever the order in which their columns are written down. */
  readonly fingerprint: string;
}

const NAME = /^[a-z][a-z0-9_]*$/;
const plans = new WeakMap<TableDefinition, TablePlan>();

/** @throws TypeError where the definition isn't sound */
export function planOf(table: TableDefinition): TablePlan {
  let plan = plans.get(table);
  if (plan === undefined) {
    plan = layOut(table);
    plans.set(table, plan);
  }
  return plan;
}

function layOut(definition: TableDefinition): TablePlan {
  const refuse = (why: string): TypeError => new TypeError(`table ${definition.name}: ${why}`);
  const keyColumn = (name: string, descending: boolean): KeyColumn => {
    const type = definition.keys[name];
    if (type === undefined) throw refuse(`key column ${name} has no type`);
    return { name, type, descending };
  };
  const keys = [
    ...definition.partitionKey.map((name) => keyColumn(name, false)),
    ...definition.clusteringKey.map(({ column, order }) => keyColumn(column, order === 'descending')),
  ];
  const groups = new Map(
    Object.entries(definition.groups).map(([group, columns]) => [
      group,
      Object.entries(columns).map(([name, type]): Column => ({ name, type })),
    ]),
  );
  const columns: Column[] = [...keys.map(({ name, type }) => ({ name, type })), ...[...groups.values()].flat()];
  const names = columns.map(({ name }) => name);

  if (definition.partitionKey.length === 0) throw refuse('a partition key is needed');
  if (groups.size === 0) throw refuse('a group of columns is needed');
  if (keys.length !== Object.keys(definition.keys).length) throw refuse('every key column stands once in a key');
  const odd = [definition.name, ...names, ...groups.keys()].find((name) => !NAME.test(name));
  if (odd !== undefined) throw refuse(`"${odd}" is not snake case`);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw refuse(`column ${twice} is declared twice`);

  const partitionSize = definition.partitionKey.length;
  return { definition, keys, partitionSize, groups, columns, fingerprint: fingerprintOf(keys, partitionSize, groups) };
}

function fingerprintOf(
  keys: readonly KeyColumn[],
  partitionSize: number,
  groups: ReadonlyMap<string, readonly Column[]>,
): string {
  const sorted = [...groups]
    .map(([group, columns]) => [group, columns.map(({ name, type }) => `${name} ${type}`).sort()] as const)
    .sort(([left], [right]) => (left < right ? -1 : 1));
  return JSON.stringify({
    partition: keys.slice(0, partitionSize).map(({ name, type }) => `${name} ${type}`),
    clustering: keys
      .slice(partitionSize)
      .map(({ name, type, descending }) => `${name} ${type} ${descending ? 'descending' : 'ascending'}`),
    groups: Object.fromEntries(sorted),
  });
}

/** Columns of the upsert's group. @throws TypeError where the upsert doesn't fit the table */
export function checkUpsert(plan: TablePlan, upsert: Upsert): readonly Column[] {
  const columns = plan.groups.get(upsert.group);
  if (columns === undefined) throw new TypeError(`table ${plan.definition.name} has no group ${upsert.group}`);
  checkPosition(upsert.position);
  checkKey(plan, upsert.row, 0, plan.keys.length);
  let present = plan.keys.length;
  for (const column of columns) {
    const value = upsert.row[column.name];
    if (value === undefined) continue;
    present++;
    if (value !== null && !fits(column.type, value)) throw unfit(plan, column, value);
  }
  const given = Object.keys(upsert.row);
  if (given.length !== present) checkNames(plan, upsert, columns, given);
  return columns;
}

function checkNames(plan: TablePlan, upsert: Upsert, columns: readonly Column[], given: readonly string[]): void {
  const known = new Set([...plan.keys, ...columns].map(({ name }) => name));
  const unknown = given.find((name) => !known.has(name));
  if (unknown === undefined) return;
  throw new TypeError(`table ${plan.definition.name}: column ${unknown} is not in group ${upsert.group}`);
}

/** Checks that a row has the key columns from (included) to (excluded). @throws TypeError where one is missing or of another type */
export function checkKey(plan: TablePlan, row: Row, from: number, to: number): void {
  for (let i = from; i < to; i++) {
    const column = plan.keys[i];
    if (column === undefined) return;
    const value = row[column.name];
    if (value === undefined || value === null || !fits(column.type, value)) throw unfit(plan, column, value);
  }
}

function unfit(plan: TablePlan, column: Column, value: Value | undefined): TypeError {
  const shown = value instanceof Uint8Array ? 'bytes' : `${typeof value} ${String(value)}`;
  return new TypeError(`table ${plan.definition.name}: column ${column.name} is ${column.type}, not ${shown}`);
}

/** @throws TypeError where it isn't a journal position: 0 to 2^63 - 1 */
export function checkPosition(position: bigint): void {
  if (position < 0n || !fits('instant', position)) throw new TypeError(`${position} is not a position`);
}

/** A string that is equal for two rows exactly where key columns from (included) to (excluded) are. */
export function keyText(plan: TablePlan, row: Row, from: number, to: number): string {
  const first = row[plan.keys[from]?.name ?? ''];
  if (to - from === 1 && typeof first === 'string') return first;
  let text = '';
  for (let i = from; i < to; i++) {
    const value = row[plan.keys[i]?.name ?? ''];
    if (typeof value === 'string') text += `${value.length}:${value}`;
    else if (value instanceof Uint8Array) text += `${value.length}:${Buffer.from(value).toString('latin1')}`;
    else text += `${String(value)},`;
  }
  return text;
}

/** Orders two rows (or keys) by the key columns from (included) on, as a scan does. */
export function compareKeys(plan: TablePlan, left: Row, right: Row, from = 0): number {
  for (let i = from; i < plan.keys.length; i++) {
    const column = plan.keys[i];
    if (column === undefined) return 0;
    const order = compareValues(left[column.name] ?? null, right[column.name] ?? null);
    if (order !== 0) return column.descending ? -order : order;
  }
  return 0;
}
