// A journal that counts its appends, holds them back and breaks on request.
import {
  type AppendResult,
  type EncodedEvent,
  type Journal,
  JournalUnavailable,
  type Position,
  type ReadStreamOptions,
  type RecordedEvent,
} from '@tallystick/journal';

/** `lost`: not stored, and nobody knows; `stored`: stored, and nobody knows; `refused`: certainly not stored. */
export type Fault = 'lost' | 'stored' | 'refused';

export interface Append {
  readonly stream: string;
  readonly expectedRevision: number;
  readonly events: readonly EncodedEvent[];
}

export class FaultyJournal implements Journal {
  readonly id: string;
  /** Every append that was tried. */
  readonly appends: Append[] = [];
  /** What the next appends meet, first come first served. */
  readonly faults: Fault[] = [];
  /** Run before the next append, once. */
  before: (() => Promise<unknown>) | undefined;
  reads = 0;

  constructor(private readonly inner: Journal) {
    this.id = inner.id;
  }

  async append(stream: string, expectedRevision: number, events: readonly EncodedEvent[]): Promise<AppendResult> {
    this.appends.push({ stream, expectedRevision, events });
    const { before } = this;
    this.before = undefined;
    await before?.();
    const fault = this.faults.shift();
    if (fault === 'lost') throw new JournalUnavailable('the request went nowhere', true);
    if (fault === 'refused') throw new JournalUnavailable('the disk is full', false);
    const result = await this.inner.append(stream, expectedRevision, events);
    if (fault === 'stored') throw new JournalUnavailable('the answer went nowhere', true);
    return result;
  }

  readStream(stream: string, options: ReadStreamOptions): Promise<RecordedEvent[]> {
    this.reads++;
    return this.inner.readStream(stream, options);
  }

  readAll(options: { readonly after: Position; readonly limit: number }): Promise<RecordedEvent[]> {
    return this.inner.readAll(options);
  }

  subscribe(after: Position, signal: AbortSignal): AsyncIterable<readonly RecordedEvent[]> {
    return this.inner.subscribe(after, signal);
  }

  head(): Promise<Position> {
    return this.inner.head();
  }

  close(): Promise<void> {
    return this.inner.close();
  }
}
