// From upserts to what is sent: of each group of a row the newest write, and the rows of one partition together.
import { checkUpsert, keyText } from '../definition.js';
import type { Upsert } from '../port.js';
import { toCell, toGroupCell } from './cells.js';
import type { Cell, Statement } from './connection.js';
import type { OpenTable } from './tables.js';

/**
 * Statements of one partition that go together. One partition is one mutation, which Cassandra applies whole and does not count by its
 * thresholds for batches of several; it only has to stay far below half a segment of the commit log (16 MiB).
 */
const ROWS_PER_BATCH = 4_000;
const BYTES_PER_BATCH = 1024 * 1024;
/** Per table; letting go of them costs writes, nothing else. */
const CONSTANTS_KEPT = 50_000;

/** Rows of one table that wait within an apply, and which constant ones are known to be there. */
export class Gathered {
  /** By key, the newest upsert of each group. */
  readonly #waiting = new Map<string, (Upsert | undefined)[]>();
  readonly #newConstants: string[] = [];

  constructor(
    readonly table: OpenTable,
    private readonly constants: Set<string>,
  ) {}

  /** @throws TypeError where the upsert does not fit its table */
  add(upsert: Upsert): void {
    const { plan, groups } = this.table.stored;
    checkUpsert(plan, upsert);
    const key = keyText(plan, upsert.row, 0, plan.keys.length);
    if (upsert.constant === true) {
      if (this.constants.has(key)) return;
      this.#newConstants.push(key);
    }
    const index = this.table.indexOf.get(upsert.group) ?? 0;
    let row = this.#waiting.get(key);
    if (row === undefined) {
      row = new Array<Upsert | undefined>(groups.length).fill(undefined);
      this.#waiting.set(key, row);
    }
    const other = row[index];
    if (other === undefined || upsert.position >= other.position) row[index] = upsert;
  }

  /** Adds each row to its partition. */
  into(partitions: Map<string, WaitingRow[]>): void {
    const { table } = this;
    const { plan } = table.stored;
    for (const groups of this.#waiting.values()) {
      const row = groups.find((upsert) => upsert !== undefined)?.row;
      if (row === undefined) continue;
      // Tables whose partition keys are alike share the partition, and so the mutation.
      const partition = `${table.shape} ${keyText(plan, row, 0, plan.partitionSize)}`;
      const rows = partitions.get(partition);
      if (rows === undefined) partitions.set(partition, [{ table, groups }]);
      else rows.push({ table, groups });
    }
  }

  /** To be called when all of it is stored. */
  remember(): void {
    if (this.constants.size > CONSTANTS_KEPT) this.constants.clear();
    for (const key of this.#newConstants) this.constants.add(key);
  }
}

export interface WaitingRow {
  readonly table: OpenTable;
  /** The newest upsert of each of its groups. */
  readonly groups: readonly (Upsert | undefined)[];
}

/** Each partition in as few batches as its limits allow, made only when they are asked for: then few are in memory at a time. */
export function* batchesOf(partitions: Iterable<readonly WaitingRow[]>): Generator<Statement[]> {
  for (const rows of partitions) {
    let batch: Statement[] = [];
    let bytes = 0;
    for (const row of rows) {
      for (const statement of statementsOf(row)) {
        const more = sizeOf(statement.params);
        if (batch.length > 0 && (batch.length >= ROWS_PER_BATCH || bytes + more > BYTES_PER_BATCH)) {
          yield batch;
          batch = [];
          bytes = 0;
        }
        batch.push(statement);
        bytes += more;
      }
    }
    yield batch;
  }
}

/** A statement has one position, so groups that were written at different ones take a statement each. */
function statementsOf({ table, groups }: WaitingRow): Statement[] {
  const { plan, groups: declared } = table.stored;
  const statements: Statement[] = [];
  let done = 0;
  for (let first = 0; first < groups.length; first++) {
    const upsert = groups[first];
    if (upsert === undefined || (done & (1 << first)) !== 0) continue;
    const params: Cell[] = [upsert.position];
    let set = 0;
    for (let index = first; index < groups.length; index++) {
      const other = groups[index];
      if (other?.position !== upsert.position) continue;
      set |= 1 << index;
      params.push(toGroupCell(declared[index]?.columns ?? [], other.row));
    }
    done |= set;
    for (const { name } of plan.keys) params.push(toCell(upsert.row[name]));
    statements.push({ query: table.upsert(set), params });
  }
  return statements;
}

const BYTES_PER_CELL = 12;
/** UTF-8 of a UTF-16 unit, at most. */
const BYTES_PER_UNIT = 3;

/** About as many as the statement takes on the wire, rather more. */
function sizeOf(cells: readonly Cell[]): number {
  let bytes = 64;
  for (const cell of cells) {
    bytes += BYTES_PER_CELL;
    if (typeof cell === 'string') bytes += cell.length * BYTES_PER_UNIT;
    else if (cell instanceof Uint8Array) bytes += cell.length;
    else if (typeof cell === 'object' && cell !== null && 'elements' in cell && Array.isArray(cell.elements))
      bytes += sizeOf(cell.elements);
  }
  return bytes;
}
