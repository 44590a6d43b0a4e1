import type { Position, RecordedEvent } from './port.js';

/** Where subscriptions wait for new events. */
export class Tail {
  #version = 0;
  #closed = false;
  #waiting: (() => void)[] = [];
  #timer: NodeJS.Timeout | undefined;

  /** @param pollMs look again after so many milliseconds without a wake-up, for what other processes append; by default never */
  constructor(private readonly pollMs?: number) {}

  /** Counts the wake-ups: read it before the store, so that none in between is missed. */
  get version(): number {
    return this.#version;
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** There may be new events. */
  readonly wake = (): void => {
    this.#version++;
    if (this.#waiting.length === 0) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  };

  /** Resolves at the first wake-up after `seen`. */
  changed(seen: number): Promise<void> {
    if (seen !== this.#version) return Promise.resolve();
    if (this.pollMs !== undefined) this.#timer ??= setTimeout(this.wake, this.pollMs);
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** Ends every subscription. */
  close(): void {
    this.#closed = true;
    this.wake();
  }
}

export interface FollowOptions {
  readonly after: Position;
  readonly signal: AbortSignal;
  /** Events per batch, at most. */
  readonly pageSize: number;
  readonly readAll: (options: { readonly after: Position; readonly limit: number }) => Promise<RecordedEvent[]>;
  /** Run between batches, where reading would otherwise keep the event loop from timers, sockets and aborts. */
  readonly breathe?: () => Promise<void>;
}

/** What `Journal.subscribe` promises, over any store that pages and wakes a tail. */
export async function* follow(
  tail: Tail,
  options: FollowOptions,
): AsyncGenerator<readonly RecordedEvent[], void, void> {
  const { signal, pageSize: limit, readAll, breathe } = options;
  let after = options.after;
  signal.addEventListener('abort', tail.wake);
  try {
    while (!signal.aborted && !tail.closed) {
      const seen = tail.version;
      const events = await readAll({ after, limit });
      const last = events.at(-1);
      if (last === undefined) {
        await tail.changed(seen);
        continue;
      }
      if (signal.aborted || tail.closed) return;
      after = last.position;
      yield events;
      if (breathe !== undefined) await breathe();
    }
  } finally {
    signal.removeEventListener('abort', tail.wake);
  }
}
