// A ledger with the customer's views beside it: what every projection of accounts, balances and transactions is tested on.
import { expect } from '@jest/globals';
import {
  accountsContract,
  balanceContract,
  type ClientOf,
  defineContract,
  transactionsContract,
} from '@tallystick/contracts';
import { InMemoryKeys, type PersonalText, sealPersonal, unsealPersonal } from '@tallystick/events';
import { MemoryJournal } from '@tallystick/journal/memory/index';
import type { AccountCommand, AccountId, TransactionId } from '@tallystick/ledger-core';
import { account, funded } from '@tallystick/ledger-core/account/commands.suite';
import { type Freshness, type Projection, Projector } from '@tallystick/views';
import { MemoryViews } from '@tallystick/views/memory/index';
import { AccountReads } from '../accounts/account-reads.js';
import { accountsProjection } from '../accounts/accounts.projection.js';
import { Balance } from '../balance/balance.js';
import { balanceProjection } from '../balance/balance.projection.js';
import { dueProjection } from '../ledger/due.projection.js';
import { bookDate, context, type LedgerUnderTest, SECOND, World } from '../ledger/ledger-over-memory.suite.js';
import { transactionsProjection } from './transactions.projection.js';
import { TransactionsService } from './transactions-service.js';

export const customerProjections: readonly Projection[] = [
  accountsProjection,
  balanceProjection,
  transactionsProjection,
  dueProjection,
];

export type Listed = Awaited<ReturnType<ClientOf<typeof transactionsContract>['list']>>['transactions'][number];

export class CustomerViews {
  readonly world = new World();
  readonly ledger: LedgerUnderTest = this.world.ledger();
  readonly views = new MemoryViews();
  readonly keys = new InMemoryKeys((bytes) => new Uint8Array(bytes).fill(5));
  readonly personal = {
    seal: async (accountId: string, commandId: string, text: PersonalText) => {
      await this.keys.create(accountId);
      return sealPersonal(this.keys, accountId, commandId, text);
    },
    open: (accountId: string, sealed: Uint8Array) => unsealPersonal(this.keys, accountId, sealed),
  };
  readonly transactions: ClientOf<typeof transactionsContract>;
  readonly balance: ClientOf<typeof balanceContract>;
  readonly accounts: Pick<ClientOf<typeof accountsContract>, 'get' | 'list'>;
  private readonly projector = new Projector('views', this.views, customerProjections);

  constructor() {
    const { transport } = this.ledger;
    const freshness = { waitUntil: () => this.fill() };
    transport.answer(transactionsContract, this.service(freshness));
    transport.answer(balanceContract, new Balance(this.views, freshness));
    // What needs no more than the views.
    const { get, list, ownedBy } = accountsContract.methods;
    transport.answer(defineContract('accounts', { get, list, ownedBy }), new AccountReads(this.views));
    this.transactions = transport.client(transactionsContract);
    this.balance = transport.client(balanceContract);
    this.accounts = transport.client(accountsContract);
  }

  /** Another one over the same journal and views. */
  service(freshness: Freshness = { waitUntil: () => this.fill() }, journal = this.ledger.journal): TransactionsService {
    const { personal, views, world } = this;
    return new TransactionsService({ views, freshness, journal, personal, clock: () => world.now, bookDate });
  }

  /** Applies what came since the last time, so many events at a time. */
  async fill(batch = 100_000, views = this.views, projector = this.projector): Promise<void> {
    await projector.prepare();
    const journal = new MemoryJournal(this.world.store);
    for (let after = await projector.resumeAfter(0); ; ) {
      const events = await journal.readAll({ after, limit: batch });
      const last = events.at(-1);
      if (last === undefined) return;
      await projector.apply({ partition: 0, events });
      after = await views.progress('views', 0);
    }
  }

  /** All views from the first event on, in batches of this size. */
  async rebuilt(batch: number): Promise<MemoryViews> {
    const views = new MemoryViews();
    await this.fill(batch, views, new Projector('views', views, customerProjections));
    return views;
  }

  /** The whole list, page by page, newest first. */
  async list(accountId: AccountId, limit = 7): Promise<Listed[]> {
    const all: Listed[] = [];
    for (let before: TransactionId | null = null; ; ) {
      const asked = { accountId, minPosition: 1n, before, limit };
      const { transactions } = await this.transactions.list(asked, context);
      all.push(...transactions);
      const last = transactions.at(-1);
      if (last === undefined || transactions.length < limit) return all;
      before = last.id;
    }
  }
}

/** The rows that these commands make, newest first, without the funding; the balances shown must be the ledger's after each. */
export async function rowsAfter(...commands: readonly AccountCommand[]): Promise<Listed[]> {
  const of = new CustomerViews();
  await of.ledger.given(account, ...funded(1000n));
  const [funding] = await of.list(account);
  for (const command of commands) {
    of.world.now += SECOND;
    await of.ledger.do(account, command, { effectiveAt: of.world.now });
    await balancesAgree(of);
  }
  return (await of.list(account)).filter(({ id }) => id !== funding?.id);
}

async function balancesAgree(of: CustomerViews): Promise<void> {
  const { found } = await of.balance.get({ accountId: account, minPosition: 1n }, context);
  expect(found).toEqual({ accountId: account, position: expect.any(BigInt), ...(await of.ledger.balances(account)) });
}
