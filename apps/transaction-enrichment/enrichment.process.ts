// Says who was paid, and for what: one TransactionEnriched for each transaction that names a merchant, and again where a person corrected
// the merchant. A delivery may be repeated at any point: the enrichment streams themselves tell what was done. That needs the causes of
// one account and the corrections in one order, which is the bus's promise for one partition: each is given every correction, and does it
// for its own accounts.
import { hash } from 'node:crypto';
import type { Delivery } from '@tallystick/bus';
import type { CallContext, ClientOf, merchantContract, ResponseOf } from '@tallystick/contracts';
import type { Journal } from '@tallystick/journal';
import type { AccountId, Merchant, Micros, TransactionId } from '@tallystick/ledger-core';
import type { Records } from '@tallystick/views';
import { PartitionCheckpoints } from '@tallystick/views/partition-checkpoints';
import { type CauseMetadata, type CorrectedMerchant, causeOf, type NamedTransaction } from './causes.js';
import { type Enrichment, EnrichmentStreams, isDone } from './enrichment-streams.js';

/** How far the checkpoint may stay behind: what is delivered again costs little, a durable write for every delivery costs more. */
const STRIDE = 2_000n;
const RECENT_KEPT = 50_000;
const LINGER_MS = 25;
const TRANSACTIONS_PER_PAGE = 1_000;

type Methods = (typeof merchantContract)['methods'];
type Match = ResponseOf<Methods['resolve']>['matches'][number];
/** As much of an enrichment as tells whether another would say anything new. */
type Newest = Pick<Match, 'merchantId' | 'category' | 'descriptor'>;

export interface EnrichmentPorts {
  readonly merchants: ClientOf<typeof merchantContract>;
  readonly journal: Journal;
  readonly records: Records;
  /** Which partition of the bus an account's events are in. */
  readonly partitionOf: (accountId: AccountId) => number;
  /** Microseconds since 1970. */
  readonly clock: () => Micros;
  /** A context for calls that nobody outside waits for. */
  readonly contextFor: (causationId: string, correlationId: string) => CallContext;
  /** Ends the waiting for merchants and views; what was under way is done at the next start. */
  readonly signal: AbortSignal;
  /** How many transactions of a corrected merchant are held at once. */
  readonly transactionsPerPage?: number;
  /** Told of each position that it has come to. */
  readonly onProgress?: (position: bigint) => void;
}

interface Asked {
  readonly merchant: Merchant;
  readonly contentHash: string;
  match: Match | undefined;
}

export class EnrichmentProcess {
  readonly name = 'enrichment';
  /** Its commits share the disk with the decisions': rather few and large ones. */
  readonly lingerMs = LINGER_MS;
  private readonly streams: EnrichmentStreams;
  private readonly checkpoints: PartitionCheckpoints;
  private readonly applied = new Map<number, bigint>();
  /** What transactions were enriched with a short while ago. */
  private readonly recent = new Map<TransactionId, Newest>();
  /** Merchants are asked as of the last correction that was met: they need not wait for the views at every delivery. */
  private correctedAt = 0n;

  constructor(private readonly ports: EnrichmentPorts) {
    this.checkpoints = new PartitionCheckpoints(ports.records, this.name);
    const { journal, clock, contextFor } = ports;
    this.streams = new EnrichmentStreams({ journal, clock, actor: contextFor(this.name, this.name).actor });
  }

  async resumeAfter(partition: number): Promise<bigint> {
    const position = await this.checkpoints.load(partition);
    this.progressed(partition, position);
    if (position > this.correctedAt) this.correctedAt = position;
    return position;
  }

  /** How far the partition is applied; 0 before anything is. */
  progress(partition: number): bigint {
    return this.applied.get(partition) ?? 0n;
  }

  async apply({ partition, events }: Delivery): Promise<void> {
    const last = events.at(-1);
    if (last === undefined) return;
    try {
      await this.handle(partition, events);
    } catch (error) {
      // Being stopped is no failure: without its checkpoint, the delivery comes again.
      if (this.ports.signal.aborted) return;
      throw error;
    }
    this.progressed(partition, last.position);
    if (last.position - this.checkpoints.savedAt(partition) >= STRIDE) await this.save(partition);
  }

