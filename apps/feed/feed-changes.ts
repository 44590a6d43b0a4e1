// What changed in an account's feed since a position.
import { feedChangesTable, feedItemsTable, placeOf } from '@tallystick/contracts';
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

/** Each item once, at its last change: what changed again is skipped until then. */
export async function changesOf(views: ViewReader, asked: ChangesAsked, signal: AbortSignal): Promise<Changes> {
  const { accountId, after, visible, limit } = asked;
  const end = { position: max(visible, after), more: false };
  const rows: Row[] = [];
  let position = after;
  for (let reads = 0; reads < READS_PER_CALL; reads++) {
    signal.throwIfAborted();
    const page = await views.slice(feedChangesTable, {
      partition: { account_id: accountId },
      after: { position },
      limit: CHANGES_PER_READ,
    });
    const changes = page.map(changeOf).filter((change) => change.position <= visible);
    const isLastPage = changes.length < CHANGES_PER_READ;
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

/** Undefined where there is no such item. */
export async function itemRow(views: ViewReader, accountId: AccountId, itemId: string): Promise<Row | undefined> {
  const key = { account_id: accountId, month: monthOf(itemId), place: placeOf(itemId) };
  const row = await views.get(feedItemsTable, key);
  return row !== undefined && isItem(row) ? row : undefined;
}

function changeOf(row: Row): { readonly position: bigint; readonly itemId: string } {
  return { position: row.position as bigint, itemId: row.item_id as string };
}
