// A reader of the feed beside the process that writes: it opens the views read-only, as another process may.
import { existsSync } from 'node:fs';
import { expect } from '@jest/globals';
import type { AccountId } from '@tallystick/ledger-core';
import { contextsOf } from '@tallystick/transport';
import { currentGeneration, openReader } from '@tallystick/views/sqlite/index';
import { AccountReads } from '../accounts/account-reads.js';
import { Feed } from '../feed/feed.js';
import type { Item } from '../feed/feed-items.js';
import type { DataFolder } from './bank-process.suite.js';
import { VIEWS_CONSUMER } from './projections.js';

/** Somebody who polls the changes of every account of a folder that another process writes to. */
export class Poller {
  private readonly views;
  private readonly feed;
  private readonly held = new Map<AccountId, { after: bigint; readonly items: Map<string, Item> }>();
  private readonly context = contextsOf('spec')('spec', 'spec');
  changes = 0;

  constructor(
    path: string,
    private readonly random: () => number,
  ) {
    this.views = openReader(path);
    this.feed = new Feed({
      views: this.views,
      freshness: { waitUntil: () => Promise.resolve() },
      progress: { consumer: VIEWS_CONSUMER, partitionOf: () => 0 },
      open: () => Promise.reject(new Error('nobody posted anything')),
    });
  }

  async accounts(): Promise<AccountId[]> {
    const { accounts } = await new AccountReads(this.views).list({ after: null, limit: 1_000 }, this.context);
    return accounts.map(({ id }) => id);
  }

  /** One page of some account. */
  async poll(): Promise<void> {
    const accounts = await this.accounts();
    const account = accounts[Math.floor(this.random() * accounts.length)];
    if (account !== undefined) await this.page(account);
  }

  async finish(): Promise<void> {
    for (const account of await this.accounts()) while (await this.page(account));
  }

  async expectComplete(): Promise<void> {
    const accounts = await this.accounts();
    expect(accounts.length).toBeGreaterThan(0);
    for (const accountId of accounts) {
      const asked = { accountId, minPosition: 0n, before: null, limit: 1_000 };
      const { items } = await this.feed.list(asked, this.context);
      const held = [...(this.held.get(accountId)?.items.values() ?? [])];
      expect(new Map(held.map((item) => [item.id, item]))).toEqual(new Map(items.map((item) => [item.id, item])));
    }
  }

  close(): void {
    this.views.close();
  }

  private async page(accountId: AccountId): Promise<boolean> {
    const held = this.held.get(accountId) ?? { after: 0n, items: new Map() };
    this.held.set(accountId, held);
    const limit = 1 + Math.floor(this.random() * 9);
    const asked = { accountId, minPosition: 0n, after: held.after, limit };
    const { items, position, more } = await this.feed.changes(asked, this.context);
    for (const item of items) {
      expect(item.revision).toBeGreaterThan(held.items.get(item.id)?.revision ?? held.after);
      held.items.set(item.id, item);
    }
    held.after = position;
    this.changes += items.length;
    return more;
  }
}

/** Undefined while the views are being made. */
export async function pollerOf(data: DataFolder, random: () => number): Promise<Poller | undefined> {
  if (!existsSync(data.path)) return undefined;
  const live = currentGeneration(data.path);
  if (live === undefined) return undefined;
  const poller = new Poller(live.path, random);
  try {
    await poller.accounts();
    return poller;
  } catch {
    poller.close();
    return undefined;
  }
}
