// What must hold when everything has come to rest: the views, the books and the snapshots against the naive model.
import { types } from 'node:util';
import type { RequestOf, ResponseOf, transactionsContract } from '@tallystick/contracts';
import { MemoryJournal } from '@tallystick/journal/memory/index';
import type { AccountId, AccountState, TransactionId } from '@tallystick/ledger-core';
import { Projector } from '@tallystick/views';
import { compareTable } from '@tallystick/views/compare';
import { MemoryRecords, MemoryViews } from '@tallystick/views/memory/index';
import { Balance } from '../../balance/balance.js';
import { Finance } from '../../finance/finance.js';
import { AccountStreams } from '../../ledger/account-streams.js';
import { accountAggregate } from '../../ledger/aggregate.js';
import { Transactions } from '../../transactions/transactions.js';
import { projections, VIEWS_CONSUMER } from '../projections.js';
import { checkAsOf } from './as-of-checks.js';
import type { AtRest } from './at-rest-world.js';
import { textOf } from './model/invariants.js';
import type { NaiveAccount } from './model/naive-account.js';
import { checkDisputes } from './model/naive-disputes.js';
import { checkPaymentsElsewhere } from './payments-elsewhere.js';
import { BOOK_ZONE } from './plan.js';

type ListMethod = (typeof transactionsContract)['methods']['list'];
type Listed = ResponseOf<ListMethod>['transactions'];
export type Check = (world: AtRest) => Promise<void>;

/** In this order; a check that another part of the bank brings goes to the end. */
export const CHECKS: readonly Check[] = [
  checkBook,
  checkBalances,
  checkLists,
  checkRebuilt,
  checkSnapshots,
  checkFinance,
  checkEnrichment,
  checkPaymentsElsewhere,
];

const FRESH = { waitUntil: async () => {} };
const IN_TRANSIT = 'liabilities:in-transit:transfers ';

async function checkBook({ bank, invariants }: AtRest): Promise<void> {
  const perCurrency = new Map<string, bigint>();
  for (const [key, { debits, credits }] of bank.sums) {
    const currency = key.slice(key.lastIndexOf(' ') + 1);
    perCurrency.set(currency, (perCurrency.get(currency) ?? 0n) + debits - credits);
    if (key.startsWith(IN_TRANSIT))
      invariants.same(
        'in transit is what is under way, and nothing at rest',
        bank.transfers.underWay,
        credits - debits,
        () => key,
      );
  }
  for (const [currency, sum] of perCurrency) invariants.same('the whole book sums to zero', 0n, sum, () => currency);
  invariants.same(
    'in transit is what is under way, and nothing at rest',
    0n,
    bank.transfers.underWay,
    () => 'transfers',
  );
  for (const account of bank.accounts.values()) {
    let held = 0n;
    for (const { remaining } of account.transactions.values()) held += remaining;
    invariants.same(
      'held is the sum of the remaining holds and never below zero',
      held,
      account.held,
      () => account.id,
    );
    checkDisputes(invariants, account);
    let rows = 0n;
    for (const { amount, status } of account.rows.values()) if (status !== 'DECLINED') rows += amount;
    invariants.same(
      "the customer's transactions add up to ledger - held",
      account.ledger - account.held,
      rows,
      () => account.id,
    );
  }
}

async function checkBalances({ stores, bank, invariants, context }: AtRest): Promise<void> {
  const balance = new Balance(new MemoryViews(stores.views), FRESH);
  for (const account of bank.accounts.values()) {
    const { found } = await balance.get({ accountId: account.id as AccountId, minPosition: 0n }, context);
    const { ledger, held, available, pots } = account.balances;
    const right =
      found?.ledger === ledger && found.held === held && found.available === available && found.pots === pots;
    invariants.holds('the balances view is the model', right, () => [account.id, account.balances, found]);
  }
}

async function checkLists(world: AtRest): Promise<void> {
  const transactions = new Transactions(new MemoryViews(world.stores.views), FRESH);
  for (const account of world.bank.accounts.values()) await checkList(transactions, account, world);
}

