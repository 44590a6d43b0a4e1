// What was spent, by category and day or month, computed from the items.
import {
  type feedContract,
  feedItemsTable,
  noonOf,
  placeOf,
  type RequestOf,
  type ResponseOf,
} from '@tallystick/contracts';
import { deriveId, monthOf } from '@tallystick/events';
import type { CurrencyCode, Micros } from '@tallystick/ledger-core';
import type { Row, ViewReader } from '@tallystick/views';
import { categoryOf, countsAsSpending, isItem, movementOf } from './feed-items.js';
import { monthsBefore } from './feed-months.js';

type Spending = (typeof feedContract)['methods']['spending'];
type Line = ResponseOf<Spending>['lines'][number];
export type SpendingAsked = Omit<RequestOf<Spending>, 'minPosition'>;

const ROWS_PER_READ = 512;
/** A local date begins and ends within 14 hours of the same date in UTC, whatever the book's zone; its noon is 12 from either. */
const EDGE: Micros = 2n * 86_400_000_000n;
const DATE_LENGTH = 10;
const MONTH_LENGTH = 7;

/** Lines in order of period, category and currency. Holds one page of items at a time. */
export async function spendingOf(views: ViewReader, asked: SpendingAsked, signal: AbortSignal): Promise<Line[]> {
  const { accountId, from, to } = asked;
  const newest = edge(noonOf(to) + EDGE);
  const oldest = edge(noonOf(from) - EDGE);
  const sums = new Sums(asked);
  const months = withFirst(monthOf(newest), monthsBefore(views, accountId, monthOf(newest)));
  for await (const month of months) {
    if (month < monthOf(oldest)) break;
    for (let place = placeOf(newest); ; ) {
      signal.throwIfAborted();
      const page = await views.slice(feedItemsTable, {
        partition: { account_id: accountId, month },
        after: { place },
        limit: ROWS_PER_READ,
      });
      for (const row of page) sums.add(row);
      place = page.at(-1)?.place as string;
      if (page.length < ROWS_PER_READ || place < placeOf(oldest)) break;
    }
  }
  return sums.lines();
}

/** An id of about this time: ids sort by it. */
function edge(at: Micros): string {
  return deriveId('tx', at < 0n ? 0n : at, 'edge', '');
}

async function* withFirst(first: string, rest: AsyncIterable<string>): AsyncIterable<string> {
  yield first;
  yield* rest;
}

class Sums {
  private readonly byLine = new Map<string, Line>();
  private readonly length: number;

  constructor(private readonly asked: SpendingAsked) {
    this.length = asked.by === 'day' ? DATE_LENGTH : MONTH_LENGTH;
  }

  add(row: Row): void {
    const { from, to } = this.asked;
    const { local_date, currency } = row;
    if (!isItem(row) || typeof local_date !== 'string' || local_date < from || local_date > to) return;
    const movement = movementOf(row);
    if (!countsAsSpending(movement) || typeof currency !== 'string') return;
    const period = local_date.slice(0, this.length);
    const category = categoryOf(row, movement);
    const key = `${period} ${category} ${currency}`;
    const line = this.byLine.get(key);
    this.byLine.set(key, {
      period,
      category,
      currency: currency as CurrencyCode,
      amount: (line?.amount ?? 0n) - movement.amount - movement.refunded,
      transactions: (line?.transactions ?? 0) + 1,
    });
  }

  lines(): Line[] {
    return [...this.byLine].sort(([left], [right]) => (left < right ? -1 : 1)).map(([, line]) => line);
  }
}
