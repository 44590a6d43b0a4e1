// The tables of the generation that is read or written, as far as they were used, and whether it still is the live one.
import type { TableDefinition } from '../port.js';
import type { Catalogue } from './catalogue.js';
import { GenerationSwitched } from './errors.js';
import { getCql, type PageShape, pageCql, partitionShape, type StoredTable, upsertCql } from './statements.js';

/** Readers notice a switch after as long, at their next read. */
const LOOKED_AFTER_MS = 5_000;

/** A table with the text of its statements, each made once: the driver knows a prepared statement by its text. */
export class OpenTable {
  readonly get: string;
  readonly shape: string;
  /** Place of a group in `stored.groups`. */
  readonly indexOf: ReadonlyMap<string, number>;
  readonly #pages = new Map<number, string>();
  readonly #upserts = new Map<number, string>();

  constructor(readonly stored: StoredTable) {
    this.get = getCql(stored);
    this.shape = partitionShape(stored.plan);
    this.indexOf = new Map(stored.groups.map(({ group }, index) => [group, index]));
  }

  page(shape: PageShape): string {
    const number = (shape.equal * 64 + shape.beyond) * 2 + (shape.reverse ? 1 : 0);
    let cql = this.#pages.get(number);
    if (cql === undefined) {
      cql = pageCql(this.stored, shape);
      this.#pages.set(number, cql);
    }
    return cql;
  }

  /** @param set a bit for each group that is written, by its place */
  upsert(set: number): string {
    let cql = this.#upserts.get(set);
    if (cql === undefined) {
      const cells = this.stored.groups.filter((_, index) => (set & (1 << index)) !== 0).map(({ cell }) => cell);
      cql = upsertCql(this.stored, cells);
      this.#upserts.set(set, cql);
    }
    return cql;
  }
}

export class Tables {
  #generation: number | undefined;
  #tables = new WeakMap<TableDefinition, OpenTable>();
  /** Fingerprints by name, of those in `tables`. */
  #used = new Map<string, string>();
  #isWritten = false;
  #lookedAt: number;
  /** The live generation, where it could not be followed. */
  #left: number | undefined;

  /** @param generation the live one, followed, where it is not given */
  constructor(
    private readonly catalogue: Catalogue,
    private readonly fixed: number | undefined,
  ) {
    this.#generation = fixed;
    this.#lookedAt = catalogue.connection.now();
  }

  /** The generation; undefined while there is none. */
  async generation(): Promise<number | undefined> {
    // Also for whoever waits for a progress that now goes on in another generation.
    this.#lookAgain();
    this.#generation ??= await this.catalogue.live();
    return this.#generation;
  }

  /** From now on it is written: the consumer's progress belongs to this generation, so another is not followed. */
  async toWrite(): Promise<number> {
    this.#isWritten = true;
    let generation = await this.generation();
    while (generation === undefined) {
      await this.catalogue.switchTo(await this.catalogue.next(), undefined);
      generation = await this.generation();
    }
    return generation;
  }

  /** @throws GenerationSwitched where another generation was seen to be live */
  checkWritten(): void {
    this.#lookAgain();
    if (this.#left !== undefined && this.#generation !== undefined && this.#isWritten)
      throw new GenerationSwitched(this.catalogue.connection.keyspace, this.#generation, this.#left);
  }

  /** @throws TableNotPrepared, TableDefinitionChanged */
  of(table: TableDefinition): OpenTable | Promise<OpenTable> {
    this.#lookAgain();
    return this.#tables.get(table) ?? this.#open(table);
  }

  async #open(table: TableDefinition): Promise<OpenTable> {
    const generation = await this.generation();
    const open = new OpenTable(await this.catalogue.table(generation ?? 0, table));
    if (generation === this.#generation) {
      this.#tables.set(table, open);
      this.#used.set(table.name, open.stored.plan.fingerprint);
    }
    return open;
  }

  /** Nobody waits for it: until it is known, the generation before answers, whole as it was. */
  #lookAgain(): void {
    const now = this.catalogue.connection.now();
    if (this.fixed !== undefined || this.#generation === undefined || now - this.#lookedAt < LOOKED_AFTER_MS) return;
    this.#lookedAt = now;
    this.#look(this.#generation).catch(() => {
      // Away: the read itself says so.
    });
  }

  async #look(generation: number): Promise<void> {
    const live = await this.catalogue.live();
    if (live === undefined || live === generation || live === this.#left) return;
    const { keyspace, report } = this.catalogue.connection;
    const definitions = this.#isWritten ? undefined : await this.catalogue.definitions(live);
    if (definitions !== undefined && [...this.#used].every(([name, print]) => definitions.get(name) === print)) {
      this.#generation = live;
      this.#tables = new WeakMap();
      this.#used = new Map();
      this.#left = undefined;
      report(new Error(`the views in keyspace ${keyspace} are read from generation ${live} now, not ${generation}`));
      return;
    }
    this.#left = live;
    if (!this.#isWritten)
      report(
        new Error(
          `generation ${live} of the views in keyspace ${keyspace} has other tables than this program reads: it stays with generation ${generation}`,
        ),
      );
  }
}
