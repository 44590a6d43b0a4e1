// Reading the whole journal without keeping the thread or the memory for it.
import { setImmediate } from 'node:timers/promises';
import { type Journal, type Position, type RecordedEvent, START } from '@tallystick/journal';

/** What the books are made from. */
export type BookJournal = Pick<Journal, 'readAll' | 'readStream' | 'head'>;

export const PAGE_EVENTS = 1_024;

export interface PageOptions {
  readonly after?: Position;
  /** The last position that counts. */
  readonly upTo: Position;
  readonly signal: AbortSignal;
}

/** Events above `after` up to `upTo`, in order. @throws the signal's reason where it is aborted */
export async function* journalPages(
  journal: BookJournal,
  { after = START, upTo, signal }: PageOptions,
): AsyncGenerator<readonly RecordedEvent[]> {
  let position = after;
  while (position < upTo) {
    signal.throwIfAborted();
    const page = await journal.readAll({ after: position, limit: PAGE_EVENTS });
    const last = page.at(-1);
    if (last === undefined) return;
    position = last.position;
    yield position <= upTo ? page : page.filter((event) => event.position <= upTo);
    await othersTurn();
  }
}

/** The embedded engine reads on the calling thread: between two pages, commands and signals have their turn. */
export async function othersTurn(): Promise<void> {
  await setImmediate();
}
