// Where each journal entry lies in the journal, in order of (value date, entry id).
import type { BookDate } from '@tallystick/contracts/book-date';
import { fieldsReader } from '@tallystick/events';
import { type Position, START } from '@tallystick/journal';
import type { EntryId, LocalDate } from '@tallystick/ledger-core';
import { readTimes } from './as-of.js';
import { type BookJournal, journalPages } from './journal-pages.js';
import { compare } from './trial-balance.js';

export interface Place {
  readonly date: LocalDate;
  readonly entryId: EntryId;
  readonly position: Position;
  /** Position of the event before it, whatever that is: from there it can be read. */
  readonly after: Position;
  /** Which event of the journal it is: from 0, without gaps. */
  readonly ordinal: number;
}

/** Places up to a position; never changed, so that a reader may hold on to it while another index is made. */
export class EntryIndex {
  static readonly EMPTY = new EntryIndex([], START, 0);

  private constructor(
    private readonly places: readonly Place[],
    readonly upTo: Position,
    /** How many events there are up to it. */
    private readonly events: number,
  ) {}

  /** This index with what the journal has between it and `upTo`. @throws the signal's reason where it is aborted */
  async extendedTo(upTo: Position, journal: BookJournal, dateOf: BookDate, signal: AbortSignal): Promise<EntryIndex> {
    if (upTo <= this.upTo) return this;
    const places = [...this.places];
    let after = this.upTo;
    let ordinal = this.events;
    for await (const page of journalPages(journal, { after: this.upTo, upTo, signal })) {
      for (const { metadata, payload, position } of page) {
        const { entry } = readEntry(payload);
        if (entry !== undefined && entry !== null) {
          const date = dateOf(readTimes(metadata).effectiveAt);
          places.push({ date, entryId: entry.entryId, position, after, ordinal });
        }
        after = position;
        ordinal++;
      }
    }
    return new EntryIndex(places.sort(inOrder), upTo, ordinal);
  }

  /** At most `limit` places after `after`, of the dates `from` to `to` and of positions up to `upTo`. */
  select(
    {
      from,
      to,
      after,
      limit,
    }: {
      readonly from: LocalDate | null;
      readonly to: LocalDate | null;
      readonly after: Pick<Place, 'date' | 'entryId'> | null;
      readonly limit: number;
    },
    upTo: Position,
  ): Place[] {
    const selected: Place[] = [];
    const first = this.search((place) =>
      after === null ? from === null || place.date >= from : inOrder(place, after) > 0,
    );
    for (let i = first; i < this.places.length && selected.length < limit; i++) {
      const place = this.places[i];
      if (place === undefined || (to !== null && place.date > to)) break;
      if (place.position <= upTo) selected.push(place);
    }
    return selected;
  }

  /** The first place from which on it holds. */
  private search(holds: (place: Place) => boolean): number {
    let [low, high] = [0, this.places.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      const place = this.places[middle];
      if (place !== undefined && holds(place)) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}

const readEntry = fieldsReader(['entry']);

function inOrder(a: Pick<Place, 'date' | 'entryId'>, b: Pick<Place, 'date' | 'entryId'>): number {
  return compare(a.date, b.date) || compare(a.entryId, b.entryId);
}
