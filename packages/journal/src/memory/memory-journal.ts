import { checkAppend, checkLimit, sameBytes } from '../arguments.js';
import {
  type AppendResult,
  type EncodedEvent,
  type Journal,
  JournalUnavailable,
  type Position,
  type ReadStreamOptions,
  type RecordedEvent,
  RevisionConflict,
  START,
} from '../port.js';
import { follow, Tail } from '../tail.js';

const PAGE_SIZE = 512;

export interface MemoryStoreOptions {
  readonly journalId: string;
  /** Distance between two positions: above 1, as an adapter with gaps. */
  readonly positionStep?: bigint;
}

/** What several `MemoryJournal`s share, as several processes share a file. Deterministic: nothing in it waits, draws or looks at a clock. */
export class MemoryStore {
  readonly journalId: string;
  /** The tails of the journals over this store. */
  readonly tails = new Set<Tail>();
  readonly #step: bigint;
  readonly #all: RecordedEvent[] = [];
  readonly #streams = new Map<string, RecordedEvent[]>();

  constructor({ journalId, positionStep = 1n }: MemoryStoreOptions) {
    this.journalId = journalId;
    this.#step = positionStep;
  }

  append(stream: string, expectedRevision: number, events: readonly EncodedEvent[]): AppendResult {
    const stored = this.#streams.get(stream) ?? [];
    if (stored.length !== expectedRevision + 1) {
      const first = repeated(stored, expectedRevision, events);
      if (first !== undefined) return first;
      throw new RevisionConflict(stream, expectedRevision, stored.length - 1);
    }
    for (const event of events) {
      const recorded = {
        position: this.head() + this.#step,
        stream,
        revision: stored.length,
        eventId: new Uint8Array(event.eventId),
        metadata: new Uint8Array(event.metadata),
        payload: new Uint8Array(event.payload),
      };
      stored.push(recorded);
      this.#all.push(recorded);
    }
    this.#streams.set(stream, stored);
    for (const tail of this.tails) tail.wake();
    return { revision: stored.length - 1, position: this.head() };
  }

  readStream(stream: string, { direction = 'forwards', fromRevision, limit }: ReadStreamOptions): RecordedEvent[] {
    const stored = this.#streams.get(stream) ?? [];
    if (direction === 'forwards') {
      const from = Math.max(fromRevision ?? 0, 0);
      return stored.slice(from, from + limit);
    }
    const end = Math.min((fromRevision ?? stored.length - 1) + 1, stored.length);
    return stored.slice(Math.max(end - limit, 0), Math.max(end, 0)).reverse();
  }

  readAll(after: Position, limit: number): RecordedEvent[] {
    // Positions are START + n steps, so the first event above `after` is at this index.
    const from = after < START ? 0 : Number((after - START) / this.#step);
    return this.#all.slice(from, from + limit);
  }

  head(): Position {
    return this.#all.at(-1)?.position ?? START;
  }
}

/** Journal in memory: what the contract suite proves here holds for tests and the simulator that use it. */
export class MemoryJournal implements Journal {
  readonly id: string;
  readonly #store: MemoryStore;
  readonly #tail = new Tail();

  constructor(store: MemoryStore) {
    this.id = store.journalId;
    this.#store = store;
    store.tails.add(this.#tail);
  }

  async append(stream: string, expectedRevision: number, events: readonly EncodedEvent[]): Promise<AppendResult> {
    checkAppend(expectedRevision, events);
    return this.#open().append(stream, expectedRevision, events);
  }

  async readStream(stream: string, options: ReadStreamOptions): Promise<RecordedEvent[]> {
    checkLimit(options.limit);
    return this.#open().readStream(stream, options);
  }

  async readAll({ after, limit }: { readonly after: Position; readonly limit: number }): Promise<RecordedEvent[]> {
    checkLimit(limit);
    return this.#open().readAll(after, limit);
  }

  subscribe(after: Position, signal: AbortSignal): AsyncIterable<readonly RecordedEvent[]> {
    return follow(this.#tail, { after, signal, pageSize: PAGE_SIZE, readAll: (options) => this.readAll(options) });
  }

  async head(): Promise<Position> {
    return this.#open().head();
  }

  async close(): Promise<void> {
    this.#store.tails.delete(this.#tail);
    this.#tail.close();
  }

  #open(): MemoryStore {
    if (this.#tail.closed) throw new JournalUnavailable('the journal is closed', false);
    return this.#store;
  }
}

function repeated(
  stored: readonly RecordedEvent[],
  expectedRevision: number,
  events: readonly EncodedEvent[],
): AppendResult | undefined {
  const first = stored.slice(expectedRevision + 1, expectedRevision + 1 + events.length);
  const last = first.at(-1);
  if (last === undefined || first.length !== events.length) return undefined;
  const same = first.every((event, i) => sameBytes(event.eventId, events[i]?.eventId ?? new Uint8Array()));
  return same ? { revision: last.revision, position: last.position } : undefined;
}
