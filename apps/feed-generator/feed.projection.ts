// One feed item per transaction from its first authorisation to the last dispute (lifecycles, section 7), and what others posted.
import {
  feedChangeMonthsTable,
  feedChangesTable,
  feedItemsTable,
  feedMonthsTable,
  placeOf,
} from '@tallystick/contracts/feed-tables';
import { monthOf } from '@tallystick/events';
import {
  type AccountId,
  DISPUTE_EVENTS,
  type EventMetadata,
  type EventType,
  type FeedItemPosted,
  type LedgerEvent,
  type LocalDate,
  type Micros,
  TRANSACTION_EVENTS,
  type TransactionChange,
  type TransactionEnriched,
  type TransactionFacts,
  transactionChangeOf,
} from '@tallystick/ledger-core';
import { mapping, type Projection, type Row, type Upsert } from '@tallystick/views';

export const feedProjection: Projection = mapping({
  name: 'feed',
  tables: [feedItemsTable, feedMonthsTable, feedChangesTable, feedChangeMonthsTable],
  handles: [...new Set<EventType>([...TRANSACTION_EVENTS, ...DISPUTE_EVENTS, 'TransactionEnriched', 'FeedItemPosted'])],
  project({ event, metadata, position }, out) {
    const { accountId } = metadata;
    if (accountId !== null) write(event as FeedEvent, metadata, new Place(accountId, position, out));
  },
});

type FeedEvent = Extract<
  LedgerEvent,
  {
    readonly type:
      | (typeof TRANSACTION_EVENTS)[number]
      | (typeof DISPUTE_EVENTS)[number]
      | 'TransactionEnriched'
      | 'FeedItemPosted';
  }
>;

function write(event: FeedEvent, metadata: EventMetadata, at: Place): void {
  switch (event.type) {
    case 'TransactionEnriched':
      return enriched(event, metadata, at);
    case 'FeedItemPosted':
      return postedItem(event, metadata, at);
    case 'RefundPosted':
    case 'RefundReversed': {
      const { original } = event;
      if (original === null) break;
      at.item(original.transactionId).put('refund', { refunded: original.refunded });
      return at.changed(metadata);
    }
  }
  if ('dispute' in event) {
    const { originalTransactionId, status, claim, credited } = event.dispute;
    const dispute = { dispute_status: status, dispute_claim: claim, dispute_credited: credited };
    at.item(originalTransactionId).put('dispute', dispute);
    return at.changed(metadata);
  }
  const change = transactionChangeOf(event, metadata.effectiveAt);
  if (change !== undefined) transaction(change, metadata, at);
}

function transaction(change: TransactionChange, metadata: EventMetadata, at: Place): void {
  const { transactionId, facts, amount, currency, status, declineReason, settles } = change;
  at.item(transactionId);
  if (facts !== null) what(facts, metadata, at);
  at.put('money', { amount, currency, status, decline_reason: declineReason });
  if (settles) at.put('settlement', { settled: metadata.effectiveAt });
  at.changed(metadata);
}

function what(facts: TransactionFacts, { effectiveAt, localDate }: EventMetadata, at: Place): void {
  const { created, kind, description, merchant, local, related } = facts;
  at.put('what', {
    created,
    kind,
    description,
    mcc: merchant === null ? null : merchant.mcc,
    local_amount: local === null ? null : local.amount,
    local_currency: local === null ? null : local.currency,
    related,
  });
  // The first event's date, and no read to find out which is the first: an item is created at its first event's effectiveAt.
  if (created === effectiveAt) at.on(localDate);
  at.listed();
}

/** A linked refund is no item: what is said of it by itself is not said of its original. */
function enriched(event: TransactionEnriched, metadata: EventMetadata, at: Place): void {
  if (event.originalTransactionId !== null) return;
  const { merchantId, merchantName, category, location, confidence } = event;
  at.item(event.transactionId).put('enrichment', {
    merchant_id: merchantId,
    merchant_name: merchantName,
    category,
    location: location === null ? null : JSON.stringify(location),
    confidence,
  });
  at.changed(metadata);
}

function postedItem({ itemId, kind, personal }: FeedItemPosted, metadata: EventMetadata, at: Place): void {
  const { effectiveAt, localDate } = metadata;
  at.item(itemId).put('what', { created: effectiveAt, kind, description: '' });
  at.on(localDate);
  at.listed();
  at.put('money', { amount: 0n, status: 'POSTED' });
  at.put('basic', { personal });
  at.changed(metadata);
}

/** Where an event writes. */
class Place {
  private itemId = '';
  private month = '';
  private place = '';

  constructor(
    private readonly accountId: AccountId,
    private readonly position: bigint,
    private readonly out: Upsert[],
  ) {}

  item(itemId: string): this {
    this.itemId = itemId;
    this.month = monthOf(itemId);
    this.place = placeOf(itemId);
    return this;
  }

  put(group: keyof typeof feedItemsTable.groups, columns: Row): void {
    const row = { account_id: this.accountId, month: this.month, place: this.place, ...columns };
    this.out.push({ table: feedItemsTable, group, row, position: this.position });
  }

  on(localDate: LocalDate): void {
    this.put('day', { local_date: localDate });
  }

  listed(): void {
    const row = { account_id: this.accountId, month: this.month, seen: true };
    this.out.push({ table: feedMonthsTable, group: 'seen', row, position: 0n, constant: true });
  }

  changed({ recordedAt }: EventMetadata): void {
    const { accountId, position, itemId } = this;
    this.put('change', { updated: recordedAt, revision: position });
    const key = { account_id: accountId, month: recordedMonth(recordedAt) };
    this.out.push({ table: feedChangesTable, group: 'item', row: { ...key, position, item_id: itemId }, position });
    this.out.push({ table: feedChangeMonthsTable, group: 'change', row: { ...key, last: position }, position });
  }
}

const DAY = 86_400_000_000n;
const months = new Map<number, string>();

/** `YYYY-MM`, UTC. The events of a replay come from few days, and a Date for each would cost more than the rest of the row. */
function recordedMonth(recordedAt: Micros): string {
  const day = Number(recordedAt / DAY);
  let month = months.get(day);
  if (month === undefined) {
    month = new Date(day * 86_400_000).toISOString().slice(0, 7);
    months.set(day, month);
  }
  return month;
}
