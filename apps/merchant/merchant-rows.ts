// The service's reads of its own views.
import type { merchantContract, ResponseOf } from '@tallystick/contracts';
import { monthOf, tellsItsMonth } from '@tallystick/events';
import type { AccountId, MerchantId, MerchantLocation, TransactionId } from '@tallystick/ledger-core';
import type { Row, ViewReader } from '@tallystick/views';
import { enrichmentsTable, merchantMonthsTable, merchantsTable, merchantTransactionsTable } from './merchant.tables.js';

type Methods = (typeof merchantContract)['methods'];
type Match = ResponseOf<Methods['resolve']>['matches'][number];
type Place = NonNullable<ResponseOf<Methods['transactionsOf']>['next']>;

export interface Facts {
  readonly name: string;
  readonly category: string;
  readonly location: MerchantLocation | null;
}

export interface Correction extends Facts {
  /** Journal position. */
  readonly position: bigint;
}

export interface StoredEnrichment extends Match {
  readonly accountId: AccountId;
  readonly transactionId: TransactionId;
  readonly originalTransactionId: TransactionId | null;
}

const MONTHS_PER_PAGE = 24;

// The casts say what the tables declare.

/** What a person said of it, and what its newest transaction was enriched with. */
export async function readMerchant(views: ViewReader, merchantId: MerchantId) {
  const row = await views.get(merchantsTable, { merchant_id: merchantId });
  return { correction: row === undefined ? null : correctionOf(row), seen: row === undefined ? null : seenOf(row) };
}

function correctionOf(row: Row): Correction | null {
  if (row.correction === null) return null;
  return {
    name: row.name as string,
    category: row.category as string,
    location: locationOf(row.location as string | null),
    position: row.correction as bigint,
  };
}

function seenOf(row: Row): Facts | null {
  if (row.seen_name === null) return null;
  return {
    name: row.seen_name as string,
    category: row.seen_category as string,
    location: locationOf(row.seen_location as string | null),
  };
}

export async function readEnrichment(views: ViewReader, place: Place): Promise<StoredEnrichment | null> {
  const { accountId, transactionId } = place;
  if (!tellsItsMonth(transactionId, 'tx')) return null;
  const key = { account_id: accountId, month: monthOf(transactionId), transaction_id: transactionId };
  const row = await views.get(enrichmentsTable, key);
  if (row === undefined) return null;
  return {
    accountId,
    transactionId,
    originalTransactionId: row.original as TransactionId | null,
    merchantId: row.merchant_id as MerchantId | null,
    name: row.merchant_name as string,
    category: row.category as string,
    location: locationOf(row.location as string | null),
    descriptor: row.descriptor as string,
    catalogue: row.catalogue as string,
    correction: row.correction as bigint | null,
    rule: row.rule as string,
    confidence: row.confidence as number,
  };
}

/** Places of transactions that were ever the merchant's, and where the next page begins. */
export async function readPlaces(
  views: ViewReader,
  merchantId: MerchantId,
  after: Place | null,
  limit: number,
): Promise<{ readonly places: Place[]; readonly next: Place | null }> {
  const places: Place[] = [];
  for await (const month of monthsOf(views, merchantId, after)) {
    const begins = after !== null && monthOf(after.transactionId) === month;
    const rows = await views.slice(merchantTransactionsTable, {
      partition: { merchant_id: merchantId, month },
      ...(begins ? { after: { account_id: after.accountId, transaction_id: after.transactionId } } : {}),
      limit: limit - places.length,
    });
    for (const row of rows)
      places.push({ accountId: row.account_id as AccountId, transactionId: row.transaction_id as TransactionId });
    if (places.length >= limit) return { places, next: places.at(-1) ?? null };
  }
  return { places, next: null };
}

/** Oldest first, from that of `after` on. */
async function* monthsOf(views: ViewReader, merchantId: MerchantId, after: Place | null): AsyncIterable<string> {
  let last = after === null ? undefined : monthOf(after.transactionId);
  if (last !== undefined) yield last;
  for (;;) {
    const page = await views.slice(merchantMonthsTable, {
      partition: { merchant_id: merchantId },
      ...(last === undefined ? {} : { after: { month: last } }),
      limit: MONTHS_PER_PAGE,
    });
    for (const row of page) yield row.month as string;
    if (page.length < MONTHS_PER_PAGE) return;
    last = page.at(-1)?.month as string;
  }
}

function locationOf(text: string | null): MerchantLocation | null {
  return text === null ? null : (JSON.parse(text) as MerchantLocation);
}
