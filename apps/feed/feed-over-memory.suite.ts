// A ledger in memory with the feed beside it: what the feed's specs stand on.
import {
  accountsContract,
  type ClientOf,
  defineContract,
  feedContract,
  feedGeneratorContract,
} from '@tallystick/contracts';
import {
  encodeEvent,
  InMemoryKeys,
  schemaVersionOf,
  sealPersonal,
  unsealAll,
  unsealPersonal,
} from '@tallystick/events';
import { MemoryJournal } from '@tallystick/journal/memory/index';
import type { AccountId, EventMetadata, TransactionEnriched, TransactionId } from '@tallystick/ledger-core';
import { type Projection, Projector, type ViewReader } from '@tallystick/views';
import { MemoryViews } from '@tallystick/views/memory/index';
import { AccountNumbers } from '../accounts/account-numbers.js';
import { AccountReads } from '../accounts/account-reads.js';
import { accountsProjection } from '../accounts/accounts.projection.js';
import { Users } from '../accounts/users.js';
import { loginsOfNobody } from '../accounts/users-over-memory.suite.js';
import { feedProjection } from '../feed-generator/feed.projection.js';
import { FeedGenerator } from '../feed-generator/feed-generator.js';
import { bookDate, context, type LedgerUnderTest, World } from '../ledger/ledger-over-memory.suite.js';
import { Feed } from './feed.js';
import type { Item } from './feed-items.js';

export const feedProjections: readonly Projection[] = [accountsProjection, feedProjection];
export const progress = { consumer: 'views', partitionOf: () => 0 };

type Client = ClientOf<typeof feedContract>;

export interface FeedOverMemoryOptions {
  /** Stands between the feed and its views. */
  readonly through?: (views: ViewReader) => ViewReader;
  /** False where the modules under test do. */
  readonly answers?: boolean;
}

export class FeedOverMemory {
  readonly world = new World();
  readonly ledger: LedgerUnderTest = this.world.ledger();
  readonly journal = new MemoryJournal(this.world.store);
  readonly views = new MemoryViews();
  readonly keys = new InMemoryKeys((bytes) => new Uint8Array(bytes).fill(5));
  readonly numbers = new AccountNumbers(this.ledger.records);
  readonly users: Users;
  readonly feed: Client;
  readonly generator: ClientOf<typeof feedGeneratorContract>;
  private readonly projector = new Projector(progress.consumer, this.views, feedProjections);
  private enriched = 0;

  constructor({ through = (views) => views, answers = true }: FeedOverMemoryOptions = {}) {
    const { transport, client: ledger } = this.ledger;
    const freshness = { waitUntil: () => this.fill() };
    const { journal, open, seal } = this;
    const clock = () => this.world.now;
    const { auth } = loginsOfNobody();
    this.users = new Users({ journal, keys: this.keys, clock, bookDate, ledger, auth, views: this.views, freshness });
    if (answers) {
      transport.answer(feedContract, new Feed({ views: through(this.views), freshness, progress, open }));
      transport.answer(feedGeneratorContract, new FeedGenerator({ journal, ledger, clock, bookDate, seal }));
    }
    // What needs no more than the views.
    const { get, list, ownedBy, ownerNames, numbersOf } = accountsContract.methods;
    const reads = new AccountReads(this.views, freshness);
    transport.answer(defineContract('accounts', { get, list, ownedBy, ownerNames, numbersOf }), {
      get: reads.get,
      list: reads.list,
      ownedBy: reads.ownedBy,
      ownerNames: this.users.names,
      numbersOf: async ({ accountIds }) => ({
        accounts: await Promise.all(
          accountIds.map(async (accountId) => ({ accountId, numbers: await this.numbers.numbersOf(accountId) })),
        ),
      }),
    });
    this.feed = transport.client(feedContract);
    this.generator = transport.client(feedGeneratorContract);
  }

  readonly open = (accountId: string, sealed: Uint8Array) => unsealPersonal(this.keys, accountId, sealed);

  readonly openAll = (accountId: string, sealed: readonly Uint8Array[]) => unsealAll(this.keys, accountId, sealed);

  readonly seal = async (accountId: string, commandId: string, text: Readonly<Record<string, string>>) => {
    await this.keys.create(accountId);
    return sealPersonal(this.keys, accountId, commandId, text);
  };

  /** Applies what came since the last time, so many events at a time. */
  async fill(batch = 100_000, views = this.views, projector = this.projector): Promise<void> {
    while (await this.fillOnce(batch, views, projector));
  }

  /** One batch; false where there was none. */
  async fillOnce(batch: number, views = this.views, projector = this.projector): Promise<boolean> {
    await projector.prepare();
    await projector.resumeAfter(0);
    const after = await views.progress(progress.consumer, 0);
    const events = await this.journal.readAll({ after, limit: batch });
    await projector.apply({ partition: 0, events });
    return events.length > 0;
  }

  /** All views from the first event on, in batches of this size. */
  async rebuilt(batch: number): Promise<MemoryViews> {
    const views = new MemoryViews();
    await this.fill(batch, views, new Projector(progress.consumer, views, feedProjections));
    return views;
  }

  /** The whole feed, page by page, newest first. */
  async list(accountId: AccountId, limit = 7): Promise<Item[]> {
    const all: Item[] = [];
    for (let before: string | null = null; ; ) {
      const { items } = await this.feed.list({ accountId, minPosition: 1n, before, limit }, context);
      all.push(...items);
      const last = items.at(-1);
      if (last === undefined || items.length < limit) return all;
      before = last.id;
    }
  }

  /** As the enrichment says it. */
  async enrich(
    accountId: AccountId,
    transactionId: TransactionId,
    how: Partial<TransactionEnriched> = {},
  ): Promise<void> {
    const event: TransactionEnriched = {
      type: 'TransactionEnriched',
      transactionId,
      originalTransactionId: null,
      merchantId: null,
      merchantName: 'Corner Shop',
      category: 'groceries',
      location: null,
      descriptor: 'CORNER SHOP',
      catalogue: '1',
      correction: null,
      rule: 'name',
      confidence: 90,
      causePosition: 1n,
      ...how,
    };
    const commandId = `enrich-${this.enriched++}`;
    const { now } = this.world;
    const metadata: EventMetadata = {
      type: event.type,
      schemaVersion: schemaVersionOf(event.type),
      stream: `enrichment-${accountId}-${commandId}`,
      revision: 0n,
      accountId,
      transactionId,
      commandId,
      contentHash: '',
      source: 'process.enrichment',
      correlationId: 'spec',
      causationId: null,
      traceparent: null,
      effectiveAt: now,
      recordedAt: now,
      localDate: bookDate(now),
      actor: 'service:spec',
    };
    await this.journal.append(metadata.stream, -1, [encodeEvent(event, metadata, 0)]);
  }
}
