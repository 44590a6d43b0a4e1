// A ledger with merchants and the enrichment process beside it, all over one journal in memory.
import { type ClientOf, merchantContract, type RequestOf } from '@tallystick/contracts';
import { decodeMetadata, decodePayload } from '@tallystick/events';
import type { RecordedEvent } from '@tallystick/journal';
import { MemoryJournal } from '@tallystick/journal/memory/index';
import type {
  AccountCommand,
  AccountId,
  EventMetadata,
  Merchant,
  MerchantId,
  TransactionEnriched,
} from '@tallystick/ledger-core';
import { authorise, clear, fund, issue, open } from '@tallystick/ledger-core/account/commands.suite';
import { Projector } from '@tallystick/views';
import { MemoryRecords, MemoryViews } from '@tallystick/views/memory/index';
import { FaultyJournal } from '../ledger/faulty-journal.suite.js';
import { bookDate, context, contextFor, type LedgerUnderTest, World } from '../ledger/ledger-over-memory.suite.js';
import { Catalogue } from '../merchant/catalogue.js';
import { merchantProjection } from '../merchant/merchant.projection.js';
import { Merchants } from '../merchant/merchants.js';
import { registryRules } from '../merchant/registry/registry.js';
import { EnrichmentProcess } from './enrichment.process.js';

export interface Enriched {
  readonly position: bigint;
  readonly event: TransactionEnriched;
  readonly metadata: EventMetadata;
}

type Correction = RequestOf<(typeof merchantContract)['methods']['correct']>;

export class EnrichedWorld {
  readonly world = new World();
  readonly ledger: LedgerUnderTest = this.world.ledger();
  readonly views = new MemoryViews();
  readonly merchants: ClientOf<typeof merchantContract>;
  /** How often the merchants and the views were asked. */
  readonly asked = { resolve: 0, enrichmentsOf: 0, transactionsOf: 0 };
  private readonly projector = new Projector('views', this.views, [merchantProjection]);

  constructor() {
    const { transport } = this.ledger;
    const merchants = new Merchants({
      catalogue: new Catalogue('test', registryRules),
      journal: new MemoryJournal(this.world.store),
      views: this.views,
      freshness: { waitUntil: () => this.fill() },
      clock: () => this.world.now,
      bookDate,
    });
    transport.answer(merchantContract, merchants);
    const client = transport.client(merchantContract);
    const counted = <Method extends keyof typeof this.asked>(method: Method): (typeof client)[Method] =>
      ((request: never, asking: never) => {
        this.asked[method]++;
        return client[method](request, asking);
      }) as (typeof client)[Method];
    this.merchants = {
      ...client,
      resolve: counted('resolve'),
      enrichmentsOf: counted('enrichmentsOf'),
      transactionsOf: counted('transactionsOf'),
    };
  }

  /** Opens an account with one card and money. */
  async open(accountId: AccountId): Promise<AccountId> {
    await this.projector.prepare();
    const cardId = cardOf(accountId);
    await this.ledger.given(accountId, open({ accountId }), issue({ cardId }), fund(1_000_000n));
    return accountId;
  }

  async pay(accountId: AccountId, n: string, descriptor: string): Promise<void> {
    await this.ledger.given(accountId, ...authorised(accountId, n, descriptor));
  }

  async payAndClear(accountId: AccountId, n: string, descriptor: string): Promise<void> {
    await this.pay(accountId, n, descriptor);
    await this.clear(accountId, n, descriptor);
  }

  async clear(accountId: AccountId, n: string, descriptor: string): Promise<void> {
    const how = { cardId: cardOf(accountId), merchant: named(descriptor) };
    await this.ledger.given(accountId, clear(n, 100n, `clearing ${n}`, how));
  }

  /** Applies what the views have not seen. */
  async fill(): Promise<void> {
    await this.projector.prepare();
    const journal = new MemoryJournal(this.world.store);
    for (let after = await this.projector.resumeAfter(0); ; ) {
      const events = await journal.readAll({ after, limit: 100_000 });
      if (events.length === 0) return;
      await this.projector.apply({ partition: 0, events });
      after = await this.views.progress('views', 0);
    }
  }

  async enriched(accountId?: AccountId): Promise<Enriched[]> {
    const all = await new MemoryJournal(this.world.store).readAll({ after: 0n, limit: 1_000_000 });
    return all.flatMap(({ stream, payload, metadata, position }) => {
      if (accountId === undefined ? !stream.startsWith('enrichment-') : stream !== `enrichment-${accountId}`) return [];
      const event = decodePayload(payload);
      if (event.type !== 'TransactionEnriched') throw new Error(`${stream} holds a ${event.type}`);
      return [{ position, event, metadata: decodeMetadata(metadata) }];
    });
  }

  /** The newest enrichment of each transaction. */
  async newest(): Promise<Map<string, TransactionEnriched>> {
    return new Map((await this.enriched()).map(({ event }) => [event.transactionId, event]));
  }

  async correct(merchantId: MerchantId, how: Partial<Correction> = {}) {
    const nothing = { name: null, category: null, location: null, reason: 'a customer wrote' };
    return this.merchants.correct(
      { merchantId, caller: 'spec', key: this.world.newKey(), ...nothing, ...how },
      context,
    );
  }

  async merchantIdOf(descriptor: string): Promise<MerchantId> {
    const { matches } = await this.merchants.resolve({ minPosition: 0n, descriptors: [named(descriptor)] }, context);
    const id = matches[0]?.merchantId;
    if (id === undefined || id === null) throw new Error(`${descriptor} names nobody`);
    return id;
  }
}

/** One life of the process, in the hands of whoever drives it. */
export class Driven {
  readonly journal: FaultyJournal;
  readonly stopping = new AbortController();
  readonly process: EnrichmentProcess;

  constructor(
    of: EnrichedWorld,
    transactionsPerPage = 5,
    private readonly partitionOf: (accountId: AccountId) => number = () => 0,
  ) {
    this.journal = new FaultyJournal(new MemoryJournal(of.world.store));
    this.process = new EnrichmentProcess({
      partitionOf,
      merchants: of.merchants,
      journal: this.journal,
      records: new MemoryRecords(of.world.recordStore),
      clock: () => of.world.now,
      contextFor,
      signal: this.stopping.signal,
      transactionsPerPage,
    });
  }

  /** Everything since the partition's checkpoint, so many events at a time. */
  async run(batch = 1_000_000, partition = 0): Promise<void> {
    const head = await this.journal.head();
    let after = await this.process.resumeAfter(partition);
    while (after < head) {
      const events = await this.journal.readAll({ after, limit: batch });
      after = events.at(-1)?.position ?? head;
      await this.process.apply({ partition, events: events.filter((event) => this.isIn(partition, event)) });
      if (this.stopping.signal.aborted) return;
    }
    await this.process.save(partition);
  }

  /** As the relay puts them: what is of no account goes to every partition. */
  private isIn(partition: number, { metadata }: RecordedEvent): boolean {
    const { accountId } = decodeMetadata(metadata);
    return accountId === null || this.partitionOf(accountId) === partition;
  }
}

export function named(descriptor: string): Merchant {
  return { descriptor, mcc: null, category: null, country: null };
}

export function authorised(accountId: AccountId, n: string, descriptor: string): AccountCommand[] {
  return [authorise(n, 100n, { cardId: cardOf(accountId), merchant: named(descriptor) })];
}

export function cardOf(accountId: AccountId) {
  return issue({ cardId: `card_${accountId}` as ReturnType<typeof issue>['cardId'] }).cardId;
}
