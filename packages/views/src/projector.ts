// Feeds projections from one consumer's deliveries and stores where it stands with the rows. A consumer of the bus.
import { decodeMetadata, decodePayload, eventTypeOf } from '@tallystick/events';
import type { EventType } from '@tallystick/ledger-core';
import type { Upsert, ViewWriter } from './port.js';
import type { OpenProjection, ProjectedEvent, Projection } from './projection.js';

/** An event as the bus hands it over. */
export interface DeliveredEvent {
  readonly position: bigint;
  readonly metadata: Uint8Array;
  readonly payload: Uint8Array;
}

interface Opened {
  readonly projection: Projection;
  readonly open: OpenProjection;
}

export class Projector {
  private readonly handled: ReadonlySet<EventType>;
  private readonly opened = new Map<number, { readonly projections: readonly Opened[]; position: bigint }>();

  constructor(
    readonly name: string,
    private readonly views: ViewWriter,
    private readonly projections: readonly Projection[],
    /** Called after a delivery's rows are stored. */
    private readonly onProgress: (partition: number, position: bigint) => void = () => {},
  ) {
    this.handled = new Set(projections.flatMap((p) => [...p.handles]));
  }

  async prepare(): Promise<void> {
    await this.views.prepare(this.projections.flatMap((p) => p.tables));
  }

  async resumeAfter(partition: number): Promise<bigint> {
    const position = await this.views.progress(this.name, partition);
    const projections = this.projections.map((projection) => ({
      projection,
      open: projection.open(this.views, partition),
    }));
    this.opened.set(partition, { projections, position });
    return position;
  }

  /** Stores the rows that the events give, then how far it came; what was applied before is passed over. */
  async apply(delivery: { readonly partition: number; readonly events: readonly DeliveredEvent[] }): Promise<void> {
    const { partition, events } = delivery;
    const opened = this.opened.get(partition) ?? (await this.resume(partition));
    const last = events.at(-1);
    if (last === undefined || last.position <= opened.position) return;
    const upserts: Upsert[] = [];
    const fresh = this.decode(events, opened.position);
    try {
      for (const { projection, open } of opened.projections) {
        const wanted = fresh.filter(({ event }) => projection.handles.has(event.type));
        if (wanted.length > 0) await open.apply(wanted, upserts);
      }
      await this.views.apply(upserts, { consumer: this.name, partition, position: last.position });
    } catch (error) {
      // What a projection keeps in memory may be ahead of the rows now: open it again from them.
      this.opened.delete(partition);
      throw error;
    }
    opened.position = last.position;
    this.onProgress(partition, last.position);
  }

  private async resume(partition: number) {
    await this.resumeAfter(partition);
    const opened = this.opened.get(partition);
    if (opened === undefined) throw new Error(`${this.name}: partition ${partition} did not open`);
    return opened;
  }

  private decode(events: readonly DeliveredEvent[], after: bigint): ProjectedEvent[] {
    const fresh: ProjectedEvent[] = [];
    for (const { position, metadata, payload } of events) {
      if (position <= after || !this.handled.has(eventTypeOf(payload))) continue;
      fresh.push({ event: decodePayload(payload), metadata: decodeMetadata(metadata), position });
    }
    return fresh;
  }
}
