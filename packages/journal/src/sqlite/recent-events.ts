import type { EncodedEvent, Position, RecordedEvent } from '../port.js';

interface Stored {
  readonly position: number;
  readonly stream: string;
  readonly revision: number;
  readonly event: EncodedEvent;
}

/** The newest events that this process has stored, without a gap: who follows closely reads them here and not from the disk. */
export class RecentEvents {
  #events: Stored[] = [];
  #first = 0;

  constructor(private readonly most: number) {}

  /** Events of one append, the last at `position`; what does not follow on the newest begins anew. */
  add(stream: string, revision: number, position: number, events: readonly EncodedEvent[]): void {
    const before = position - events.length;
    if (this.#events.at(-1)?.position !== before) this.clear();
    let index = 0;
    for (const event of events) {
      index++;
      this.#events.push({ position: before + index, stream, revision: revision - events.length + index, event });
    }
    // Cut in large pieces, so that a kept event is moved about once.
    if (this.#events.length > 2 * this.most) this.#events = this.#events.slice(-this.most);
    this.#first = this.#events[0]?.position ?? 0;
  }

  clear(): void {
    this.#events = [];
    this.#first = 0;
  }

  /** Events after this position, in order; undefined where some of them are not in here. */
  after(after: Position, limit: number): RecordedEvent[] | undefined {
    const from = Number(after) + 1 - this.#first;
    if (this.#events.length === 0 || from < 0 || from >= this.#events.length) return undefined;
    return this.#events.slice(from, from + limit).map(({ position, stream, revision, event }) => ({
      position: BigInt(position),
      stream,
      revision,
      eventId: event.eventId,
      metadata: event.metadata,
      payload: event.payload,
    }));
  }
}
