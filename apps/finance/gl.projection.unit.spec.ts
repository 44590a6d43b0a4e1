import { afterEach, describe, expect, it } from '@jest/globals';
import { decodeMetadata, decodePayload } from '@tallystick/events';
import { type AccountId, chart, type EntryId } from '@tallystick/ledger-core';
import { clear, fund, issue, open } from '@tallystick/ledger-core/account/commands.suite';
import { GBP, START } from '@tallystick/ledger-core/account/specification.suite';
import type { ProjectedEvent, Upsert } from '@tallystick/views';
import { BookUnderTest, inTime } from './book.suite.js';
import { generalLedgerProjection } from './gl.projection.js';

const acc = (n: number) => `acc_${n}` as AccountId;
const everything = { at: null, knownAt: null };

async function busyBook(): Promise<BookUnderTest> {
  const book = new BookUnderTest();
  for (let n = 0; n < 5; n++) {
    await book.do(acc(n), open({ accountId: acc(n) }));
    await book.do(acc(n), issue());
    await book.do(acc(n), fund(BigInt(100 * n + 1), 'first'));
    await book.do(acc(n), clear(null, 12n, 'clearing 1'));
  }
  return book;
}

async function bothWays(book: BookUnderTest) {
  const fromViews = await book.finance.trialBalance({ ...everything, from: 'views' }, inTime());
  const fromJournal = await book.finance.trialBalance({ ...everything, from: 'journal' }, inTime());
  return { fromViews, fromJournal };
}

describe('a general ledger that was projected', () => {
  let book: BookUnderTest;
  afterEach(() => book.views.close());

  it.each([1, 2, 7, 1000])('is the trial balance of the journal, in batches of %d', async (batch) => {
    book = await busyBook();
    await book.project(batch);
    const { fromViews, fromJournal } = await bothWays(book);
    expect(fromViews).toEqual(fromJournal);
    expect(fromViews.totals).toEqual([{ currency: GBP, debits: 1065n, credits: 1065n, balance: 0n }]);
  });

  it('goes on from its rows after a restart', async () => {
    book = await busyBook();
    await book.project();
    await book.do(acc(0), fund(5n, 'second'));
    await book.project();
    const { fromViews, fromJournal } = await bothWays(book);
    expect(fromViews).toEqual(fromJournal);
  });

  it('counts an event once that comes again because a crash lost the progress', async () => {
    book = await busyBook();
    await book.views.prepare(generalLedgerProjection.tables);
    const events = await projectedEvents(book);
    const cut = Math.ceil(events.length / 2);
    await store(book, events.slice(0, cut));
    await store(book, events);
    const { fromViews, fromJournal } = await bothWays(book);
    expect(fromViews).toEqual(fromJournal);
  });

  it('holds sums that leave 64 bits', async () => {
    book = new BookUnderTest();
    const most = 2n ** 62n;
    for (let n = 0; n < 4; n++) {
      const sides = { pot: null, amount: most, currency: GBP };
      const postings = [
        { account: chart.disputes, side: 'DEBIT' as const, ...sides },
        { account: chart.suspense, side: 'CREDIT' as const, ...sides },
      ];
      const entry = { entryId: `entry_${n}` as EntryId, postings };
      const event = {
        type: 'EntryPosted' as const,
        kind: 'write-off',
        description: 'big',
        reference: '',
        exception: null,
        entry,
      };
      await book.post(event, { effectiveAt: START, recordedAt: START });
    }
    await book.project();
    const { fromViews, fromJournal } = await bothWays(book);
    expect(fromViews).toEqual(fromJournal);
    expect(fromViews.totals).toEqual([{ currency: GBP, debits: 2n ** 64n, credits: 2n ** 64n, balance: 0n }]);
  });

  it('has no past', async () => {
    book = new BookUnderTest();
    await expect(book.finance.trialBalance({ at: START, knownAt: null, from: 'views' }, inTime())).rejects.toThrow(
      'the views know only the present: ask the journal for a time',
    );
  });
});

async function projectedEvents(book: BookUnderTest): Promise<ProjectedEvent[]> {
  const events = await book.journal.readAll({ after: 0n, limit: 1000 });
  return events.map(({ position, metadata, payload }) => ({
    position,
    event: decodePayload(payload),
    metadata: decodeMetadata(metadata),
  }));
}

/** As an adapter does it that writes the rows, and then crashes. */
async function store(book: BookUnderTest, events: readonly ProjectedEvent[]): Promise<void> {
  const upserts: Upsert[] = [];
  await generalLedgerProjection.open(book.views, 0).apply(events, upserts);
  await book.views.apply(upserts, { consumer: 'nobody', partition: 0, position: 0n });
}
