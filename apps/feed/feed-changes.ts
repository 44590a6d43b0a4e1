// What changed in an account's feed since a position.
import { feedChangeMonthsTable, feedChangesTable, feedItemsTable, placeOf } from '@tallystick/contracts';
import { monthOf } from '@tallystick/events';
import { type AccountId, max } from '@tallystick/ledger-core';
import type { Row, ViewReader } from '@tallystick/views';
import { isItem } from './feed-items.js';

export interface ChangesAsked {
  readonly accountId: AccountId;
  readonly after: bigint;
  /** How far the view had come before this was asked: what is written meanwhile is found by its own position the next time. */
  readonly visible: bigint;
  readonly limit: number;
}

export interface Changes {
  readonly rows: readonly Row[];
  /** What to ask after the next time. */
  readonly position: bigint;
  /** False where all that is visible was looked at. */
  readonly more: boolean;
}

const CHANGES_PER_READ = 256;
/** A call that finds little but items that changed again is ended here, so that it never holds the process up for long. */
const READS_PER_CALL = 16;
const MONTHS_PER_READ = 1_000;
/** Months of which as many changes are read as of the first; the ones after them are only asked where they begin. */
const MONTHS_READ_AHEAD = 4;

/** Each item once, at its last change: what changed again is skipped until then. */
export async function changesOf(views: ViewReader, asked: ChangesAsked, signal: AbortSignal): Promise<Changes> {
  const { accountId, after, visible, limit } = asked;
  const end = { position: max(visible, after), more: false };
  const rows: Row[] = [];
  let position = after;
  for (let reads = 0; reads < READS_PER_CALL; reads++) {
    signal.throwIfAborted();
    const { changes, isLastPage } = await pageAfter(views, accountId, position, visible);
    const newest = new Map(changes.map((change) => [change.itemId, change.position]));
    for (const change of changes) {
      position = change.position;
      if (newest.get(change.itemId) !== position) continue;
      const row = await itemRow(views, accountId, change.itemId);
      if (row?.revision !== position || rows.push(row) < limit) continue;
      const wasLast = isLastPage && change === changes.at(-1);
      return wasLast ? { rows, ...end } : { rows, position, more: true };
    }
    if (isLastPage) return { rows, ...end };
  }
  return { rows, position, more: true };
}

interface Change {
  readonly position: bigint;
  readonly itemId: string;
}

/**
 * The next changes in order of position, and whether these are all that are visible. Months overlap where clocks differ, so a page ends
 * where the first of the months that were not read to their end was left.
 */
async function pageAfter(
  views: ViewReader,
  accountId: AccountId,
  after: bigint,
  visible: bigint,
): Promise<{ readonly changes: readonly Change[]; readonly isLastPage: boolean }> {
  const months = await monthsWithChangesAfter(views, accountId, after);
  const slices = await Promise.all(
    months.map(async (month, index) => {
      const limit = index < MONTHS_READ_AHEAD ? CHANGES_PER_READ : 1;
      const partition = { account_id: accountId, month };
      const rows = await views.slice(feedChangesTable, { partition, after: { position: after }, limit });
      return { changes: rows.map(changeOf), isCut: rows.length === limit };
    }),
  );
  let until = visible;
  for (const { changes, isCut } of slices) {
    const last = changes.at(-1);
    if (isCut && last !== undefined && last.position < until) until = last.position;
  }
  const changes = slices.flatMap((slice) => slice.changes.filter(({ position }) => position <= until));
  if (slices.length > 1) changes.sort((left, right) => (left.position < right.position ? -1 : 1));
  return { changes, isLastPage: until === visible };
}

/** Ascending. A few rows a year; a month that is read here in vain had its last change before. */
async function monthsWithChangesAfter(views: ViewReader, accountId: AccountId, after: bigint): Promise<string[]> {
  const months: string[] = [];
  for (let last: string | null = null; ; ) {
    const page = await views.slice(feedChangeMonthsTable, {
      partition: { account_id: accountId },
      ...(last === null ? {} : { after: { month: last } }),
      limit: MONTHS_PER_READ,
    });
    for (const row of page) if ((row.last as bigint) > after) months.push(row.month as string);
    if (page.length < MONTHS_PER_READ) return months;
    last = page.at(-1)?.month as string;
  }
}

/** Undefined where there is no such item. */
export async function itemRow(views: ViewReader, accountId: AccountId, itemId: string): Promise<Row | undefined> {
  const key = { account_id: accountId, month: monthOf(itemId), place: placeOf(itemId) };
  const row = await views.get(feedItemsTable, key);
  return row !== undefined && isItem(row) ? row : undefined;
}

function changeOf(row: Row): Change {
  return { position: row.position as bigint, itemId: row.item_id as string };
}
