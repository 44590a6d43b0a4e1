// What a column's type allows, and the one order of values that every adapter reads in.
import type { ColumnType, Value } from './port.js';

const INT64_MIN = -(2n ** 63n);
const INT64_MAX = 2n ** 63n - 1n;

/** Whether a value that isn't null may stand in a column of this type. */
export function fits(type: ColumnType, value: Value): boolean {
  switch (type) {
    case 'text':
      return typeof value === 'string';
    case 'integer':
      return Number.isSafeInteger(value);
    case 'money':
    case 'instant':
      return typeof value === 'bigint' && value >= INT64_MIN && value <= INT64_MAX;
    case 'boolean':
      return typeof value === 'boolean';
    case 'bytes':
      return value instanceof Uint8Array;
  }
}

/** Below zero, zero or above zero, as `left` comes before, with or after `right`; both of one type. */
export function compareValues(left: Value, right: Value): number {
  if (typeof left === 'string' && typeof right === 'string') return compareText(left, right);
  if (left instanceof Uint8Array && right instanceof Uint8Array) return Buffer.compare(left, right);
  if (left === right) return 0;
  if (left === null) return -1;
  if (right === null) return 1;
  return left < right ? -1 : 1;
}

/** JavaScript orders strings by UTF-16 units, the databases by UTF-8 bytes: they differ where surrogates meet U+E000 and above. */
export function compareText(left: string, right: string): number {
  if (left === right) return 0;
  const length = Math.min(left.length, right.length);
  for (let i = 0; i < length; i++) {
    const a = left.charCodeAt(i);
    const b = right.charCodeAt(i);
    if (a !== b) return unitRank(a) - unitRank(b);
  }
  return left.length - right.length;
}

function unitRank(unit: number): number {
  if (unit < 0xd800) return unit;
  return unit < 0xe000 ? unit + 0x2000 : unit - 0x800;
}
