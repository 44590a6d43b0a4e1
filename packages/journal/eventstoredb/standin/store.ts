// The streams and the real server's rules for appending to them.
import { LogFile } from './log-file.js';
import { encodeRecord, type StoredEvent } from './record.js';

export const NO_STREAM = -1;
export const ANY = -2;
export const STREAM_EXISTS = -4;

export type AppendOutcome =
  | { readonly kind: 'stored'; readonly revision: number; readonly position: number }
  | { readonly kind: 'wrong'; readonly current: number };

export class Store {
  /** Positions of each stream's events; the last ones may not be durable yet. */
  readonly #streams = new Map<string, number[]>();
  /** Ids of the events that are not durable yet, by position. */
  readonly #undurable = new Map<number, Buffer>();
  readonly #watchers = new Set<() => void>();
  #log: LogFile | undefined;

  private constructor() {}

  /** Opens the file or creates it, after which appends and reads are as a node's that has just started. */
  static async open(path: string): Promise<Store> {
    const store = new Store();
    store.#log = await LogFile.open(path, (record) => store.#positionsOf(record.stream).push(record.position));
    store.#log.onCommit = () => {
      for (const wake of store.#watchers) wake();
    };
    return store;
  }

  get log(): LogFile {
    if (this.#log === undefined) throw new Error('the store is not open');
    return this.#log;
  }

  /**
   * Decides at once, in the order of the calls, and answers once everything the answer rests on is durable.
   * @param createdTicks 100 ns since 1970
   */
  append(
    stream: string,
    expected: number,
    events: readonly StoredEvent[],
    createdTicks: bigint,
  ): Promise<AppendOutcome> {
    const outcome = this.#check(stream, expected, events) ?? this.#add(stream, events, createdTicks);
    return this.log.durable().then(() => outcome);
  }

  /** Positions of the stream's events, by revision; those from `length` on are not durable yet. */
  stream(name: string): { readonly positions: readonly number[]; readonly length: number } {
    const positions = this.#streams.get(name) ?? [];
    const { durableEnd } = this.log;
    let length = positions.length;
    while (length > 0 && (positions[length - 1] ?? 0) >= durableEnd) length--;
    return { positions, length };
  }

  /** Calls `wake` after every commit. @returns ends the calls */
  watch(wake: () => void): () => void {
    this.#watchers.add(wake);
    return () => this.#watchers.delete(wake);
  }

  close(): Promise<void> {
    return this.log.close();
  }

  #positionsOf(stream: string): number[] {
    const known = this.#streams.get(stream);
    if (known !== undefined) return known;
    const positions: number[] = [];
    this.#streams.set(stream, positions);
    return positions;
  }

  /** The server's check of a commit; undefined where the events are to be added. ANY and STREAM_EXISTS are not idempotent here. */
  #check(stream: string, expected: number, events: readonly StoredEvent[]): AppendOutcome | undefined {
    const positions = this.#streams.get(stream) ?? [];
    const current = positions.length - 1;
    if (expected === ANY || (expected === STREAM_EXISTS && current >= 0)) return undefined;
    // At the head no id is looked at: the same ids under the new revision are new events.
    if (expected === current) return undefined;
    if (expected > current || expected === STREAM_EXISTS || events.length === 0) return { kind: 'wrong', current };
    const again = events.every((event, i) => {
      const position = positions[expected + 1 + i];
      return position !== undefined && this.#idAt(position).equals(event.id);
    });
    if (!again) return { kind: 'wrong', current };
    const revision = expected + events.length;
    return { kind: 'stored', revision, position: positions[revision] ?? 0 };
  }

  #idAt(position: number): Buffer {
    return this.#undurable.get(position) ?? this.log.at(position).id;
  }

  #add(stream: string, events: readonly StoredEvent[], createdTicks: bigint): AppendOutcome {
    const positions = this.#positionsOf(stream);
    const added: number[] = [];
    for (const [index, event] of events.entries()) {
      const position = this.log.end;
      const revision = positions.length;
      this.log.add(encodeRecord(event, { stream, revision, createdTicks, last: index === events.length - 1 }));
      positions.push(position);
      added.push(position);
      this.#undurable.set(position, event.id);
    }
    const forget = () => {
      for (const position of added) this.#undurable.delete(position);
    };
    this.log.durable().then(forget, () => undefined);
    return { kind: 'stored', revision: positions.length - 1, position: positions.at(-1) ?? 0 };
  }
}
