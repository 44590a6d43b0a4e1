// What the transactions service answers, from its view.
import type { HandlersOf, RequestOf, transactionsContract } from '@tallystick/contracts';
import { deriveId, monthOf, tellsItsMonth } from '@tallystick/events';
import type { AccountId, Micros, TransactionId } from '@tallystick/ledger-core';
import { CallFailed } from '@tallystick/transport';
import type { Freshness, Row, ViewReader } from '@tallystick/views';
import { Additions } from './additions.js';
import {
  type Annotated,
  countsAsSpending,
  isTransaction,
  type Transaction,
  transactionOf,
} from './transaction-rows.js';
import { accountMonthsTable, transactionsTable } from './transactions.tables.js';

type Reading = 'get' | 'find' | 'list' | 'page' | 'spentSince';
type Handlers = Pick<HandlersOf<typeof transactionsContract>, Reading>;
type Page = RequestOf<(typeof transactionsContract)['methods']['page']>;
type Direction = 'clustering' | 'reverse';

const MONTHS_PER_PAGE = 24;
const ROWS_PER_READ = 512;
const MILLISECOND: Micros = 1_000n;
/** `tx_0000` and the nine characters that tell the time. */
const TIMED_PREFIX_LENGTH = 16;

export class Transactions implements Handlers {
  private readonly additions: Additions;

  constructor(
    private readonly views: ViewReader,
    private readonly freshness: Freshness,
  ) {
    this.additions = new Additions(views);
  }

  get: Handlers['get'] = async ({ accountId, transactionId, clientId, minPosition }, context) => {
    if (minPosition > 0n) await this.freshness.waitUntil(minPosition, context.signal, accountId);
    return { found: await this.annotated(await this.read(accountId, transactionId), clientId) };
  };

  find: Handlers['find'] = async ({ accountIds, transactionId, clientId, minPosition }, context) => {
    if (!tellsItsMonth(transactionId, 'tx')) return { found: null };
    if (minPosition > 0n) await this.freshness.waitUntil(minPosition, context.signal);
    const rows = await Promise.all(accountIds.map((accountId) => this.read(accountId, transactionId)));
    return { found: await this.annotated(rows.find((row) => row !== null) ?? null, clientId) };
  };

  list: Handlers['list'] = async ({ accountId, minPosition, before, limit }, context) => {
    if (before !== null && !tellsItsMonth(before, 'tx')) throw notATransaction();
    if (minPosition > 0n) await this.freshness.waitUntil(minPosition, context.signal, accountId);
    const transactions: Transaction[] = [];
    for await (const row of this.rows(accountId, 'clustering', before, limit)) {
      transactions.push(transactionOf(accountId, row));
      if (transactions.length >= limit) break;
    }
    return { transactions };
  };

  page: Handlers['page'] = async (asked, context) => {
    const { accountId, clientId, minPosition, after, before, limit } = asked;
    if (minPosition > 0n) await this.freshness.waitUntil(minPosition, context.signal, accountId);
    const cursor = after === null ? null : await this.read(accountId, after);
    if (after !== null && cursor === null) return { transactions: [], afterCreated: null };
    const end = before === null ? null : timeEdge(before);
    const transactions: Transaction[] = [];
    for await (const row of this.rows(accountId, 'reverse', startOf(asked), limit)) {
      if (end !== null && (row.transaction_id as TransactionId) >= end) break;
      transactions.push(transactionOf(accountId, row));
      if (transactions.length >= limit) break;
    }
    const annotated = await this.additions.beside(accountId, transactions, clientId);
    return { transactions: [...annotated], afterCreated: cursor?.created ?? null };
  };

  spentSince: Handlers['spentSince'] = async ({ accountId, since, minPosition }, context) => {
    if (minPosition > 0n) await this.freshness.waitUntil(minPosition, context.signal, accountId);
    const start = timeEdge(since);
    let amount = 0n;
    for await (const row of this.rows(accountId, 'clustering', null, Number.POSITIVE_INFINITY)) {
      if ((row.transaction_id as TransactionId) < start) break;
      if (countsAsSpending(row)) amount += row.amount as bigint;
    }
    return { amount };
  };

  /** Null where the account has no such transaction, as far as the view has come. */
  async read(accountId: AccountId, transactionId: TransactionId): Promise<Transaction | null> {
    if (!tellsItsMonth(transactionId, 'tx')) return null;
    const key = { account_id: accountId, month: monthOf(transactionId), transaction_id: transactionId };
    const row = await this.views.get(transactionsTable, key);
    return row === undefined || !isTransaction(row) ? null : transactionOf(accountId, row);
  }

  async annotated(row: Transaction | null, clientId: string | null): Promise<Annotated | null> {
    if (row === null) return null;
    const [found] = await this.additions.beside(row.accountId, [row], clientId);
    return found ?? null;
  }

  /**
   * Rows of the account, newest first (`clustering`) or oldest first (`reverse`).
   * @param from only rows after this id, or after ids that begin with this
   * @param wanted how many rows the reader takes at most
   */
  private async *rows(
    accountId: AccountId,
    direction: Direction,
    from: string | null,
    wanted: number,
  ): AsyncIterable<Row> {
    let left = wanted;
    for await (const month of this.months(accountId, direction, from)) {
      for (let after = from; left > 0; ) {
        const limit = Math.min(left, ROWS_PER_READ);
        const page = await this.views.slice(transactionsTable, {
          partition: { account_id: accountId, month },
          ...(after === null ? {} : { after: { transaction_id: after } }),
          direction,
          limit,
        });
        for (const row of page) {
          if (!isTransaction(row)) continue;
          left--;
          yield row;
        }
        if (page.length < limit) break;
        after = page.at(-1)?.transaction_id as TransactionId;
      }
    }
  }

  /** Months with transactions, in the reading's order, from that of an id on. */
  private async *months(accountId: AccountId, direction: Direction, from: string | null): AsyncIterable<string> {
    const first = from === null ? undefined : monthOf(from);
    if (first !== undefined) yield first;
    let after = first;
    for (;;) {
      const page = await this.views.slice(accountMonthsTable, {
        partition: { account_id: accountId },
        ...(after === undefined ? {} : { after: { month: after } }),
        direction,
        limit: MONTHS_PER_PAGE,
      });
      for (const row of page) yield row.month as string;
      if (page.length < MONTHS_PER_PAGE) return;
      after = page.at(-1)?.month as string;
    }
  }
}

/** Where a page begins: after its cursor or at its first time, whichever is later. */
function startOf({ after, since }: Page): string | null {
  const edge = since === null ? null : timeEdge(since);
  if (after === null || edge === null) return after ?? edge;
  return after > edge ? after : edge;
}

/** Less than every id of this time or later, greater than every earlier one: ids begin with their millisecond. */
function timeEdge(at: Micros): string {
  const millisecond = at <= 0n ? 0n : ((at + MILLISECOND - 1n) / MILLISECOND) * MILLISECOND;
  return deriveId('tx', millisecond, 'edge', '').slice(0, TIMED_PREFIX_LENGTH);
}

function notATransaction(): CallFailed {
  const message = 'before must be the id of a transaction';
  return new CallFailed({ code: 'bad_request.bad_param.before', message, retryable: false });
}
