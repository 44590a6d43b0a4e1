// Keeps a service's views: its projections as a consumer of the bus.
import type { Bus } from '@tallystick/bus';
import { type Projection, Projector, type ViewWriter } from '@tallystick/views';

export interface ProjectingOptions {
  /** Names the consumer, and the views' progress. */
  readonly consumer: string;
  readonly projections: readonly Projection[];
  readonly views: ViewWriter;
  readonly bus: Bus;
  /** Told of each partition's progress, once its rows are stored. */
  readonly onProgress: (partition: number, position: bigint) => void;
}

export interface Projecting {
  /** Makes the tables that are missing. */
  prepare(): Promise<void>;
  /** Until the signal is aborted. */
  run(signal: AbortSignal): Promise<void>;
}

export function projecting({ consumer, projections, views, bus, onProgress }: ProjectingOptions): Projecting {
  const projector = new Projector(consumer, views, projections, onProgress);
  return { prepare: () => projector.prepare(), run: (signal) => bus.run(projector, signal) };
}
