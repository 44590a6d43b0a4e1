// The general ledger and the customers' accounts as sums over postings. Finance's trial balance reads them.
import type { CurrencyCode, EventType, JournalEntry, LedgerEvent } from '@tallystick/ledger-core';
import type {
  OpenProjection,
  ProjectedEvent,
  Projection,
  Row,
  TableDefinition,
  Upsert,
  ViewReader,
} from '@tallystick/views';
import { bookAccountOf } from './trial-balance.js';

/**
 * One set of rows per partition of the bus: their sum is the trial balance. Sums over all time may leave 64 bits where no single
 * amount or balance does, so they are decimal text. `applied` is the position of the last event in the sums: after a crash
 * between rows and progress (Cassandra), an event that comes again counts once.
 */
export const ledgerSumsTable: TableDefinition = {
  name: 'ledger_sums',
  partitionKey: ['bus_partition'],
  clusteringKey: [
    { column: 'account', order: 'ascending' },
    { column: 'currency', order: 'ascending' },
  ],
  keys: { bus_partition: 'integer', account: 'text', currency: 'text' },
  groups: { sums: { debits: 'text', credits: 'text', applied: 'integer' } },
};

type Posted = Extract<LedgerEvent, { readonly entry: JournalEntry | null }>;

// A record, so that an event with an entry that is missing here does not compile.
const POSTS: Readonly<Record<Posted['type'], true>> = {
  AdjustmentPosted: true,
  CardPaymentPosted: true,
  CardPaymentReversed: true,
  ClearingPosted: true,
  ClearingReversed: true,
  ClearingSuspended: true,
  DisputeAbsorbed: true,
  DisputeLost: true,
  DisputeReduced: true,
  DisputeWon: true,
  EntryPosted: true,
  FeeCharged: true,
  PaymentConfirmed: true,
  PaymentReceived: true,
  PaymentReturned: true,
  PaymentSent: true,
  PotClosed: true,
  PotDeposited: true,
  PotWithdrawn: true,
  ProvisionalCreditPosted: true,
  RefundPosted: true,
  RefundReversed: true,
  StatementLinePosted: true,
  TransferReceived: true,
  TransferReturned: true,
  TransferSent: true,
};

export const generalLedgerProjection: Projection = {
  name: 'general-ledger',
  tables: [ledgerSumsTable],
  handles: new Set(Object.keys(POSTS) as EventType[]),
  open: (reader, partition) => new OpenLedgerSums(reader, partition),
};

/** Sums of a row as numbers. */
export function sumsOf(row: Row): { debits: bigint; credits: bigint } {
  return { debits: BigInt(row.debits as string), credits: BigInt(row.credits as string) };
}

interface Sum {
  readonly account: string;
  readonly currency: CurrencyCode;
  debits: bigint;
  credits: bigint;
  /** What the row had applied when it was read. */
  readonly stored: number;
  applied: number;
}

/** Beyond this the sums in memory are let go of: they are in the rows. */
const SUMS_KEPT = 50_000;

class OpenLedgerSums implements OpenProjection {
  private readonly sums = new Map<string, Sum>();

  constructor(
    private readonly reader: ViewReader,
    private readonly partition: number,
  ) {}

  async apply(events: readonly ProjectedEvent[], out: Upsert[]): Promise<void> {
    // What was written for earlier batches is stored by now, so nothing is lost with the memory.
    if (this.sums.size > SUMS_KEPT) this.sums.clear();
    const touched = new Set<Sum>();
    for (const { event, position } of events) {
      if (!('entry' in event) || event.entry === null) continue;
      const applied = Number(position);
      for (const posting of event.entry.postings) {
        const account = bookAccountOf(posting);
        const key = `${account} ${posting.currency}`;
        const sum = this.sums.get(key) ?? (await this.load(key, account, posting.currency));
        if (applied <= sum.stored) continue;
        if (posting.side === 'DEBIT') sum.debits += posting.amount;
        else sum.credits += posting.amount;
        sum.applied = applied;
        touched.add(sum);
      }
    }
    for (const sum of touched) out.push(this.rowOf(sum));
  }

  private async load(key: string, account: string, currency: CurrencyCode): Promise<Sum> {
    const row = await this.reader.get(ledgerSumsTable, { bus_partition: this.partition, account, currency });
    const { debits, credits } = row === undefined ? { debits: 0n, credits: 0n } : sumsOf(row);
    const stored = row === undefined ? 0 : (row.applied as number);
    const sum = { account, currency, debits, credits, stored, applied: stored };
    this.sums.set(key, sum);
    return sum;
  }

  private rowOf({ account, currency, debits, credits, applied }: Sum): Upsert {
    const key = { bus_partition: this.partition, account, currency };
    const row = { ...key, debits: String(debits), credits: String(credits), applied };
    return { table: ledgerSumsTable, group: 'sums', row, position: BigInt(applied) };
  }
}
