// From a row of the view to an item.
import { type feedContract, itemIdAt, type ResponseOf } from '@tallystick/contracts';
import { ERASED, type PersonalText } from '@tallystick/events';
import type { AccountId, CurrencyCode, MerchantId, MerchantLocation } from '@tallystick/ledger-core';
import type { Row } from '@tallystick/views';

export type Item = NonNullable<ResponseOf<(typeof feedContract)['methods']['get']>['found']>;
export type BasicItem = NonNullable<Item['basic']>;

/** Opens text that was sealed under the account's key; ERASED where that was destroyed. */
export type OpenPersonal = (accountId: AccountId, sealed: Uint8Array) => Promise<PersonalText | typeof ERASED>;

/** What decides whether an item counts as spending. */
export type Movement = Pick<Item, 'kind' | 'status' | 'amount' | 'refunded'>;

/** A row that something was said of before it was said what it is is no item yet. */
export function isItem(row: Row): boolean {
  return row.kind !== null;
}

export async function itemOf(accountId: AccountId, row: Row, open: OpenPersonal): Promise<Item> {
  const item = publicItemOf(accountId, row);
  const { personal } = row;
  if (!(personal instanceof Uint8Array)) return item;
  const text = await open(accountId, personal);
  const basic = basicOf(text === ERASED ? {} : text);
  return { ...item, basic, description: basic.title, status: text === ERASED ? ERASED_STATUS : item.status };
}

const ERASED_STATUS = 'ERASED';

/** The declared types of the table's columns are what these casts say. */
function publicItemOf(accountId: AccountId, row: Row): Item {
  const movement = movementOf(row);
  return {
    id: itemIdAt(row.place as string),
    accountId,
    created: row.created as bigint,
    updated: row.updated as bigint,
    revision: row.revision as bigint,
    settled: row.settled as bigint | null,
    ...movement,
    dispute: disputeOf(row),
    declineReason: row.decline_reason as string | null,
    currency: row.currency as CurrencyCode | null,
    localAmount: row.local_amount as bigint | null,
    localCurrency: row.local_currency as string | null,
    description: row.description as string,
    mcc: row.mcc as string | null,
    related: row.related as string | null,
    category: categoryOf(row, movement),
    merchant: merchantOf(row),
    includeInSpending: countsAsSpending(movement),
    basic: null,
  };
}

export function movementOf(row: Row): Movement {
  return {
    kind: row.kind as string,
    status: row.status as string,
    amount: row.amount as bigint,
    refunded: (row.refunded as bigint | null) ?? 0n,
  };
}

/**
 * Money that was spent, or came back of it: cards, refunds, payments out, fees, negative statement lines. Not what moves between the
 * customer's own pockets, comes in, or never happened.
 */
export function countsAsSpending({ kind, status, amount, refunded }: Movement): boolean {
  if (status === 'DECLINED') return false;
  switch (kind) {
    case 'card':
    case 'refund':
      return amount !== 0n || refunded !== 0n;
    case 'payment':
    case 'fee':
    case 'statement-line':
      return amount < 0n;
    default:
      return false;
  }
}

/** As it was enriched; without that, what its kind tells. */
export function categoryOf(row: Row, { kind, amount }: Movement): string {
  const { category } = row;
  if (typeof category === 'string') return category;
  if (kind === 'pot') return 'savings';
  if (kind === 'transfer') return 'transfers';
  return kind === 'payment' && amount > 0n ? 'income' : 'general';
}

function disputeOf(row: Row): Item['dispute'] {
  const status = row.dispute_status as string | null;
  if (status === null) return null;
  return { status, claim: row.dispute_claim as bigint, credited: row.dispute_credited as bigint };
}

function merchantOf(row: Row): Item['merchant'] {
  if (row.merchant_name === null) return null;
  return {
    id: row.merchant_id as MerchantId | null,
    name: row.merchant_name as string,
    location: locationOf(row.location as string | null),
    confidence: row.confidence as number,
  };
}

function locationOf(json: string | null): MerchantLocation | null {
  return json === null ? null : JSON.parse(json);
}

function basicOf(text: PersonalText): BasicItem {
  return {
    title: text.title ?? '',
    body: text.body ?? null,
    imageUrl: text.imageUrl ?? '',
    url: text.url ?? null,
    backgroundColor: text.backgroundColor ?? null,
    titleColor: text.titleColor ?? null,
    bodyColor: text.bodyColor ?? null,
  };
}
