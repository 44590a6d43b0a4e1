// A projection: a pure mapping from events to row changes. It is what replay rebuilds, and it does nothing else.
import type { EventMetadata, EventType, LedgerEvent } from '@tallystick/ledger-core';
import type { TableDefinition, Upsert, ViewReader } from './port.js';

export interface ProjectedEvent {
  readonly event: LedgerEvent;
  readonly metadata: EventMetadata;
  readonly position: bigint;
}

export interface Projection {
  /** Unique among all projections. */
  readonly name: string;
  readonly tables: readonly TableDefinition[];
  /** The event types that it is given; others are not decoded for it. */
  readonly handles: ReadonlySet<EventType>;
  /** Opens the projection on one partition of the bus. What it keeps in memory must follow from the rows of that partition alone. */
  open(reader: ViewReader, partition: number): OpenProjection;
}

export interface OpenProjection {
  /** Row changes of a batch, in order of position. */
  apply(events: readonly ProjectedEvent[], out: Upsert[]): void | Promise<void>;
}

/** A projection whose every row change follows from one event alone. */
export function mapping(definition: {
  readonly name: string;
  readonly tables: readonly TableDefinition[];
  readonly handles: readonly EventType[];
  readonly project: (event: ProjectedEvent, out: Upsert[]) => void;
}): Projection {
  const { name, tables, handles, project } = definition;
  return {
    name,
    tables,
    handles: new Set(handles),
    open: () => ({
      apply(events, out) {
        for (const event of events) project(event, out);
      },
    }),
  };
}
