// The partition keys of a table in their own order. Cassandra has them in the order of their hashes.
import { compareKeys, type KeyColumn } from '../definition.js';
import type { Row } from '../port.js';
import { toRow } from './cells.js';
import type { CassandraConnection } from './connection.js';
import { partitionsCql } from './statements.js';
import type { OpenTable } from './tables.js';

const KEYS_PER_PAGE = 5_000;
/** Keys in memory at a time (up to twice as many while a pass goes on); a table with more of them is gone through again for the next ones. */
const KEYS_HELD = 200_000;

/** Ascending. One pass over the table's keys for each `held` of them. */
export async function* partitionsOf(
  connection: CassandraConnection,
  table: OpenTable,
  held = KEYS_HELD,
): AsyncGenerator<Row> {
  const { plan } = table.stored;
  const keys = plan.keys.slice(0, plan.partitionSize);
  const ascending = (left: Row, right: Row) => compareKeys({ ...plan, keys }, left, right);
  let last: Row | undefined;
  do {
    const { lowest, isAll } = await lowestAfter(connection, table, keys, { last, held, ascending });
    yield* lowest;
    last = isAll ? undefined : lowest.at(-1);
  } while (last !== undefined);
}

interface Pass {
  readonly last: Row | undefined;
  readonly held: number;
  readonly ascending: (left: Row, right: Row) => number;
}

async function lowestAfter(
  connection: CassandraConnection,
  table: OpenTable,
  keys: readonly KeyColumn[],
  { last, held, ascending }: Pass,
): Promise<{ lowest: Row[]; isAll: boolean }> {
  const cql = partitionsCql(table.stored);
  let lowest: Row[] = [];
  let isAll = true;
  const cut = () => {
    lowest.sort(ascending);
    if (lowest.length <= held) return;
    lowest = lowest.slice(0, held);
    isAll = false;
  };
  let from: string | undefined;
  do {
    const page = await connection.read(cql, [], KEYS_PER_PAGE, from);
    for (const stored of page.rows) {
      const key = toRow(keys, [], stored);
      if (last === undefined || ascending(key, last) > 0) lowest.push(key);
    }
    if (lowest.length >= 2 * held) cut();
    from = page.next;
  } while (from !== undefined);
  cut();
  return { lowest, isAll };
}
