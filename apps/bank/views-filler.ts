// Fills the views from the journal's tail until it is told to stop. Runs in the views' worker thread; in tests, beside the rest.
import { EmbeddedBus } from '@tallystick/bus/embedded/index';
import { openReader } from '@tallystick/journal/sqlite/index';
import { pause } from '@tallystick/transport/pause';
import { Projector } from '@tallystick/views';
import { SqliteViews } from '@tallystick/views/sqlite/index';
import { CHECKPOINT_PAGES_AT_MOST } from './checkpoint-thread.js';
import { projections, VIEWS_CONSUMER } from './projections.js';

export interface FillerOptions {
  readonly journalPath: string;
  readonly viewsPath: string;
  readonly signal: AbortSignal;
  readonly onProgress: (position: bigint) => void;
  readonly onTrouble: (error: unknown) => void;
}

export interface ViewsFiller {
  /** There may be new events. */
  wake(): void;
  /** Resolves when it has stopped and its files are closed. */
  readonly stopped: Promise<void>;
}

const EVENTS_PER_BATCH = 2_048;
/** Between two batches: views may be this much behind, and cost a fraction of what a transaction for each commit would. */
export const LINGER_MS = 5;

export async function fillViews(options: FillerOptions): Promise<ViewsFiller> {
  const reader = openReader(options.journalPath, { pageSize: EVENTS_PER_BATCH });
  const views = new SqliteViews(options.viewsPath, { checkpointPages: CHECKPOINT_PAGES_AT_MOST });
  const projector = new Projector(VIEWS_CONSUMER, views, projections, (_, position) => options.onProgress(position));
  await projector.prepare();
  options.onProgress(await views.progress(VIEWS_CONSUMER, 0));
  const bus = new EmbeddedBus({
    journal: reader,
    pause,
    lingerMs: LINGER_MS,
    onFailure: ({ error }) => options.onTrouble(error),
  });
  const stopped = bus.run(projector, options.signal).finally(async () => {
    await reader.close();
    await views.close();
  });
  return { wake: () => reader.wake(), stopped };
}
