// What the transactions service answers, from its view.
import type { HandlersOf, ResponseOf, transactionsContract } from '@tallystick/contracts';
import { monthOf, tellsItsMonth } from '@tallystick/events';
import type { AccountId, CurrencyCode, TransactionId } from '@tallystick/ledger-core';
import { CallFailed } from '@tallystick/transport';
import type { Freshness, Row, ViewReader } from '@tallystick/views';
import { accountMonthsTable, transactionsTable } from './transactions.tables.js';

type Handlers = HandlersOf<typeof transactionsContract>;
type Transaction = NonNullable<ResponseOf<(typeof transactionsContract)['methods']['get']>['found']>;

const MONTHS_PER_PAGE = 24;

export class Transactions implements Handlers {
  constructor(
    private readonly views: ViewReader,
    private readonly freshness: Freshness,
  ) {}

  get: Handlers['get'] = async ({ accountId, transactionId, minPosition }, context) => {
    if (!tellsItsMonth(transactionId, 'tx')) return { found: null };
    if (minPosition > 0n) await this.freshness.waitUntil(minPosition, context.signal, accountId);
    const key = { account_id: accountId, month: monthOf(transactionId), transaction_id: transactionId };
    const row = await this.views.get(transactionsTable, key);
    return { found: row === undefined ? null : transactionOf(accountId, row) };
  };

  list: Handlers['list'] = async ({ accountId, minPosition, before, limit }, context) => {
    if (before !== null && !tellsItsMonth(before, 'tx')) throw notATransaction();
    if (minPosition > 0n) await this.freshness.waitUntil(minPosition, context.signal, accountId);
    const transactions: Transaction[] = [];
    for await (const month of this.months(accountId, before)) {
      const page = await this.views.slice(transactionsTable, {
        partition: { account_id: accountId, month },
        ...(before === null ? {} : { after: { transaction_id: before } }),
        limit: limit - transactions.length,
      });
      for (const row of page) transactions.push(transactionOf(accountId, row));
      if (transactions.length >= limit) break;
    }
    return { transactions };
  };

  /** Months with transactions, newest first, from that of `before` on. */
  private async *months(accountId: AccountId, before: TransactionId | null): AsyncIterable<string> {
    const first = before === null ? undefined : monthOf(before);
    if (first !== undefined) yield first;
    let after = first;
    for (;;) {
      const page = await this.views.slice(accountMonthsTable, {
        partition: { account_id: accountId },
        ...(after === undefined ? {} : { after: { month: after } }),
        limit: MONTHS_PER_PAGE,
      });
      for (const row of page) yield row.month as string;
      if (page.length < MONTHS_PER_PAGE) return;
      after = page.at(-1)?.month as string;
    }
  }
}

function notATransaction(): CallFailed {
  const message = 'before must be the id of a transaction';
  return new CallFailed({ code: 'bad_request.bad_param.before', message, retryable: false });
}

/** The declared types of the table's columns are what these casts say. */
function transactionOf(accountId: AccountId, row: Row): Transaction {
  return {
    id: row.transaction_id as TransactionId,
    accountId,
    created: row.created as bigint,
    settled: row.settled as bigint | null,
    amount: row.amount as bigint,
    currency: row.currency as CurrencyCode,
    kind: row.kind as string,
    status: row.status as string,
    description: row.description as string,
    mcc: row.mcc as string | null,
    category: row.category as string | null,
    localAmount: row.local_amount as bigint | null,
    localCurrency: row.local_currency as string | null,
    declineReason: row.decline_reason as string | null,
    related: row.related as string | null,
  };
}
