// Transactions (customer API, section 7).
import type { ClientOf, ledgerContract, RequestOf, ResponseOf, transactionsContract } from '@tallystick/contracts';
import {
  type Account,
  type Annotated,
  badParam,
  type Customer,
  type CustomerDoor,
  type OpenAll,
  type OwnedAccounts,
  refusalOf,
  type ShownFor,
  sendJson,
  transactionShown,
  writtenBeside,
} from '@tallystick/customer-api';
import type { Micros } from '@tallystick/ledger-core';
import type { Random } from '@tallystick/transport';
import { pause } from '@tallystick/transport/pause';
import type { FastifyReply } from 'fastify';
import { clientsOwn, type MetadataChange, readMetadata } from './annotation.js';
import {
  annotationBody,
  transactionAnswer,
  transactionParams,
  transactionQuery,
  transactionsAnswer,
  transactionsQuery,
} from './api.schemas.js';
import { atHead } from './at-head.js';
import { type OwnedTransactions, writerOf } from './owned-transactions.js';
import { checkWindow, readPage } from './transaction-query.js';

export interface TransactionRoutesPorts {
  readonly owned: OwnedAccounts;
  readonly ledger: Pick<ClientOf<typeof ledgerContract>, 'journal' | 'settled'>;
  readonly ownedTransactions: OwnedTransactions;
  readonly transactions: Pick<ClientOf<typeof transactionsContract>, 'page' | 'annotate'>;
  readonly openAll: OpenAll;
  readonly random: Random;
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
/** However long a ledger that is hard pressed takes: callers have gone by then, and what they asked is no longer decided. */
const STORED_WITHIN: Micros = 5_000_000n;
/** Fifty values of 512 bytes, each byte percent-encoded, and their keys. */
const ANNOTATION_BYTES = 128 * 1024;

type Expansion = string | string[] | undefined;

export class TransactionRoutes {
  constructor(
    private readonly door: CustomerDoor,
    private readonly ports: TransactionRoutesPorts,
  ) {
    this.addList();
    this.addOne();
    this.addAnnotate();
  }

  private addList(): void {
    this.door.add({
      method: 'GET',
      url: '/transactions',
      summary: 'A page of the transactions of an account, oldest first',
      long: true,
      schemas: { querystring: transactionsQuery, response: { 200: transactionsAnswer } },
      handle: async (customer, { query }, reply) => {
        const { owned, clock, historyDays } = this.ports;
        const account = await owned.one(customer, query.account_id);
        const now = clock();
        const asked = readPage(query, now);
        const { wholeHistoryUntil, minPosition, clientId } = customer;
        const window = { now, wholeHistoryUntil, historyDays };
        // Without a beginning, it is the account's; a cursor's time is known with its page.
        if (asked.after === null) checkWindow({ ...window, start: asked.since ?? account.openedAt });
        // It ends now where no end is named: what is dated ahead comes when its time has come.
        const before = asked.before ?? now + MILLISECOND;
        const { id: accountId } = account;
        const page = await this.settledPage({ accountId, clientId, minPosition, ...asked, before }, now, customer);
        if (asked.after !== null) {
          if (page.afterCreated === null) throw badParam('since', 'since is no transaction of this account');
          checkWindow({ ...window, start: page.afterCreated });
        }
        const shown = shownFor(account, query['expand[]'], query.expand);
        return sendJson(reply, { transactions: await this.shown(account, page.transactions, shown) });
      },
    });
  }

  /**
   * Transactions are not recorded in the order of the times that they say of themselves: a reader who goes on after the last one of a
   * page must not miss one that was under way. Only pages that come near to now wait: until what was on its way to the ledger has reached
   * it, and until that is stored.
   */
  private async settledPage(asked: RequestOf<PageMethod>, now: Micros, customer: Customer): Promise<Page> {
    const { transactions, ledger, settlingMs } = this.ports;
    const { context } = customer;
    let page = await transactions.page(asked, context);
    if (asked.after !== null && page.afterCreated === null) {
      const { minPosition } = await atHead(ledger, customer);
      page = await transactions.page({ ...asked, minPosition }, context);
    }
    const last = page.transactions.at(-1);
    if (last === undefined || last.created <= now - STORED_WITHIN) return page;
    if (last.created > now - BigInt(settlingMs) * MILLISECOND) await pause(settlingMs, context.signal);
    const { head } = await ledger.settled({ accountId: asked.accountId }, context);
    return await transactions.page({ ...asked, minPosition: head }, context);
  }

  private addOne(): void {
    this.door.add({
      method: 'GET',
      url: '/transactions/:transaction_id',
      summary: 'One transaction',
      schemas: { params: transactionParams, querystring: transactionQuery, response: { 200: transactionAnswer } },
      handle: async (customer, { params, query }, reply) => {
        const { transaction, account } = await this.ports.ownedTransactions.one(customer, params.transaction_id);
        const shown = shownFor(account, query['expand[]'], query.expand);
        const [one] = await this.shown(account, [transaction], shown);
        return sendJson(reply, { transaction: one });
      },
    });
  }

  private addAnnotate(): void {
    this.door.add({
      method: 'PATCH',
      url: '/transactions/:transaction_id',
      summary: 'Write metadata beside a transaction, for this client alone',
      refusals: [412],
      form: true,
      bodyLimit: ANNOTATION_BYTES,
      schemas: {
        params: transactionParams,
        querystring: transactionQuery,
        body: annotationBody,
        response: { 200: transactionAnswer },
      },
      handle: async (customer, { params, query, body }, reply) => {
        const asked = readMetadata(body);
        const { transaction, account } = await this.ports.ownedTransactions.one(customer, params.transaction_id);
        const changes = clientsOwn(asked, transaction);
        const changed = changes.length === 0 ? transaction : await this.annotate(transaction, changes, customer, reply);
        const shown = shownFor(account, query['expand[]'], query.expand);
        const [one] = await this.shown(account, [changed], shown);
        return sendJson(reply, { transaction: one });
      },
    });
  }

  /** As it is after that, whether the view has seen it or not. */
  private async annotate(
    transaction: Annotated,
    changes: readonly MetadataChange[],
    customer: Customer,
    reply: FastifyReply,
  ): Promise<Annotated> {
    const { transactions, random } = this.ports;
    const { id: transactionId, accountId } = transaction;
    const of = { accountId, transactionId, ...writerOf(customer, random) };
    const done = await transactions.annotate({ ...of, changes }, customer.context);
    if (done.kind === 'rejected') throw refusalOf(done.rejection);
    const { written, position } = done;
    if (position > 0n) await this.door.written(position, customer, reply);
    const updated = done.updated !== null && done.updated > transaction.updated ? done.updated : transaction.updated;
    return { ...transaction, written, updated };
  }

  /** With what is written beside them, opened. */
  private async shown(account: Account, transactions: readonly Annotated[], how: ShownFor) {
    const beside = await writtenBeside(this.ports.openAll, account.id, transactions);
    return transactions.map((one, index) => transactionShown(one, { ...how, ...beside[index] }));
  }
}

/** Of the owners of a joint account, the view does not tell whose doing it was: the first one's. */
function shownFor({ owners }: Account, ...expansions: readonly Expansion[]): ShownFor {
  return { ownerId: owners[0] ?? '', expandMerchant: expansions.flat().includes('merchant') };
}
