// The journal entries by (value date, entry id): an index says where each lies, and only a page of them is read at a time.
import type { BookDate } from '@tallystick/contracts/book-date';
import { decodePayload } from '@tallystick/events';
import type { Position } from '@tallystick/journal';
import type {
  CurrencyCode,
  EntryId,
  EventType,
  LedgerAccount,
  LocalDate,
  Minor,
  Posting,
} from '@tallystick/ledger-core';
import { describe } from './description.js';
import { EntryIndex, type Place } from './entry-index.js';
import { type BookJournal, othersTurn, PAGE_EVENTS } from './journal-pages.js';
import { bookAccountOf } from './trial-balance.js';

export interface BookPosting {
  readonly account: LedgerAccount;
  readonly currency: CurrencyCode;
  /** One of the two is 0. */
  readonly debit: Minor;
  readonly credit: Minor;
}

export interface BookEntry {
  readonly entryId: EntryId;
  readonly date: LocalDate;
  readonly type: EventType;
  readonly description: string;
  readonly postings: readonly BookPosting[];
}

/** The last entry of the page before; `upTo` keeps all pages at one state of the journal. */
export interface EntryCursor {
  readonly date: LocalDate;
  readonly entryId: EntryId;
  readonly upTo: Position;
}

export interface EntryPageRequest {
  readonly from: LocalDate | null;
  readonly to: LocalDate | null;
  readonly after: EntryCursor | null;
  readonly limit: number;
}

export class JournalEntries {
  /** Kept while someone pages, for reading the journal once per page would take long; let go of after a last page. */
  private current = EntryIndex.EMPTY;
  private indexing: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly journal: BookJournal,
    private readonly dateOf: BookDate,
  ) {}

  /** @throws the signal's reason where it is aborted */
  async page(
    request: EntryPageRequest,
    signal: AbortSignal,
  ): Promise<{ entries: BookEntry[]; next: EntryCursor | null }> {
    const upTo = request.after?.upTo ?? (await this.journal.head());
    const index = await this.indexTo(upTo, signal);
    const places = index.select(request, upTo);
    const last = places.length < request.limit ? undefined : places.at(-1);
    const entries = await this.read(places, signal);
    if (last === undefined) this.current = EntryIndex.EMPTY;
    return { entries, next: last === undefined ? null : { date: last.date, entryId: last.entryId, upTo } };
  }

  /** One after the other; that an earlier caller gave up is no matter of the next. */
  private indexTo(upTo: Position, signal: AbortSignal): Promise<EntryIndex> {
    const extended = this.indexing.then(async () => {
      this.current = await this.current.extendedTo(upTo, this.journal, this.dateOf, signal);
      return this.current;
    });
    this.indexing = extended.catch(() => {});
    return extended;
  }

  private async read(places: readonly Place[], signal: AbortSignal): Promise<BookEntry[]> {
    const found = new Map<Position, BookEntry>();
    const byPosition = new Map(places.map((place) => [place.position, place]));
    for (const { after, first, last } of runsOf(places)) {
      signal.throwIfAborted();
      const events = await this.journal.readAll({ after, limit: last - first + 1 });
      for (const { position, payload } of events) {
        const place = byPosition.get(position);
        if (place !== undefined) found.set(position, entryOf(place, payload));
      }
      await othersTurn();
    }
    return places.flatMap(({ position }) => found.get(position) ?? []);
  }
}

/** So many events read in vain cost less than one more query. */
const READ_THROUGH = 24;

/** Events that are read at once, by their ordinals. */
interface Run {
  readonly after: Position;
  readonly first: number;
  last: number;
}

/** Places put together into stretches of the journal. */
function runsOf(places: readonly Place[]): Run[] {
  const runs: Run[] = [];
  let run: Run | undefined;
  for (const { after, ordinal } of [...places].sort((a, b) => a.ordinal - b.ordinal)) {
    if (run !== undefined && ordinal - run.last <= READ_THROUGH && ordinal - run.first < PAGE_EVENTS)
      run.last = ordinal;
    else {
      run = { after, first: ordinal, last: ordinal };
      runs.push(run);
    }
  }
  return runs;
}

function entryOf({ date, entryId, position }: Place, payload: Uint8Array): BookEntry {
  const event = decodePayload(payload);
  if (!('entry' in event) || event.entry === null)
    throw new Error(`the event at ${position} had an entry and has none`);
  return {
    entryId,
    date,
    type: event.type,
    description: describe(event),
    postings: event.entry.postings.map(bookPosting),
  };
}

function bookPosting(posting: Posting): BookPosting {
  const { side, amount, currency } = posting;
  const account = bookAccountOf(posting);
  return side === 'DEBIT'
    ? { account, currency, debit: amount, credit: 0n }
    : { account, currency, debit: 0n, credit: amount };
}
