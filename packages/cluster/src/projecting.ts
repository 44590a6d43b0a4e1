// Keeps a service's views: its projections as a consumer of the bus, in whichever generation of the views is the live one.
import type { Bus } from '@tallystick/bus';
import { pause } from '@tallystick/transport/pause';
import { type Projection, Projector, type TableDefinition, type ViewReader, type ViewWriter } from '@tallystick/views';
import type { Report } from './outages.js';

/** A switch of generations is noticed after as long. */
const LOOK_MS = 5_000;

/** A keyspace of Cassandra, as far as it is used here. */
export interface Keyspace {
  /** Prepares the live generation, and makes the first. */
  readonly views: ViewWriter;
  readonly generations: {
    /** Undefined where there is none yet. */
    live(): Promise<number | undefined>;
    /** Whether a generation has these very tables. */
    has(generation: number, tables: readonly TableDefinition[]): Promise<boolean>;
    views(generation: number): ViewWriter;
  };
}

export interface ProjectingOptions {
  /** Names the consumer, and the views' progress. */
  readonly consumer: string;
  readonly projections: readonly Projection[];
  readonly keyspace: Keyspace;
  readonly bus: Bus;
  /** Told of each partition's progress, once its rows are stored. */
  readonly onProgress: (partition: number, position: bigint) => void;
  /** What was told of progress is of a generation that is no longer read. */
  readonly onSwitched: () => void;
  readonly report: Report;
  /** How often the live generation is looked at, in milliseconds; 5,000 where it is left out. */
  readonly lookMs?: number;
}

/**
 * Reads and writes of one process are of one generation, and go over to the next one together: the consumer begins each partition anew,
 * where that generation is.
 */
export class Projecting {
  readonly reader: ViewReader;
  /** Before the tables are prepared, whatever is live. */
  private views: ViewWriter;
  private generation: number | undefined;
  /** A live one that has other tables than ours: of another version of this program. */
  private left: number | undefined;

  constructor(private readonly options: ProjectingOptions) {
    this.views = options.keyspace.views;
    this.reader = {
      get: (table, key) => this.views.get(table, key),
      slice: (table, slice) => this.views.slice(table, slice),
      scan: (table) => this.views.scan(table),
      progress: (consumer, partition) => this.views.progress(consumer, partition),
    };
  }

  /** Makes the tables that are missing. @throws as the views' prepare */
  async prepare(): Promise<void> {
    const { keyspace } = this.options;
    await keyspace.views.prepare(this.tables());
    const live = await keyspace.generations.live();
    if (live === undefined) throw new Error('the views have no live generation');
    this.use(live);
  }

  /** Until the signal is aborted. */
  async run(signal: AbortSignal): Promise<void> {
    const { consumer, projections, bus, onProgress, onSwitched, report } = this.options;
    for (;;) {
      const over = new AbortController();
      const ended = AbortSignal.any([signal, over.signal]);
      const looking = this.nextGeneration(ended).finally(() => over.abort());
      await bus.run(new Projector(consumer, this.views, projections, onProgress), ended);
      over.abort();
      const next = await looking;
      if (next === undefined) return;
      report(`the views go on in generation ${next}; this was generation ${this.generation}`);
      this.use(next);
      onSwitched();
    }
  }

  private use(generation: number): void {
    this.generation = generation;
    this.views = this.options.keyspace.generations.views(generation);
  }

  /** The generation to go on in, once another is live; undefined where the signal was aborted first. */
  private async nextGeneration(signal: AbortSignal): Promise<number | undefined> {
    while (!signal.aborted) {
      await pause(this.options.lookMs ?? LOOK_MS, signal);
      // Away: reads and writes say so.
      const next = await this.look().catch(() => undefined);
      if (next !== undefined) return next;
    }
    return undefined;
  }

  private async look(): Promise<number | undefined> {
    const { keyspace, report } = this.options;
    const live = await keyspace.generations.live();
    if (live === undefined || live === this.generation || live === this.left) return undefined;
    if (await keyspace.generations.has(live, this.tables())) return live;
    this.left = live;
    report(`generation ${live} of the views has other tables than this program: it stays with ${this.generation}`);
    return undefined;
  }

  private tables(): TableDefinition[] {
    return this.options.projections.flatMap((projection) => projection.tables);
  }
}