async function checkList(
  transactions: Transactions,
  account: NaiveAccount,
  { invariants, draw, context }: AtRest,
): Promise<void> {
  const limit = draw.between(5, 300);
  let listed = 0;
  let before: TransactionId | null = null;
  for (;;) {
    const asked: RequestOf<ListMethod> = { accountId: account.id as AccountId, minPosition: 0n, before, limit };
    const page: Listed = (await transactions.list(asked, context)).transactions;
    for (const { id, amount, status } of page) {
      listed++;
      invariants.holds('a list is newest first', before === null || id < before, () => [
        account.id,
        `older than ${before}`,
        id,
      ]);
      before = id;
      const row = account.rows.get(id);
      invariants.holds(
        'the transactions view is the model',
        row !== undefined && row.amount === amount && row.status === status,
        () => [id, row ?? 'no row', { amount, status }],
      );
    }
    if (page.length < limit) break;
  }
  invariants.same(
    'the transactions view is the model',
    account.rows.size,
    listed,
    () => `number of rows of ${account.id}`,
  );
}

/** Batches of another size come to the same rows. */
async function checkRebuilt({ stores, invariants, draw }: AtRest): Promise<void> {
  const batch = draw.pick([1, 7, 64, 1_000, 100_000]);
  const rebuilt = new MemoryViews();
  const projector = new Projector(VIEWS_CONSUMER, rebuilt, projections);
  await projector.prepare();
  for (let after = await projector.resumeAfter(0); ; ) {
    const events = stores.journal.readAll(after, batch);
    const last = events.at(-1);
    if (last === undefined) break;
    await projector.apply({ partition: 0, events });
    after = last.position;
  }
  const live = new MemoryViews(stores.views);
  for (const table of projections.flatMap(({ tables }) => tables)) {
    invariants.holds('views are what the journal rebuilds', true, () => ['', '', '']);
    for await (const { key, columns, left, right } of compareTable(table, live, rebuilt))
      invariants.holds('views are what the journal rebuilds', false, () => [
        `${table.name} ${textOf(key)} ${columns}`,
        right,
        left,
      ]);
  }
}

async function checkSnapshots({ stores, bank, invariants, plant }: AtRest): Promise<void> {
  const journal = new MemoryJournal(stores.journal);
  const kept = new MemoryRecords(stores.records);
  const streams = (records: MemoryRecords, planted: boolean) =>
    new AccountStreams(
      {
        journal,
        records: (planted ? plant.records?.(records, journal) : undefined) ?? records,
        clock: () => 0n,
        pause: async () => {},
        cacheWeight: 0,
      },
      plant.aggregate?.(accountAggregate) ?? accountAggregate,
    );
  const [restored, refolded] = [streams(kept, true), streams(new MemoryRecords(), false)];
  for (const id of bank.accounts.keys()) {
    const [snapshot, fold] = await Promise.all(
      [restored, refolded].map((each) => each.read(id as AccountId, stateText)),
    );
    invariants.holds('a state from a snapshot is the folded state', fold === snapshot, () => [
      id,
      ...firstDifference(fold, snapshot),
    ]);
  }
  await journal.close();
}

/** Maps and sets in their order, which decides what is let go of first. */
function stateText(state: AccountState): string {
  return JSON.stringify(state, (_, value: unknown) => {
    if (types.isMap(value) || types.isSet(value)) return [...value];
    return typeof value === 'bigint' ? `${value}` : value;
  });
}

const SHOWN = 80;

function firstDifference(expected = '', found = ''): [expected: string, found: string] {
  let at = 0;
  while (at < expected.length && expected[at] === found[at]) at++;
  const from = Math.max(0, at - SHOWN);
  return [expected.slice(from, at + SHOWN), found.slice(from, at + SHOWN)];
}

async function checkFinance(world: AtRest): Promise<void> {
  const { stores, plant, bank, invariants, context } = world;
  const journal = new MemoryJournal(stores.journal);
  const finance = new Finance({ journal, views: new MemoryViews(stores.views), timeZone: BOOK_ZONE });
  await checkAsOf(world, finance, plant.finance?.(finance) ?? finance);
  const { accounts } = await finance.trialBalance({ at: null, knownAt: null, from: 'views' }, context);
  for (const { account, currency, debits, credits } of accounts) {
    const sums = bank.sums.get(`${account} ${currency}`);
    invariants.holds(
      'the general-ledger view is the sum of the postings',
      sums?.debits === debits && sums.credits === credits,
      () => [`${account} ${currency}`, sums ?? 'nothing', { debits, credits }],
    );
  }
  invariants.same(
    'the general-ledger view is the sum of the postings',
    bank.sums.size,
    accounts.length,
    () => 'number of accounts',
  );
  await journal.close();
}

async function checkEnrichment({ bank }: AtRest): Promise<void> {
  bank.enrichment.check();
}
