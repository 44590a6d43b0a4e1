// Enrichment as a process, and a phone that reads the feed's changes while everything else goes on.
import type { AccountId } from '@tallystick/ledger-core';
import { CallFailed, contextsOf } from '@tallystick/transport';
import type { ViewReader } from '@tallystick/views';
import { MemoryViews } from '@tallystick/views/memory/index';
import { Feed } from '../../feed/feed.js';
import type { Item } from '../../feed/feed-items.js';
import { Catalogue } from '../../merchant/catalogue.js';
import { Merchants } from '../../merchant/merchants.js';
import { CATALOGUE_VERSION, registryRules } from '../../merchant/registry/registry.js';
import { EnrichmentProcess } from '../../transaction-enrichment/enrichment.process.js';
import { VIEWS_CONSUMER } from '../projections.js';
import { consume, portsOf, type Start, type Stores } from './bank-processes.js';
import { skewedClock } from './ledgers.js';
import { type Invariants, textOf } from './model/invariants.js';
import type { NaiveBank } from './model/naive-bank.js';
import { MachineViews } from './ports.js';
import type { Random } from './random.js';

const context = contextsOf('service:simulated');
const TRANSACTIONS_PER_PAGE = 5;
let catalogue: Catalogue | undefined;

/** Made once: it never changes, and holds thousands of rules. */
function catalogueOfAll(): Catalogue {
  catalogue ??= new Catalogue(CATALOGUE_VERSION, registryRules);
  return catalogue;
}

export const startEnrichment: Start = async (world, of) => {
  const { machine, stores, freshness, bookDate } = world;
  const { journal, records } = portsOf(world, of);
  const clock = skewedClock(machine, of, world.trueTime);
  const views = new MachineViews(machine, of, new MemoryViews(stores.views));
  const merchants = new Merchants({ catalogue: catalogueOfAll(), journal, views, freshness, clock, bookDate });
  const { signal } = new AbortController();
  const process = new EnrichmentProcess({
    partitionOf: () => 0,
    merchants: {
      resolve: merchants.resolve,
      enrichmentsOf: merchants.enrichmentsOf,
      transactionsOf: merchants.transactionsOf,
      get: merchants.get,
      correct: merchants.correct,
    },
    journal,
    records,
    clock,
    contextFor: context,
    signal,
    transactionsPerPage: TRANSACTIONS_PER_PAGE,
  });
  await consume(world, of, journal, process);
};

interface Phone {
  position: bigint;
  readonly items: Map<string, Item>;
}

const POLL_EVERY = 40_000_000;
const DELTA = 'a reader of changes has every item as it is';

/** One phone per account; what it has read survives its reader. */
export class Phones {
  private readonly phones = new Map<string, Phone>();

  constructor(
    private readonly bank: NaiveBank,
    private readonly invariants: Invariants,
  ) {}

  /** Reads some of what changed. True where there is more. */
  async poll(feed: Feed, accountId: string, limit: number): Promise<boolean> {
    const phone = this.phones.get(accountId) ?? { position: 0n, items: new Map<string, Item>() };
    this.phones.set(accountId, phone);
    const asked = { accountId: accountId as AccountId, after: phone.position, minPosition: 0n, limit };
    const { items, position, more } = await feed.changes(asked, context('phone', 'phone'));
    for (const item of items) {
      const before = phone.items.get(item.id);
      this.invariants.holds('a change is given once', before === undefined || before.revision < item.revision, () => [
        item.id,
        `a revision above ${before?.revision}`,
        item.revision,
      ]);
      phone.items.set(item.id, item);
    }
    phone.position = position;
    return more;
  }

  /** Whoever there is now, in the order in which they came. */
  pick(draw: Random): string | undefined {
    return [...this.bank.accounts.keys()][draw.below(Math.max(1, this.bank.accounts.size))];
  }

  /** Everything was read: the phone has what a fresh list has, and that is what the model has. */
  async check(stores: Stores, draw: Random): Promise<void> {
    const feed = feedOver(new MemoryViews(stores.views));
    for (const account of this.bank.accounts.values()) {
      const accountId = account.id as AccountId;
      while (await this.poll(feed, accountId, draw.between(1, 50)));
      const listed = await this.list(feed, accountId, draw.between(1, 200));
      const phone = this.phones.get(accountId)?.items ?? new Map<string, Item>();
      for (const item of listed)
        this.invariants.holds(DELTA, textOf(phone.get(item.id)) === textOf(item), () => [
          item.id,
          item,
          phone.get(item.id),
        ]);
      this.invariants.same(DELTA, listed.length, phone.size, () => `number of items of ${accountId}`);
      let expected = 0;
      for (const [id, { amount, status, refundOf }] of account.rows) {
        if (refundOf !== null) continue;
        expected++;
        const item = phone.get(id);
        const right = item !== undefined && item.amount === amount && item.status === status;
        this.invariants.holds('every transaction has its item', right, () => [id, { amount, status }, item]);
      }
      this.invariants.same('every transaction has its item', expected, listed.length, () => accountId);
    }
  }

  private async list(feed: Feed, accountId: AccountId, limit: number): Promise<Item[]> {
    const all: Item[] = [];
    for (let before: string | null = null; ; ) {
      const page: readonly Item[] = (
        await feed.list({ accountId, minPosition: 0n, before, limit }, context('phone', 'phone'))
      ).items;
      all.push(...page);
      const last = page.at(-1);
      if (last === undefined || page.length < limit) return all;
      before = last.id;
    }
  }
}

export function phoneReader(phones: () => Phones): Start {
  return async ({ machine, stores, unexpected }, of) => {
    const feed = feedOver(new MachineViews(machine, of, new MemoryViews(stores.views)));
    for (;;) {
      const draw = machine.draw('phones');
      await machine.pause(of, draw.happens(700_000) ? draw.below(5_000) : draw.below(POLL_EVERY) * 200);
      const accountId = phones().pick(draw);
      if (accountId === undefined) continue;
      await phones()
        .poll(feed, accountId, draw.between(1, 20))
        .catch((error: unknown) => {
          if (!(error instanceof CallFailed)) unexpected(error);
        });
    }
  };
}

function feedOver(views: ViewReader): Feed {
  return new Feed({
    views,
    freshness: { waitUntil: async () => {} },
    progress: { consumer: VIEWS_CONSUMER, partitionOf: () => 0 },
    open: () => Promise.reject(new Error('nothing personal was posted')),
  });
}