  /** Moves every checkpoint to where its partition has come. */
  async saveAll(): Promise<void> {
    for (const [partition, position] of this.applied) if (position > 0n) await this.save(partition);
  }

  /** Moves the checkpoint to where it has come. */
  async save(partition: number): Promise<void> {
    await this.checkpoints.save(partition, this.progress(partition));
  }

  private async handle(partition: number, events: Delivery['events']): Promise<void> {
    let transactions: NamedTransaction[] = [];
    for (const recorded of events) {
      const cause = causeOf(recorded);
      if (cause?.kind === 'transaction') transactions.push(cause);
      else if (cause !== undefined) {
        await this.enrich(transactions);
        transactions = [];
        await this.enrichAgain(partition, cause);
      }
    }
    await this.enrich(transactions);
  }

  private async enrich(transactions: readonly NamedTransaction[]): Promise<void> {
    const left = await this.leftOf(transactions);
    if (left.length === 0) return;
    const [asked, newest] = await Promise.all([this.resolve(left), this.newestOf(left)]);
    const byAccount = new Map<AccountId, Enrichment[]>();
    for (const cause of left) {
      const { match, contentHash } = asked.get(askedKey(cause.merchant)) ?? {};
      if (match === undefined || contentHash === undefined) throw new Error('a merchant was not resolved');
      const { accountId, transactionId } = cause;
      if (saysTheSame(newest.get(transactionId), match)) continue;
      newest.set(transactionId, match);
      add(byAccount, accountId, enrichmentOf(cause, match, contentHash, cause.metadata));
    }
    await this.append(byAccount);
    if (this.recent.size + newest.size > RECENT_KEPT) this.recent.clear();
    for (const [transactionId, match] of newest) this.recent.set(transactionId, match);
  }

  /** Without those that the streams have gone past. */
  private async leftOf(transactions: readonly NamedTransaction[]): Promise<NamedTransaction[]> {
    const ids = [...new Set(transactions.map(({ accountId }) => accountId))];
    const read = await Promise.all(ids.map((id) => this.streams.end(id)));
    const ends = new Map(ids.map((id, i) => [id, read[i]]));
    return transactions.filter(({ accountId, position, transactionId }) => {
      const end = ends.get(accountId);
      return end === undefined || !isDone(end, position, transactionId);
    });
  }

  /** Each merchant text is asked once. */
  private async resolve(causes: readonly NamedTransaction[]): Promise<ReadonlyMap<string, Asked>> {
    const asked = new Map<string, Asked>();
    for (const { merchant } of causes) {
      const key = askedKey(merchant);
      if (!asked.has(key))
        asked.set(key, { merchant, contentHash: hash('sha256', key, 'base64url'), match: undefined });
    }
    const all = [...asked.values()];
    const request = { minPosition: this.correctedAt, descriptors: all.map(({ merchant }) => merchant) };
    const { matches } = await this.ports.merchants.resolve(request, this.context());
    for (const [i, each] of all.entries()) each.match = matches[i];
    return asked;
  }

  /** What the transactions that may have been enriched before were enriched with last. */
  private async newestOf(causes: readonly NamedTransaction[]): Promise<Map<TransactionId, Newest>> {
    const newest = new Map<TransactionId, Newest>();
    const seen = new Set<TransactionId>();
    const missing: NamedTransaction[] = [];
    let minPosition = 0n;
    for (const cause of causes) {
      const { transactionId, mayFollow, accountId } = cause;
      if (seen.has(transactionId)) continue;
      seen.add(transactionId);
      const known = this.recent.get(transactionId);
      if (known !== undefined) newest.set(transactionId, known);
      else if (mayFollow) {
        const { position } = await this.streams.end(accountId);
        if (position === 0n) continue;
        missing.push(cause);
        if (position > minPosition) minPosition = position;
      }
    }
    if (missing.length === 0) return newest;
    const transactions = missing.map(({ accountId, transactionId }) => ({ accountId, transactionId }));
    const { enrichments } = await this.ports.merchants.enrichmentsOf({ minPosition, transactions }, this.context());
    for (const [i, { transactionId }] of missing.entries()) {
      const found = enrichments[i];
      if (found !== undefined && found !== null) newest.set(transactionId, found);
    }
    return newest;
  }

