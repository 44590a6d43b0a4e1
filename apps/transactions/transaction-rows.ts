// From a row of the view to a transaction.
import type { ResponseOf, transactionsContract } from '@tallystick/contracts';
import type { AccountId, CurrencyCode, MerchantId, TransactionId } from '@tallystick/ledger-core';
import type { Row } from '@tallystick/views';

type Methods = (typeof transactionsContract)['methods'];
export type Transaction = ResponseOf<Methods['list']>['transactions'][number];
/** With what customers' programs wrote beside it. */
export type Annotated = ResponseOf<Methods['page']>['transactions'][number];

/** Something was said of it, but not yet what it is: no transaction so far. */
export function isTransaction(row: Row): boolean {
  return row.kind !== null;
}

/** The declared types of the table's columns are what these casts say. */
export function transactionOf(accountId: AccountId, row: Row): Transaction {
  return {
    id: row.transaction_id as TransactionId,
    accountId,
    created: row.created as bigint,
    updated: updatedOf(row),
    settled: row.settled as bigint | null,
    amount: row.amount as bigint,
    currency: row.currency as CurrencyCode,
    kind: row.kind as string,
    status: row.status as string,
    description: row.description as string,
    mcc: row.mcc as string | null,
    category: row.category as string | null,
    localAmount: row.local_amount as bigint | null,
    localCurrency: row.local_currency as string | null,
    declineReason: row.decline_reason as string | null,
    related: row.related as string | null,
    payee: payeeOf(row),
    includeInSpending: countsAsSpending(row),
  };
}

/** As the feed counts it, save that a refund is a row of its own here. */
export function countsAsSpending({ kind, status, amount }: Row): boolean {
  if (status === 'DECLINED' || typeof amount !== 'bigint') return false;
  switch (kind) {
    case 'card':
    case 'refund':
      return amount !== 0n;
    case 'payment':
    case 'fee':
    case 'statement-line':
      return amount < 0n;
    default:
      return false;
  }
}

function updatedOf({ recorded, enriched_at }: Row): bigint {
  const money = recorded as bigint;
  return typeof enriched_at === 'bigint' && enriched_at > money ? enriched_at : money;
}

function payeeOf({ merchant_id, merchant_name, merchant_category, location }: Row): Transaction['payee'] {
  if (typeof merchant_name !== 'string') return null;
  return {
    id: merchant_id as MerchantId | null,
    name: merchant_name,
    category: merchant_category as string,
    location: typeof location === 'string' ? JSON.parse(location) : null,
  };
}
