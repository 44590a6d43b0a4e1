// A bus in memory that is written to as Kafka is: whole batches, an outcome that may stay unknown, and one writer at a time.
import { type BusWriter, type OpenBusWriter, WriterReplaced, type Written } from '@tallystick/bus';
import { type RecordedEvent, START } from '@tallystick/journal';

/** What becomes of a write: it may fail before or after it took effect. */
export type Fate = 'works' | 'is lost' | 'works, but says that it failed';

export class MemoryBus implements BusWriter {
  readonly events: RecordedEvent[] = [];
  readonly batches: number[] = [];
  /** Asked of every write, in order. */
  fate: () => Fate = () => 'works';
  /** Each write waits for this first. */
  gate: Promise<void> = Promise.resolve();
  /** Opening fails for so long. */
  away = false;
  opened = 0;

  async open(): Promise<OpenBusWriter> {
    if (this.away) throw new Error('the bus is away');
    return new OpenMemoryBus(this, ++this.opened);
  }
}

class OpenMemoryBus implements OpenBusWriter {
  written: Written;
  #turn: Promise<void> = Promise.resolve();
  #failed = false;

  constructor(
    private readonly bus: MemoryBus,
    private readonly number: number,
  ) {
    this.written = this.#writtenSoFar();
  }

  write(events: readonly RecordedEvent[]): Promise<void> {
    const turn = this.#turn.then(() => this.#write(events));
    this.#turn = turn.catch(() => undefined);
    return turn;
  }

  close(): Promise<void> {
    return this.#turn;
  }

  async #write(events: readonly RecordedEvent[]): Promise<void> {
    await this.bus.gate;
    if (this.#failed) throw new Error('a write before this one failed');
    if (this.bus.opened !== this.number) throw new WriterReplaced('another has taken over');
    const fate = this.bus.fate();
    if (fate !== 'is lost') {
      this.bus.events.push(...events);
      this.bus.batches.push(events.length);
    }
    if (fate === 'works') this.written = this.#writtenSoFar();
    else {
      this.#failed = true;
      throw new Error(fate);
    }
  }

  #writtenSoFar(): Written {
    const position = this.bus.events.at(-1)?.position ?? START;
    return { position, partitions: position === START ? new Map() : new Map([[0, position]]) };
  }
}
