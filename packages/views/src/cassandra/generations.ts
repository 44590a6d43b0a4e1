// Generations of the views side by side in a keyspace: tables that end in the generation's number, and a pointer to the live one.
import { planOf } from '../definition.js';
import type { TableDefinition, ViewWriter } from '../port.js';
import type { Catalogue } from './catalogue.js';
import { CassandraViews } from './views.js';

export class CassandraGenerations {
  constructor(private readonly catalogue: Catalogue) {}

  /** The live generation; undefined where none was ever switched to. */
  live(): Promise<number | undefined> {
    return this.catalogue.live();
  }

  /** A new one above every generation that there ever was, so that two who rebuild at a time never share one. It isn't live yet. */
  async createNext(): Promise<number> {
    await this.catalogue.prepare();
    return this.catalogue.next();
  }

  /** The views of one generation, live or not. */
  views(generation: number): ViewWriter {
    return new CassandraViews(this.catalogue, generation);
  }

  /**
   * Makes a generation the live one, in one conditional write. Programs that only read follow within seconds, where it has the tables
   * that they use; those that write end with GenerationSwitched and go on in it after a new start.
   * @throws Error where another became live meanwhile, or the generation has no tables
   */
  async switchTo(generation: number): Promise<void> {
    const { keyspace } = this.catalogue.connection;
    if ((await this.catalogue.definitions(generation)).size === 0)
      throw new Error(`keyspace ${keyspace} has no generation ${generation} to switch to`);
    const from = await this.catalogue.live();
    if (from === generation) return;
    if (!(await this.catalogue.switchTo(generation, from)))
      throw new Error(`another generation than ${from ?? 'none'} became live in keyspace ${keyspace} meanwhile`);
  }

  /** Removes a generation with its rows. @throws Error where it is the live one */
  async drop(generation: number): Promise<void> {
    if ((await this.catalogue.live()) === generation)
      throw new Error(`generation ${generation} of keyspace ${this.catalogue.connection.keyspace} is live`);
    await this.catalogue.drop(generation);
  }

  /** Removes the generations before the live one, ascending, and returns them. Newer ones may be under way and stay. */
  async dropOld(): Promise<number[]> {
    const live = (await this.catalogue.live()) ?? 0;
    const old = (await this.catalogue.generations()).filter((generation) => generation < live);
    for (const generation of old) await this.catalogue.drop(generation);
    return old;
  }

  /**
   * Brings the keyspace to these tables, ahead of the programs that use them: nothing where it has them already; otherwise a new
   * generation, filled, then switched to. The one before stays until dropOld, for the programs that still use it.
   * @param fill writes all that happened so far, as the projections do; not called for the first generation, which its consumer fills
   */
  async migrate(
    tables: readonly TableDefinition[],
    fill: (views: ViewWriter, generation: number) => Promise<void>,
  ): Promise<{ readonly generation: number; readonly isNew: boolean }> {
    await this.catalogue.prepare();
    const live = await this.catalogue.live();
    if (live !== undefined && (await this.has(live, tables))) return { generation: live, isNew: false };
    const generation = await this.createNext();
    const views = this.views(generation);
    await views.prepare(tables);
    if (live !== undefined) await fill(views, generation);
    await this.switchTo(generation);
    return { generation, isNew: true };
  }

  /** Whether a generation has these very tables. */
  async has(generation: number, tables: readonly TableDefinition[]): Promise<boolean> {
    const definitions = await this.catalogue.definitions(generation);
    return tables.every((table) => definitions.get(table.name) === planOf(table).fingerprint);
  }
}
