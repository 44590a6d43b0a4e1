// One row per transaction, written from its last event alone.
import { monthOf } from '@tallystick/events';
import {
  type AccountId,
  TRANSACTION_EVENTS,
  type TransactionEvent,
  type TransactionFacts,
  transactionChangeOf,
} from '@tallystick/ledger-core';
import { mapping, type Projection, type Upsert } from '@tallystick/views';
import { accountMonthsTable, transactionsTable } from './transactions.tables.js';

export const transactionsProjection: Projection = mapping({
  name: 'transactions',
  tables: [transactionsTable, accountMonthsTable],
  handles: TRANSACTION_EVENTS,
  project({ event, metadata, position }, out) {
    const { accountId, effectiveAt } = metadata;
    if (accountId === null) return;
    // It is given what it handles.
    const change = transactionChangeOf(event as TransactionEvent, effectiveAt);
    if (change === undefined) return;
    const { transactionId, facts, amount, currency, status, declineReason } = change;
    const key: Key = { account_id: accountId, month: monthOf(transactionId), transaction_id: transactionId };
    if (facts !== null) what(key, facts, position, out);
    const money = { ...key, amount, currency, status, decline_reason: declineReason };
    out.push({ table: transactionsTable, group: 'money', row: money, position });
    if (change.settles)
      out.push({ table: transactionsTable, group: 'settlement', row: { ...key, settled: effectiveAt }, position });
  },
});

interface Key {
  readonly account_id: AccountId;
  readonly month: string;
  readonly transaction_id: string;
}

function what(key: Key, facts: TransactionFacts, position: bigint, out: Upsert[]): void {
  const { created, kind, description, merchant, local, related } = facts;
  const row = {
    ...key,
    created,
    kind,
    description,
    mcc: merchant?.mcc ?? null,
    category: merchant?.category ?? null,
    local_amount: local?.amount ?? null,
    local_currency: local?.currency ?? null,
    related,
  };
  out.push({ table: transactionsTable, group: 'what', row, position });
  const month = { account_id: key.account_id, month: key.month, seen: true };
  out.push({ table: accountMonthsTable, group: 'seen', row: month, position: 0n, constant: true });
}
