// Fills a new generation of all views from the journal, beside the live one.
import { setImmediate } from 'node:timers/promises';
import type { Journal, Position } from '@tallystick/journal';
import { Projector } from '@tallystick/views';
import { compareTable, type Difference } from '@tallystick/views/compare';
import {
  createNextGeneration,
  openReader,
  removeGeneration,
  type SqliteViewReader,
  SqliteViews,
  switchGeneration,
} from '@tallystick/views/sqlite/index';
import { projections, VIEWS_CONSUMER } from './projections.js';

/** Large batches: a row that many events of a batch change is written once. */
const EVENTS_PER_BATCH = 8_192;
const PARTITION = 0;

export interface Rebuild {
  readonly folder: string;
  readonly journal: Pick<Journal, 'readAll'>;
  /** The live views, read as they are now until it is closed. */
  readonly live: SqliteViewReader;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: { readonly done: number; readonly total: number }) => void;
}

export interface Rebuilt {
  readonly generation: number;
  readonly events: number;
  readonly tables: number;
  differences(): AsyncIterable<Difference>;
  switchTo(): Promise<void>;
  discard(): Promise<void>;
}

/** Rebuilds to the very position that the live views have, so that both can be compared. @throws the signal's reason where it is aborted */
export async function rebuild({ folder, journal, live, signal, onProgress }: Rebuild): Promise<Rebuilt> {
  const until = await live.progress(VIEWS_CONSUMER, PARTITION);
  const { generation, path } = createNextGeneration(folder);
  try {
    const views = new SqliteViews(path);
    const events = await fill(views, journal, until, signal, onProgress).finally(() => views.close());
    return rebuilt(folder, live, generation, path, events);
  } catch (error) {
    removeGeneration(folder, generation);
    throw error;
  }
}

async function fill(
  views: SqliteViews,
  journal: Rebuild['journal'],
  until: Position,
  signal: AbortSignal,
  onProgress: Rebuild['onProgress'],
): Promise<number> {
  const projector = new Projector(VIEWS_CONSUMER, views, projections);
  await projector.prepare();
  let after: Position = 0n;
  let done = 0;
  while (after < until) {
    signal.throwIfAborted();
    const page = await journal.readAll({ after, limit: EVENTS_PER_BATCH });
    const events = page.filter(({ position }) => position <= until);
    const last = events.at(-1);
    if (last === undefined) break;
    await projector.apply({ partition: PARTITION, events });
    after = last.position;
    done += events.length;
    onProgress({ done, total: Number(until) });
    // Everything above is synchronous underneath: signals and the progress bar get their turn here.
    await setImmediate();
  }
  return done;
}

function rebuilt(folder: string, live: SqliteViewReader, generation: number, path: string, events: number): Rebuilt {
  const tables = projections.flatMap((projection) => projection.tables);
  let isLive = false;
  return {
    generation,
    events,
    tables: tables.length,
    async *differences() {
      const fresh = openReader(path);
      try {
        for (const table of tables) yield* compareTable(table, live, fresh);
      } finally {
        fresh.close();
      }
    },
    async switchTo() {
      switchGeneration(folder, generation);
      isLive = true;
    },
    async discard() {
      if (!isLive) removeGeneration(folder, generation);
    },
  };
}
