import { beforeEach, describe, expect, it } from '@jest/globals';
import type { financeContract, RequestOf, ResponseOf } from '@tallystick/contracts';
import type { AccountId, LocalDate } from '@tallystick/ledger-core';
import { clear, fund, issue, open } from '@tallystick/ledger-core/account/commands.suite';
import { DAY, START } from '@tallystick/ledger-core/account/specification.suite';
import { BookUnderTest, inTime } from './book.suite.js';

type Methods = (typeof financeContract)['methods'];
type Page = ResponseOf<Methods['entries']>;

const account = 'acc_1' as AccountId;
const whole: RequestOf<Methods['entries']> = { from: null, to: null, after: null, limit: 10_000 };
const date = (text: string) => text as LocalDate;

async function pages(
  book: BookUnderTest,
  limit: number,
  between: () => Promise<void> = async () => {},
): Promise<Page['entries'][number][]> {
  const entries: Page['entries'][number][] = [];
  let after: Page['next'] = null;
  do {
    const page: Page = await book.finance.entries({ ...whole, after, limit }, inTime());
    entries.push(...page.entries);
    after = page.next;
    await between();
  } while (after !== null);
  return entries;
}

describe('journal entries recorded out of order', () => {
  let book: BookUnderTest;
  beforeEach(async () => {
    book = new BookUnderTest();
    await book.do(account, open());
    for (const day of [3n, 1n, 2n, 1n, 0n, 3n, -40n])
      await book.do(account, fund(10n + day + 40n, `p${day}${book.booked.length}`), { effectiveAt: START + day * DAY });
  });

  it('come by value date, then by id', async () => {
    const { entries, next } = await book.finance.entries(whole, inTime());
    expect(next).toBeNull();
    const order = entries.map((entry) => `${entry.date} ${entry.entryId}`);
    expect(order).toHaveLength(7);
    expect(order).toEqual([...order].sort());
    expect(entries[0]).toEqual({
      entryId: expect.any(String),
      date: '2025-11-26',
      type: 'PaymentReceived',
      description: expect.stringMatching(/^payment /),
      postings: [
        { account: 'assets:nostro:main', currency: 'GBP', debit: 10n, credit: 0n },
        { account: 'liabilities:customers:acc_1', currency: 'GBP', debit: 0n, credit: 10n },
      ],
    });
  });

  it.each([1, 2, 3, 7, 8])('are the same in pages of %d', async (limit) => {
    const { entries } = await book.finance.entries(whole, inTime());
    expect(await pages(book, limit)).toEqual(entries);
  });

  it('stay at one state of the journal while they are paged', async () => {
    const { entries } = await book.finance.entries(whole, inTime());
    const late = () => book.do(account, fund(1n, `late${book.booked.length}`), { effectiveAt: START + 2n * DAY });
    expect(await pages(book, 2, late)).toEqual(entries);
    expect((await book.finance.entries(whole, inTime())).entries.length).toBeGreaterThan(entries.length);
  });

  it('can be had of some days alone, both inclusive', async () => {
    const { entries } = await book.finance.entries(
      { ...whole, from: date('2026-01-06'), to: date('2026-01-07') },
      inTime(),
    );
    expect(entries.map((entry) => entry.date)).toEqual(['2026-01-06', '2026-01-06', '2026-01-07']);
  });

  it('give way to a caller that gives up, and to the next', async () => {
    const gone = AbortSignal.abort(new Error('gave up'));
    const first = book.finance.entries(whole, inTime(gone));
    const second = book.finance.entries(whole, inTime());
    await expect(first).rejects.toThrow('gave up');
    expect((await second).entries).toHaveLength(7);
  });
});

describe('a book in summer time', () => {
  it('dates what happens late in the evening of UTC on the next day', async () => {
    const book = new BookUnderTest('Europe/London');
    await book.do(account, open());
    await book.do(account, issue());
    const lateInJune = BigInt(Date.parse('2026-06-30T23:30:00Z')) * 1000n;
    await book.do(account, clear(null, 5n, 'clearing 1'), { effectiveAt: lateInJune });
    const { entries } = await book.finance.entries(whole, inTime());
    expect(entries.map((entry) => entry.date)).toEqual(['2026-07-01']);
  });
});
