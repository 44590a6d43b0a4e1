// The writers of one kind of stream: one per stream, so that its commands meet in one append, and as many as fit in memory.
import type { CallContext } from '@tallystick/contracts';
import type { Decided, StreamState } from './aggregate.js';
import type { Envelope, Outcome } from './envelope.js';
import type { StreamWriter } from './stream-writer.js';

interface Cached<State extends StreamState, Command extends Decided> {
  readonly writer: StreamWriter<State, Command>;
  weight: number;
}

export class WriterCache<Id extends string, State extends StreamState, Command extends Decided> {
  /** In order of use, the least recently used first. */
  private readonly cached = new Map<Id, Cached<State, Command>>();
  private weight = 0;

  constructor(
    /** How many remembered things (commands, transactions, presentments) all states together may hold. */
    private readonly weightMax: number,
    private readonly writerOf: (id: Id) => StreamWriter<State, Command>,
    /** Told of each state that is let go of. */
    private readonly evicted: (id: Id, state: State) => void = () => undefined,
  ) {}

  async execute(id: Id, envelopes: readonly Envelope<Command>[], context: CallContext): Promise<Outcome[]> {
    const used = this.use(id);
    try {
      return await used.writer.execute(envelopes, context);
    } finally {
      this.weigh(id, used);
    }
  }

  /** The writer of a stream that is cached. */
  get(id: Id): StreamWriter<State, Command> | undefined {
    return this.cached.get(id)?.writer;
  }

  *settledStates(): Iterable<[Id, State]> {
    for (const [id, { writer }] of this.cached) if (writer.settledState !== undefined) yield [id, writer.settledState];
  }

  private use(id: Id): Cached<State, Command> {
    const known = this.cached.get(id);
    if (known !== undefined) this.cached.delete(id);
    const used = known ?? { writer: this.writerOf(id), weight: 0 };
    this.cached.set(id, used);
    return used;
  }

  private weigh(id: Id, used: Cached<State, Command>): void {
    // Evicted between its answer and here: its weight went with it.
    if (this.cached.get(id) !== used) return;
    const { weight } = used.writer;
    this.weight += weight - used.weight;
    used.weight = weight;
    if (this.weight > this.weightMax) this.evict(used);
  }

  private evict(inUse: Cached<State, Command>): void {
    for (const [id, each] of this.cached) {
      if (this.weight <= this.weightMax) return;
      if (each === inUse || !each.writer.idle) continue;
      this.cached.delete(id);
      this.weight -= each.weight;
      if (each.writer.settledState !== undefined) this.evicted(id, each.writer.settledState);
    }
  }
}
