// The other side of the bus: what puts the journal's events onto it. Only adapters that copy events have one.
import type { Position, RecordedEvent } from '@tallystick/journal';

/** How far a bus has been filled. */
export interface Written {
  /** Everything up to here is on the bus. */
  readonly position: Position;
  /** The last position put into each partition of the bus; a partition that has nothing yet is not here. */
  readonly partitions: ReadonlyMap<number, Position>;
}

export interface BusWriter {
  /** Takes over the writing: whoever wrote before is shut out. Resolves once it is known what is on the bus. */
  open(): Promise<OpenBusWriter>;
}

export interface OpenBusWriter {
  /** What is on the bus for good. */
  readonly written: Written;
  /**
   * Puts the events, which follow on the last ones given, onto the bus in order; resolves once they are there for good, and consumers see
   * them at once or within milliseconds. Calls may overlap: they take effect in the order of the calls.
   * @throws WriterReplaced where another writer has taken over. After any other error the outcome is unknown and this writer is of no
   * use any more: open another and go on after what it says is written.
   */
  write(events: readonly RecordedEvent[]): Promise<void>;
  /** Waits for the writes under way. */
  close(): Promise<void>;
}

/** A newer writer has taken over; this one must end. */
export class WriterReplaced extends Error {
  override readonly name = 'WriterReplaced';
}
