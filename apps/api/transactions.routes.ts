// Transactions (customer API, section 7).
import type { ClientOf, ledgerContract, RequestOf, ResponseOf, transactionsContract } from '@tallystick/contracts';
import {
  type Account,
  badParam,
  type Customer,
  type CustomerDoor,
  notFound,
  type OwnedAccounts,
  type ShownFor,
  sendJson,
  transactionShown,
} from '@tallystick/customer-api';
import type { Micros, TransactionId } from '@tallystick/ledger-core';
import { pause } from '@tallystick/transport/pause';
import {
  transactionAnswer,
  transactionParams,
  transactionQuery,
  transactionsAnswer,
  transactionsQuery,
} from './api.schemas.js';
import { checkWindow, readPage } from './transaction-query.js';

export interface TransactionRoutesPorts {
  readonly owned: OwnedAccounts;
  readonly ledger: Pick<ClientOf<typeof ledgerContract>, 'journal'>;
  readonly transactions: Pick<ClientOf<typeof transactionsContract>, 'find' | 'page'>;
  /** Microseconds since 1970. */
  readonly clock: () => Micros;
  /** How far back everybody may read. */
  readonly historyDays: number;
  /** Milliseconds: see ApiConfiguration. */
  readonly settlingMs: number;
}

type PageMethod = (typeof transactionsContract)['methods']['page'];
type Page = ResponseOf<PageMethod>;

const MILLISECOND: Micros = 1_000n;

type Expansion = string | string[] | undefined;

export class TransactionRoutes {
  constructor(
    door: CustomerDoor,
    private readonly ports: TransactionRoutesPorts,
  ) {
    this.addList(door);
    this.addOne(door);
  }

  private addList(door: CustomerDoor): void {
    door.add({
      method: 'GET',
      url: '/transactions',
      summary: 'A page of the transactions of an account, oldest first',
      schemas: { querystring: transactionsQuery, response: { 200: transactionsAnswer } },
      handle: async (customer, { query }, reply) => {
        const { owned, clock, historyDays } = this.ports;
        const account = await owned.one(customer, query.account_id);
        const now = clock();
        const asked = readPage(query, now);
        const { wholeHistoryUntil, minPosition } = customer;
        const window = { now, wholeHistoryUntil, historyDays };
        // Without a beginning, it is the account's; a cursor's time is known with its page.
        if (asked.after === null) checkWindow({ ...window, start: asked.since ?? account.openedAt });
        // It ends now where no end is named: what is dated ahead comes when its time has come.
        const before = asked.before ?? now + MILLISECOND;
        const page = await this.settledPage({ accountId: account.id, minPosition, ...asked, before }, now, customer);
        if (asked.after !== null) {
          if (page.afterCreated === null) throw badParam('since', 'since is no transaction of this account');
          checkWindow({ ...window, start: page.afterCreated });
        }
        const shown = shownFor(account, query['expand[]'], query.expand);
        return sendJson(reply, { transactions: page.transactions.map((one) => transactionShown(one, shown)) });
      },
    });
  }

  /**
   * Transactions are not recorded in the order of the times that they say of themselves: a reader who goes on after the last one of a
   * page must not miss one that was under way. Only pages that come as near as that to now wait, and only for what was under way.
   */
  private async settledPage(asked: RequestOf<PageMethod>, now: Micros, { context }: Customer): Promise<Page> {
    const { transactions, ledger, settlingMs } = this.ports;
    const page = await transactions.page(asked, context);
    const last = page.transactions.at(-1);
    if (last === undefined || last.created <= now - BigInt(settlingMs) * MILLISECOND) return page;
    await pause(settlingMs, context.signal);
    const { head } = await ledger.journal({}, context);
    return await transactions.page({ ...asked, minPosition: head }, context);
  }

  private addOne(door: CustomerDoor): void {
    door.add({
      method: 'GET',
      url: '/transactions/:transaction_id',
      summary: 'One transaction',
      schemas: { params: transactionParams, querystring: transactionQuery, response: { 200: transactionAnswer } },
      handle: async (customer, { params, query }, reply) => {
        const { owned, transactions } = this.ports;
        const accounts = await owned.all(customer);
        const transactionId = params.transaction_id as TransactionId;
        const accountIds = accounts.map(({ id }) => id);
        const { minPosition, context } = customer;
        const { found } = await transactions.find({ accountIds, transactionId, minPosition }, context);
        const account = accounts.find(({ id }) => id === found?.accountId);
        if (found === null || account === undefined) throw notFound('transaction');
        const shown = shownFor(account, query['expand[]'], query.expand);
        return sendJson(reply, { transaction: transactionShown(found, shown) });
      },
    });
  }
}

/** Of the owners of a joint account, the view does not tell whose doing it was: the first one's. */
function shownFor({ owners }: Account, ...expansions: readonly Expansion[]): ShownFor {
  return { ownerId: owners[0] ?? '', expandMerchant: expansions.flat().includes('merchant') };
}