  /** All old transactions in the partition of a merchant that a person corrected, a page after the other. */
  private async enrichAgain(partition: number, { merchantId, position, metadata }: CorrectedMerchant): Promise<void> {
    const { merchants, journal, partitionOf, signal, transactionsPerPage = TRANSACTIONS_PER_PAGE } = this.ports;
    // The views must show all that this process has appended, in an earlier life too.
    const head = await journal.head();
    const minPosition = head > position ? head : position;
    let after: ResponseOf<Methods['transactionsOf']>['next'] = null;
    do {
      signal.throwIfAborted();
      const asked = { merchantId, minPosition, after, limit: transactionsPerPage };
      const page: ResponseOf<Methods['transactionsOf']> = await merchants.transactionsOf(asked, this.context());
      const byAccount = new Map<AccountId, Enrichment[]>();
      for (const { accountId, transactionId, originalTransactionId, applied, match } of page.transactions) {
        if (partitionOf(accountId) !== partition || (applied !== null && applied >= position)) continue;
        const cause = { transactionId, originalTransactionId, position };
        const contentHash = hash('sha256', `${merchantId}\n${match.correction}`, 'base64url');
        add(byAccount, accountId, enrichmentOf(cause, match, contentHash, metadata));
      }
      await this.append(byAccount);
      after = page.next;
    } while (after !== null);
    if (position > this.correctedAt) this.correctedAt = position;
    this.recent.clear();
  }

  /** Each to its end, one way or the other: a delivery that comes again must not meet appends of this one. */
  private async append(byAccount: ReadonlyMap<AccountId, readonly Enrichment[]>): Promise<void> {
    const appends = [...byAccount].map(([accountId, enrichments]) => this.streams.append(accountId, enrichments));
    for (const done of await Promise.allSettled(appends)) if (done.status === 'rejected') throw done.reason;
  }

  private progressed(partition: number, position: bigint): void {
    this.applied.set(partition, position);
    this.ports.onProgress?.(position);
  }

  private context(): CallContext {
    const { contextFor, signal } = this.ports;
    const { deadline, correlationId, causationId, actor } = contextFor(this.name, this.name);
    return { deadline, correlationId, causationId, actor, signal };
  }
}

function enrichmentOf(
  cause: Pick<NamedTransaction, 'transactionId' | 'originalTransactionId' | 'position'>,
  match: Match,
  contentHash: string,
  metadata: CauseMetadata,
): Enrichment {
  const { transactionId, originalTransactionId, position: causePosition } = cause;
  const { merchantId, name: merchantName, category, location, correction } = match;
  const { descriptor, catalogue, rule, confidence } = match;
  return {
    event: {
      type: 'TransactionEnriched',
      transactionId,
      originalTransactionId,
      merchantId,
      merchantName,
      category,
      location,
      descriptor,
      catalogue,
      correction,
      rule,
      confidence,
      causePosition,
    },
    contentHash,
    cause: metadata,
  };
}

function saysTheSame(newest: Newest | undefined, match: Match): boolean {
  return (
    newest !== undefined &&
    newest.descriptor === match.descriptor &&
    newest.merchantId === match.merchantId &&
    newest.category === match.category
  );
}

function askedKey({ descriptor, mcc, category, country }: Merchant): string {
  return `${descriptor}\n${mcc ?? ''}\n${category ?? ''}\n${country ?? ''}`;
}

function add(byAccount: Map<AccountId, Enrichment[]>, accountId: AccountId, enrichment: Enrichment): void {
  const list = byAccount.get(accountId);
  if (list === undefined) byAccount.set(accountId, [enrichment]);
  else list.push(enrichment);
}
