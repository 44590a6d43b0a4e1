// Copies the journal to the bus: every event once, in the journal's order, for as long as it runs.
import { type BusWriter, type OpenBusWriter, type Pause, WriterReplaced, type Written } from '@tallystick/bus';
import type { Journal, RecordedEvent } from '@tallystick/journal';
import { Copying } from './copying.js';

export interface RelayPorts {
  readonly journal: Pick<Journal, 'subscribe'>;
  readonly writer: BusWriter;
  readonly pause: Pause;
  /** Milliseconds, of a clock that does not go backwards. */
  readonly now: () => number;
  /** Told once of each outage. */
  readonly report: (error: unknown) => void;
}

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 5_000;

export class Relay {
  /** Events put onto the bus since this started. */
  relayed = 0;
  #written: Written | undefined;
  #progressedAt: number;

  constructor(private readonly ports: RelayPorts) {
    this.#progressedAt = ports.now();
  }

  /** What is on the bus; undefined before that is known. */
  get written(): Written | undefined {
    return this.#written;
  }

  /** Since something was last put onto the bus, or since this started. */
  get secondsSinceProgress(): number {
    return (this.ports.now() - this.#progressedAt) / 1_000;
  }

  /**
   * Until the signal is aborted or the journal is closed; it recovers from everything else by itself.
   * @throws WriterReplaced where a newer relay has taken over
   */
  async run(signal: AbortSignal): Promise<void> {
    let failures = 0;
    let told = '';
    while (!signal.aborted) {
      const before = this.relayed;
      try {
        return await this.#copy(signal);
      } catch (error) {
        if (error instanceof WriterReplaced) throw error;
        if (signal.aborted) return;
        if (this.relayed > before) {
          failures = 0;
          told = '';
        }
        const why = error instanceof Error ? error.message : String(error);
        if (why !== told) this.ports.report(new Error(`relay: ${why}; trying again`, { cause: error }));
        told = why;
        await this.ports.pause(Math.min(FIRST_PAUSE_MS * 2 ** failures++, LONGEST_PAUSE_MS), signal);
      }
    }
  }

  async #copy(signal: AbortSignal): Promise<void> {
    const open = await this.ports.writer.open();
    this.#written = open.written;
    try {
      const copying = new Copying((events) => this.#write(open, events));
      const reading = AbortSignal.any([signal, copying.failed]);
      for await (const events of this.ports.journal.subscribe(open.written.position, reading))
        await copying.add(events);
      await copying.finish();
    } finally {
      await open.close();
    }
  }

  async #write(open: OpenBusWriter, events: readonly RecordedEvent[]): Promise<void> {
    await open.write(events);
    this.#written = open.written;
    this.#progressedAt = this.ports.now();
    this.relayed += events.length;
  }
}
