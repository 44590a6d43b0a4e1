// Between values and what the driver takes and gives. A group of columns is one cell: a frozen tuple, written and read whole.
import cassandra from 'cassandra-driver';
import type { Column, KeyColumn } from '../definition.js';
import type { Row, Value } from '../port.js';
import type { Cell, StoredRow } from './connection.js';

const { Tuple } = cassandra.types;

export function toCell(value: Value | undefined): Cell {
  switch (typeof value) {
    case 'undefined':
      return null;
    case 'number':
      // An `integer` is a bigint of CQL, which has no 53-bit type; the driver then wants a BigInt.
      return BigInt(value);
    case 'object':
      return value === null ? null : Buffer.from(value.buffer, value.byteOffset, value.byteLength);
    default:
      return value;
  }
}

/** All of a group: what the row has not becomes null. */
export function toGroupCell(columns: readonly Column[], row: Row): Cell {
  const elements = new Array<Cell>(columns.length);
  let i = 0;
  for (const { name } of columns) elements[i++] = toCell(row[name]);
  return Tuple.fromArray(elements);
}

export interface GroupCell {
  /** Name of the cell in the result. */
  readonly cell: string;
  readonly columns: readonly Column[];
}

export function toRow(keys: readonly KeyColumn[], groups: readonly GroupCell[], stored: StoredRow): Row {
  const row: Record<string, Value> = {};
  for (const key of keys) row[key.name] = toValue(key, stored[key.name]);
  for (const { cell, columns } of groups) {
    const group = stored[cell];
    const elements: readonly Cell[] | undefined = group instanceof Tuple ? group.elements : undefined;
    for (let i = 0; i < columns.length; i++) {
      const column = columns[i];
      if (column !== undefined) row[column.name] = elements === undefined ? null : toValue(column, elements[i]);
    }
  }
  return row;
}

function toValue(column: Column, cell: Cell): Value {
  if (cell === null || cell === undefined) return null;
  switch (column.type) {
    case 'text':
      if (typeof cell === 'string') return cell;
      break;
    case 'money':
    case 'instant':
      if (typeof cell === 'bigint') return cell;
      break;
    case 'integer':
      if (typeof cell === 'bigint') return Number(cell);
      break;
    case 'boolean':
      if (typeof cell === 'boolean') return cell;
      break;
    case 'bytes':
      // A copy: the driver's is a window on a whole answer, which it would keep in memory.
      if (cell instanceof Uint8Array) return new Uint8Array(cell);
      break;
  }
  throw new TypeError(`column ${column.name} is ${column.type}, and Cassandra has ${typeof cell}`);
}
