// Between values and SQLite's cells. Statements read with safeIntegers, so that a 64-bit integer never passes through a double.
import type { Column } from '../definition.js';
import type { Row, Value } from '../port.js';

export type Cell = string | number | bigint | Uint8Array | null;

export function toCell(value: Value | undefined): Cell {
  if (value === undefined) return null;
  return typeof value === 'boolean' ? Number(value) : value;
}

export function toRow(columns: readonly Column[], cells: readonly Cell[]): Row {
  const row: Record<string, Value> = {};
  let i = 0;
  for (const column of columns) row[column.name] = toValue(column, cells[i++] ?? null);
  return row;
}

function toValue(column: Column, cell: Cell): Value {
  if (cell === null) return null;
  switch (column.type) {
    case 'text':
    case 'money':
    case 'instant':
      return cell;
    case 'integer':
      return Number(cell);
    case 'boolean':
      return Number(cell) !== 0;
    case 'bytes':
      // A Buffer prints and serialises unlike the Uint8Array that was written.
      return cell instanceof Uint8Array ? new Uint8Array(cell.buffer, cell.byteOffset, cell.byteLength) : cell;
  }
}
