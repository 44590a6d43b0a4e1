// Merchants, and which transactions are theirs.
import { monthOf } from '@tallystick/events';
import type { MerchantLocation, TransactionEnriched } from '@tallystick/ledger-core';
import type { OpenProjection, ProjectedEvent, Projection, Upsert } from '@tallystick/views';
import { enrichmentsTable, merchantMonthsTable, merchantsTable, merchantTransactionsTable } from './merchant.tables.js';

export const merchantProjection: Projection = {
  name: 'merchant',
  tables: [merchantsTable, enrichmentsTable, merchantTransactionsTable, merchantMonthsTable],
  handles: new Set(['MerchantCorrected', 'TransactionEnriched']),
  open: (): OpenProjection => ({
    apply(events, out) {
      const batch = new Batch(out);
      for (const event of events) batch.add(event);
      batch.finish();
    },
  }),
};

/** A batch holds many transactions of few merchants: what is said of a merchant is written once. */
class Batch {
  private readonly seen = new Map<string, { readonly event: TransactionEnriched; readonly position: bigint }>();
  private readonly months = new Map<string, Upsert>();

  constructor(private readonly out: Upsert[]) {}

  add({ event, metadata, position }: ProjectedEvent): void {
    if (event.type === 'MerchantCorrected') {
      const { merchantId, name, category, location } = event;
      const row = { merchant_id: merchantId, name, category, location: locationText(location), correction: position };
      this.out.push({ table: merchantsTable, group: 'correction', row, position });
    } else if (event.type === 'TransactionEnriched' && metadata.accountId !== null)
      this.enriched(event, metadata.accountId, position);
  }

  finish(): void {
    for (const [merchant_id, { event, position }] of this.seen) {
      const { merchantName: seen_name, category: seen_category, location } = event;
      const row = { merchant_id, seen_name, seen_category, seen_location: locationText(location) };
      this.out.push({ table: merchantsTable, group: 'seen', row, position });
    }
    for (const month of this.months.values()) this.out.push(month);
  }

  private enriched(event: TransactionEnriched, account_id: string, position: bigint): void {
    const { transactionId: transaction_id, merchantId: merchant_id } = event;
    const month = monthOf(transaction_id);
    this.out.push({
      table: enrichmentsTable,
      group: 'enrichment',
      row: {
        account_id,
        month,
        transaction_id,
        original: event.originalTransactionId,
        merchant_id,
        merchant_name: event.merchantName,
        category: event.category,
        location: locationText(event.location),
        descriptor: event.descriptor,
        catalogue: event.catalogue,
        correction: event.correction,
        rule: event.rule,
        confidence: event.confidence,
      },
      position,
    });
    if (merchant_id === null) return;
    const place = { merchant_id, month, account_id, transaction_id, seen: true };
    this.out.push({ table: merchantTransactionsTable, group: 'seen', row: place, position: 0n, constant: true });
    this.seen.set(merchant_id, { event, position });
    const row = { merchant_id, month, seen: true };
    this.months.set(`${merchant_id} ${month}`, {
      table: merchantMonthsTable,
      group: 'seen',
      row,
      position: 0n,
      constant: true,
    });
  }
}

function locationText(location: MerchantLocation | null): string | null {
  return location === null ? null : JSON.stringify(location);
}
