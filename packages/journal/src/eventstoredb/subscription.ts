// What Journal.subscribe promises over feeds that end: another one from the last position given, after pauses that grow.
import { setTimeout as pause } from 'node:timers/promises';
import type { JournalUnavailable, Position, RecordedEvent } from '../port.js';
import type { Connection, Line } from './connection.js';
import { readFailed } from './failures.js';
import { Feed } from './feed.js';

export interface SubscriptionOptions {
  readonly connection: Connection;
  readonly after: Position;
  readonly signal: AbortSignal;
  readonly silenceMs: number;
  readonly head: () => Promise<Position>;
  /** Told once of every outage. */
  readonly report: (trouble: JournalUnavailable) => void;
  /** From 0 up to 1: so that not everyone comes back at the same moment. */
  readonly random: () => number;
}

const PAUSE_MS = 100;
const PAUSE_MS_MAX = 5_000;

export async function* subscribe(options: SubscriptionOptions): AsyncGenerator<readonly RecordedEvent[], void, void> {
  const { connection, signal, report } = options;
  let { after } = options;
  let failures = 0;
  while (!signal.aborted) {
    let line: Line | undefined;
    let feed: Feed | undefined;
    const stop = () => feed?.stop();
    signal.addEventListener('abort', stop);
    try {
      line = await connection.line();
      if (signal.aborted) return;
      let alive = 0;
      // Confirmed is not enough: some servers confirm and then drop.
      const onAlive = () => {
        if (++alive > 1) failures = 0;
      };
      feed = new Feed(connection, line, { after, silenceMs: options.silenceMs, head: options.head, onAlive });
      for (;;) {
        const events = await feed.take();
        if (signal.aborted) return;
        failures = 0;
        after = events.at(-1)?.position ?? after;
        yield events;
        if (signal.aborted) return;
      }
    } catch (error) {
      if (signal.aborted) return;
      const failure = connection.failed(error, line);
      if (failures++ === 0) report(readFailed(failure));
    } finally {
      signal.removeEventListener('abort', stop);
      feed?.stop();
    }
    await pauseFor(failures, options);
  }
}

async function pauseFor(failures: number, { signal, random }: SubscriptionOptions): Promise<void> {
  const ms = Math.min(PAUSE_MS * 2 ** (failures - 1), PAUSE_MS_MAX);
  await pause(ms * (0.5 + random() / 2), undefined, { signal }).catch(() => undefined);
}
