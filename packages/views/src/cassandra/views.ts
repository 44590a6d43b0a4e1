// Views in a keyspace of Cassandra: each write at its position, in batches of one partition, then the progress.
import { checkPosition, planOf } from '../definition.js';
import type { Progress, Row, SliceOptions, TableDefinition, Upsert, ViewWriter } from '../port.js';
import type { Catalogue } from './catalogue.js';
import type { Statement } from './connection.js';
import { TableAddedLate } from './errors.js';
import { batchesOf, Gathered, type WaitingRow } from './gather.js';
import { ownTable } from './own-tables.js';
import { CassandraViewReader } from './reader.js';
import { type OpenTable, Tables } from './tables.js';

/** Batches of one apply on their way at a time. */
const BATCHES_IN_FLIGHT = 64;

export class CassandraViews implements ViewWriter {
  readonly #tables: Tables;
  readonly #reader: CassandraViewReader;
  readonly #constants = new WeakMap<OpenTable, Set<string>>();
  #isOpen = true;

  /** @param generation the live one, where it is not given; readers follow when another becomes live */
  constructor(
    private readonly catalogue: Catalogue,
    private readonly fixed?: number,
  ) {
    this.#tables = new Tables(catalogue, fixed);
    this.#reader = new CassandraViewReader(catalogue, this.#tables);
  }

  /** @throws TableAddedLate where the live generation lacks a table and is filled already; otherwise as the port says */
  async prepare(tables: readonly TableDefinition[]): Promise<void> {
    this.#mustBeOpen();
    const plans = tables.map(planOf);
    await this.catalogue.prepare();
    const generation = await this.#tables.toWrite();
    if (this.fixed === undefined && (await this.catalogue.isBegun(generation))) {
      const [added] = await this.catalogue.missing(generation, plans);
      if (added !== undefined) throw new TableAddedLate(added.definition.name, this.catalogue.storeOf(generation));
    }
    await this.catalogue.create(generation, plans);
  }

  /** @throws CassandraUnavailable after the writes' patience; what is stored by then may be some of it, and the progress is not */
  async apply(upserts: readonly Upsert[], progress: Progress): Promise<void> {
    this.#mustBeOpen();
    checkPosition(progress.position);
    this.#tables.checkWritten();
    const gathered = await this.#gather(upserts);
    const partitions = new Map<string, WaitingRow[]>();
    for (const table of gathered) table.into(partitions);
    await this.#writeAll(batchesOf(partitions.values()), Math.min(BATCHES_IN_FLIGHT, partitions.size));
    for (const table of gathered) table.remember();
    await this.#advance(progress);
  }

  async get(table: TableDefinition, key: Row): Promise<Row | undefined> {
    this.#mustBeOpen();
    return this.#reader.get(table, key);
  }

  async slice(table: TableDefinition, options: SliceOptions): Promise<Row[]> {
    this.#mustBeOpen();
    return this.#reader.slice(table, options);
  }

  scan(table: TableDefinition): AsyncIterable<readonly Row[]> {
    this.#mustBeOpen();
    return this.#reader.scan(table);
  }

  async progress(consumer: string, partition: number): Promise<bigint> {
    this.#mustBeOpen();
    return this.#reader.progress(consumer, partition);
  }

  /** The connection is its owner's to close. */
  async close(): Promise<void> {
    this.#isOpen = false;
  }

  async #gather(upserts: readonly Upsert[]): Promise<Gathered[]> {
    const gathered = new Map<TableDefinition, Gathered>();
    for (const upsert of upserts) {
      let table = gathered.get(upsert.table);
      if (table === undefined) {
        const open = await this.#tables.of(upsert.table);
        table = new Gathered(open, this.#constantsOf(open));
        gathered.set(upsert.table, table);
      }
      table.add(upsert);
    }
    return [...gathered.values()];
  }

  #constantsOf(table: OpenTable): Set<string> {
    let constants = this.#constants.get(table);
    if (constants === undefined) {
      constants = new Set();
      this.#constants.set(table, constants);
    }
    return constants;
  }

  /** Rejects when all that was begun has ended, so that nothing is written any more once the caller begins again. */
  async #writeAll(batches: Iterator<Statement[], void>, inFlight: number): Promise<void> {
    let failure: { readonly reason: unknown } | undefined;
    const writeOn = async (): Promise<void> => {
      while (failure === undefined) {
        const batch = batches.next();
        if (batch.done === true) return;
        try {
          await this.catalogue.connection.write(batch.value);
        } catch (reason) {
          failure ??= { reason };
        }
      }
    };
    await Promise.all(Array.from({ length: inFlight }, writeOn));
    if (failure !== undefined) throw failure.reason;
  }

  async #advance({ consumer, partition, position }: Progress): Promise<void> {
    const generation = await this.#tables.toWrite();
    const table = ownTable(this.catalogue.connection.keyspace, 'progress');
    const query = `UPDATE ${table} USING TIMESTAMP ? SET position = ? WHERE generation = ? AND consumer = ? AND partition = ?`;
    await this.catalogue.connection.write([{ query, params: [position, position, generation, consumer, partition] }]);
  }

  #mustBeOpen(): void {
    if (!this.#isOpen) throw new Error('the views are closed');
  }
}
