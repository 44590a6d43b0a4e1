import { describe, expect, it } from '@jest/globals';
import { feedChangeMonthsTable, feedChangesTable, feedItemsTable, placeOf } from '@tallystick/contracts';
import { deriveId, monthOf } from '@tallystick/events';
import type { AccountId } from '@tallystick/ledger-core';
import { checkAsync } from '@tallystick/ledger-core/account/replayable.suite';
import type { Upsert } from '@tallystick/views';
import { MemoryViews } from '@tallystick/views/memory/index';
import fc from 'fast-check';
import { changesOf } from './feed-changes.js';

const account = 'acc_1' as AccountId;
const progress = { consumer: 'spec', partition: 0, position: 1n };
const itemIds = Array.from({ length: 300 }, (_, i) => deriveId('tx', BigInt(i) * 1_000n, 'spec', String(i)));

interface Change {
  readonly item: number;
  readonly month: number;
}

/** The n-th change is at position 10n; each item has its last one as its revision. */
async function viewsWith(changes: readonly Change[]): Promise<MemoryViews> {
  const views = new MemoryViews();
  await views.prepare([feedItemsTable, feedChangesTable, feedChangeMonthsTable]);
  const upserts = changes.flatMap(({ item, month }, index): Upsert[] => {
    const position = BigInt(index + 1) * 10n;
    const itemId = itemIds[item] ?? '';
    const key = { account_id: account, month: `month ${String(month).padStart(4, '0')}` };
    const itemKey = { account_id: account, month: monthOf(itemId), place: placeOf(itemId) };
    return [
      { table: feedItemsTable, group: 'what', row: { ...itemKey, kind: 'card' }, position },
      { table: feedItemsTable, group: 'change', row: { ...itemKey, updated: 0n, revision: position }, position },
      { table: feedChangesTable, group: 'item', row: { ...key, position, item_id: itemId }, position },
      { table: feedChangeMonthsTable, group: 'change', row: { ...key, last: position }, position },
    ];
  });
  await views.apply(upserts, progress);
  return views;
}

/** Positions of all changes that are given, poll after poll, and how many polls it took. */
async function polled(views: MemoryViews, visible: bigint, limit: number) {
  const signal = new AbortController().signal;
  const given: bigint[] = [];
  let after = 0n;
  for (let polls = 1; ; polls++) {
    const { rows, position, more } = await changesOf(views, { accountId: account, after, visible, limit }, signal);
    for (const row of rows) given.push(row.revision as bigint);
    expect(position).toBeGreaterThanOrEqual(after);
    after = position;
    if (!more) return { given, after, polls };
  }
}

/** Where each item that changed stands in the end, in that order. */
function lastOnes(changes: readonly Change[]): bigint[] {
  const last = new Map(changes.map(({ item }, index) => [item, BigInt(index + 1) * 10n]));
  return [...last.values()].sort((left, right) => Number(left - right));
}

describe('changes in months that follow each other', () => {
  const changes = Array.from({ length: 2_000 }, (_, i) => ({ item: i % itemIds.length, month: Math.floor(i / 40) }));

  it('are given in order, each item once, in few calls', async () => {
    const views = await viewsWith(changes);
    const { given, after, polls } = await polled(views, 20_000n, 100);
    expect(given).toEqual(lastOnes(changes));
    expect(after).toBe(20_000n);
    expect(polls).toBeLessThanOrEqual(8);
  });

  it('are given up to what is visible', async () => {
    const views = await viewsWith(changes.slice(0, 200));
    expect((await polled(views, 1_000n, 7)).given).toEqual(lastOnes(changes.slice(0, 100)));
  });

  it('are none after the last, at the cost of one read', async () => {
    const views = await viewsWith(changes);
    const read: string[] = [];
    const slice: MemoryViews['slice'] = (table, options) => {
      read.push(table.name);
      return views.slice(table, options);
    };
    const counting = {
      slice,
      get: views.get.bind(views),
      scan: views.scan.bind(views),
      progress: views.progress.bind(views),
    };
    const asked = { accountId: account, after: 20_000n, visible: 20_500n, limit: 10 };
    const answer = await changesOf(counting, asked, new AbortController().signal);
    expect(answer).toEqual({ rows: [], position: 20_500n, more: false });
    expect(read).toEqual(['feed_change_months']);
  });
});

describe('changes that clocks put into any month', () => {
  it('are given in order of position all the same, each item at its last', async () => {
    const change = fc.record({ item: fc.integer({ min: 0, max: 299 }), month: fc.integer({ min: 0, max: 12 }) });
    await checkAsync(
      fc.asyncProperty(
        fc.array(change, { maxLength: 900, size: 'max' }),
        fc.integer({ min: 1, max: 300 }),
        async (changes, limit) => {
          const views = await viewsWith(changes);
          expect((await polled(views, BigInt(changes.length) * 10n, limit)).given).toEqual(lastOnes(changes));
        },
      ),
      30,
    );
  });
});
