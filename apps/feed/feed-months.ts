import { feedMonthsTable } from '@tallystick/contracts';
import type { AccountId } from '@tallystick/ledger-core';
import type { ViewReader } from '@tallystick/views';

const MONTHS_PER_READ = 24;

/** Months (YYYY-MM, UTC) with items of an account, newest first; those before a month where one is given. */
export async function* monthsBefore(
  views: ViewReader,
  accountId: AccountId,
  before: string | null,
): AsyncIterable<string> {
  for (let last = before; ; ) {
    const page = await views.slice(feedMonthsTable, {
      partition: { account_id: accountId },
      ...(last === null ? {} : { after: { month: last } }),
      limit: MONTHS_PER_READ,
    });
    for (const row of page) yield row.month as string;
    if (page.length < MONTHS_PER_READ) return;
    last = page.at(-1)?.month as string;
  }
}
