// What a keyspace says of itself: which generations of views there are, which is live, and the definitions of their tables.
import { planOf, type TablePlan } from '../definition.js';
import { type TableDefinition, TableDefinitionChanged, TableNotPrepared } from '../port.js';
import type { CassandraConnection, Cell, ReadClass, StoredRow } from './connection.js';
import { isMissing, isThereAlready, mayBeApplied, mayPass } from './errors.js';
import type { CassandraOptions } from './options.js';
import { createKeyspace, type OwnTable, ownTable } from './own-tables.js';
import { underSchemaLock } from './schema-lock.js';
import { createTableCql, inKeyspace, type StoredTable, storedTable } from './statements.js';

const DEFINITIONS_PER_PAGE = 1_000;
type Pointer = 'live' | 'highest';

export class Catalogue {
  #keyspace: Promise<void> | undefined;

  constructor(
    readonly connection: CassandraConnection,
    private readonly options: CassandraOptions,
  ) {}

  /** Creates the keyspace and our own tables where they are missing. */
  prepare(): Promise<void> {
    this.#keyspace ??= createKeyspace(this.connection, this.options).catch((error) => {
      this.#keyspace = undefined;
      throw error;
    });
    return this.#keyspace;
  }

  /** For messages. */
  storeOf(generation: number | undefined): string {
    const { keyspace } = this.connection;
    return generation === undefined ? `keyspace ${keyspace}` : `keyspace ${keyspace}, generation ${generation}`;
  }

  /** The live generation; undefined where none was ever switched to. */
  live(): Promise<number | undefined> {
    return this.#pointer('live');
  }

  /** A number above every generation that there is or was. */
  async next(): Promise<number> {
    for (let attempt = 0; ; attempt++) {
      const highest = await this.#pointer('highest');
      // Where the outcome is unknown, a number is left out.
      if (await this.#point('highest', highest, (highest ?? 0) + 1)) return (highest ?? 0) + 1;
      await this.connection.pauseBefore(attempt);
    }
  }

  /** Makes a generation the live one. False where another one than `from` was. */
  async switchTo(generation: number, from: number | undefined): Promise<boolean> {
    if (await this.#point('live', from, generation)) return true;
    return (await this.#pointer('live', 'records-serially')) === generation;
  }

  /** Fingerprints by name; empty where there is no such generation. */
  async definitions(generation: number): Promise<Map<string, string>> {
    const query = `SELECT name, definition FROM ${this.#own('definitions')} WHERE generation = ?`;
    const found = new Map<string, string>();
    for (const row of await this.#rows(query, [generation])) found.set(textOf(row, 'name'), textOf(row, 'definition'));
    return found;
  }

  /** @throws TableNotPrepared, TableDefinitionChanged */
  async table(generation: number, definition: TableDefinition): Promise<StoredTable> {
    const plan = planOf(definition);
    const query = `SELECT definition FROM ${this.#own('definitions')} WHERE generation = ? AND name = ?`;
    const [row] = await this.#rows(query, [generation, definition.name]);
    if (row === undefined) throw new TableNotPrepared(definition.name, this.storeOf(generation));
    this.#check(plan, textOf(row, 'definition'), generation);
    return storedTable(this.connection.keyspace, generation, plan);
  }

  /** Those that the generation has not yet. @throws TableDefinitionChanged where it has one otherwise */
  async missing(generation: number, plans: readonly TablePlan[]): Promise<readonly TablePlan[]> {
    const there = await this.definitions(generation);
    return plans.filter((plan) => {
      const stored = there.get(plan.definition.name);
      if (stored !== undefined) this.#check(plan, stored, generation);
      return stored === undefined;
    });
  }

  /** Whether anything was ever applied to the generation. */
  async isBegun(generation: number): Promise<boolean> {
    const query = `SELECT position FROM ${this.#own('progress')} WHERE generation = ? LIMIT 1`;
    return (await this.#rows(query, [generation])).length > 0;
  }

  /** Creates what is missing. Several may do so at a time: each table is made once. */
  async create(generation: number, plans: readonly TablePlan[]): Promise<void> {
    if ((await this.missing(generation, plans)).length === 0) return;
    await underSchemaLock(this.connection, async (stillOurs) => {
      for (const plan of await this.missing(generation, plans)) {
        await stillOurs();
        await this.#createTable(storedTable(this.connection.keyspace, generation, plan));
        const query = `INSERT INTO ${this.#own('definitions')} (generation, name, definition) VALUES (?, ?, ?)`;
        const params = [generation, plan.definition.name, plan.fingerprint];
        await this.connection.write([{ query, params }], 'records');
      }
    });
  }

  /** Removes a generation's tables, definitions and progress. Its number is never given again. */
  async drop(generation: number): Promise<void> {
    await underSchemaLock(this.connection, async (stillOurs) => {
      for (const name of (await this.definitions(generation)).keys()) {
        await stillOurs();
        await this.connection.define(
          `DROP TABLE IF EXISTS ${inKeyspace(this.connection.keyspace, `${name}_${generation}`)}`,
        );
      }
      for (const table of ['definitions', 'progress'] as const) {
        const query = `DELETE FROM ${this.#own(table)} WHERE generation = ?`;
        await this.connection.write([{ query, params: [generation] }], 'records');
      }
    });
  }

  /** The generations that have tables, ascending. */
  async generations(): Promise<number[]> {
    const rows = await this.#rows(`SELECT DISTINCT generation FROM ${this.#own('definitions')}`, []);
    return rows.map((row) => numberOf(row, 'generation')).sort((left, right) => left - right);
  }

  #check(plan: TablePlan, stored: string, generation: number): void {
    if (stored !== plan.fingerprint) throw new TableDefinitionChanged(plan.definition.name, this.storeOf(generation));
  }

  /** One that is there without being registered was begun by a process that died: nobody wrote to it, and it may be another. */
  async #createTable(table: StoredTable): Promise<void> {
    try {
      await this.connection.define(createTableCql(table));
    } catch (error) {
      if (!isThereAlready(error)) throw error;
      await this.connection.define(`DROP TABLE IF EXISTS ${table.name}`);
      await this.connection.define(createTableCql(table));
    }
  }

  async #pointer(name: Pointer, as: ReadClass = 'records'): Promise<number | undefined> {
    const query = `SELECT generation FROM ${this.#own('generations')} WHERE name = ?`;
    const [row] = await this.#rows(query, [name], as);
    return row === undefined ? undefined : numberOf(row, 'generation');
  }

  async #point(name: Pointer, from: number | undefined, to: number): Promise<boolean> {
    const query = `UPDATE ${this.#own('generations')} SET generation = ? WHERE name = ? IF generation = ?`;
    try {
      return await this.connection.writeIf({ query, params: [to, name, from ?? null] });
    } catch (error) {
      if (!mayBeApplied(error) && !mayPass(error)) throw error;
      return false;
    }
  }

  /** None where the keyspace is not there yet. */
  async #rows(query: string, params: Cell[], as: ReadClass = 'records'): Promise<readonly StoredRow[]> {
    try {
      return (await this.connection.read(query, params, DEFINITIONS_PER_PAGE, undefined, as)).rows;
    } catch (error) {
      if (isMissing(error)) return [];
      throw error;
    }
  }

  #own(table: OwnTable): string {
    return ownTable(this.connection.keyspace, table);
  }
}

function textOf(row: StoredRow, column: string): string {
  const value = row[column];
  if (typeof value !== 'string') throw new TypeError(`${column} is no text`);
  return value;
}

function numberOf(row: StoredRow, column: string): number {
  const value = row[column];
  if (typeof value !== 'number') throw new TypeError(`${column} is no number`);
  return value;
}
