// What the feed service answers, from its view.
import { type feedContract, feedItemsTable, type HandlersOf, placeOf } from '@tallystick/contracts';
import { monthOf, tellsItsMonth } from '@tallystick/events';
import type { AccountId } from '@tallystick/ledger-core';
import { CallFailed } from '@tallystick/transport';
import type { Freshness, Row, ViewReader } from '@tallystick/views';
import { changesOf, itemRow } from './feed-changes.js';
import { type Item, isItem, itemOf, type OpenPersonal } from './feed-items.js';
import { monthsBefore } from './feed-months.js';
import { spendingOf } from './feed-spending.js';

type Handlers = HandlersOf<typeof feedContract>;

/** Under which name and in which partition the view's writer says how far it came. */
export interface ViewProgress {
  readonly consumer: string;
  readonly partitionOf: (accountId: AccountId) => number;
}

export interface FeedPorts {
  readonly views: ViewReader;
  readonly freshness: Freshness;
  readonly progress: ViewProgress;
  readonly open: OpenPersonal;
}

export class Feed implements Handlers {
  constructor(private readonly ports: FeedPorts) {}

  get: Handlers['get'] = async ({ accountId, itemId, minPosition }, { signal }) => {
    if (!namesAnItem(itemId)) return { found: null };
    await this.isFresh(accountId, minPosition, signal);
    const row = await itemRow(this.ports.views, accountId, itemId);
    return { found: row === undefined ? null : await itemOf(accountId, row, this.ports.open) };
  };

  list: Handlers['list'] = async ({ accountId, minPosition, before, limit }, { signal }) => {
    if (before !== null && !namesAnItem(before)) throw notAnItem();
    await this.isFresh(accountId, minPosition, signal);
    const position = await this.progress(accountId);
    const rows: Row[] = [];
    const first = before === null ? null : monthOf(before);
    if (before !== null && first !== null)
      await this.collect({ account_id: accountId, month: first }, placeOf(before), limit, rows);
    for await (const month of monthsBefore(this.ports.views, accountId, first)) {
      if (rows.length >= limit) break;
      await this.collect({ account_id: accountId, month }, null, limit, rows);
    }
    return { items: await this.itemsOf(accountId, rows), position };
  };

  changes: Handlers['changes'] = async ({ accountId, after, minPosition, limit }, { signal }) => {
    await this.isFresh(accountId, minPosition, signal);
    const visible = await this.progress(accountId);
    const { rows, position, more } = await changesOf(this.ports.views, { accountId, after, visible, limit }, signal);
    return { items: await this.itemsOf(accountId, rows), position, more };
  };

  spending: Handlers['spending'] = async ({ accountId, from, to, by, minPosition }, { signal }) => {
    await this.isFresh(accountId, minPosition, signal);
    return { lines: await spendingOf(this.ports.views, { accountId, from, to, by }, signal) };
  };

  /** The position up to which the view holds all that the journal says of the account. */
  progress(accountId: AccountId): Promise<bigint> {
    const { consumer, partitionOf } = this.ports.progress;
    return this.ports.views.progress(consumer, partitionOf(accountId));
  }

  private async isFresh(accountId: AccountId, minPosition: bigint, signal: AbortSignal): Promise<void> {
    if (minPosition > 0n) await this.ports.freshness.waitUntil(minPosition, signal, accountId);
  }

  /** Items of a month from a place on, until there are so many. */
  private async collect(partition: Row, from: string | null, limit: number, rows: Row[]): Promise<void> {
    for (let place = from; ; ) {
      const wanted = limit - rows.length;
      const after = place === null ? {} : { after: { place } };
      const page = await this.ports.views.slice(feedItemsTable, { partition, ...after, limit: wanted });
      for (const row of page) if (isItem(row)) rows.push(row);
      if (page.length < wanted || rows.length >= limit) return;
      place = page.at(-1)?.place as string;
    }
  }

  private itemsOf(accountId: AccountId, rows: readonly Row[]): Promise<Item[]> {
    return Promise.all(rows.map((row) => itemOf(accountId, row, this.ports.open)));
  }
}

function namesAnItem(id: string): boolean {
  return tellsItsMonth(id, 'tx') || tellsItsMonth(id, 'item');
}

function notAnItem(): CallFailed {
  const message = 'before must be the id of an item';
  return new CallFailed({ code: 'bad_request.bad_param.before', message, retryable: false });
}
