// One row per transaction, written from its last event alone.
import { monthOf } from '@tallystick/events';
import {
  type AccountId,
  type AttachmentDeregistered,
  type AttachmentRegistered,
  type EventMetadata,
  TRANSACTION_EVENTS,
  type TransactionAnnotated,
  type TransactionEnriched,
  type TransactionEvent,
  type TransactionFacts,
  transactionChangeOf,
} from '@tallystick/ledger-core';
import { mapping, type Projection, type Upsert } from '@tallystick/views';
import { accountMonthsTable, annotationsTable, attachmentsTable, transactionsTable } from './transactions.tables.js';

export const transactionsProjection: Projection = mapping({
  name: 'transactions',
  tables: [transactionsTable, accountMonthsTable, annotationsTable, attachmentsTable],
  handles: [
    ...TRANSACTION_EVENTS,
    'TransactionEnriched',
    'TransactionAnnotated',
    'AttachmentRegistered',
    'AttachmentDeregistered',
  ],
  project({ event, metadata, position }, out) {
    const { accountId, effectiveAt, recordedAt } = metadata;
    if (accountId === null) return;
    switch (event.type) {
      case 'TransactionEnriched':
        return enriched(event, accountId, { metadata, position }, out);
      case 'TransactionAnnotated':
        return annotated(event, accountId, { metadata, position }, out);
      case 'AttachmentRegistered':
      case 'AttachmentDeregistered':
        return attached(event, accountId, { metadata, position }, out);
    }
    // It is given what it handles.
    const change = transactionChangeOf(event as TransactionEvent, effectiveAt);
    if (change === undefined) return;
    const { transactionId, facts, amount, currency, status, declineReason } = change;
    const key: Key = { account_id: accountId, month: monthOf(transactionId), transaction_id: transactionId };
    if (facts !== null) what(key, facts, position, out);
    const money = { ...key, amount, currency, status, decline_reason: declineReason, recorded: recordedAt };
    out.push({ table: transactionsTable, group: 'money', row: money, position });
    if (change.settles)
      out.push({ table: transactionsTable, group: 'settlement', row: { ...key, settled: effectiveAt }, position });
  },
});

interface Recorded {
  readonly metadata: EventMetadata;
  readonly position: bigint;
}

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

/** A page of transactions with their merchants is one read: whoever lists them needs not ask for each row who was paid. */
function enriched(
  event: TransactionEnriched,
  accountId: AccountId,
  { metadata, position }: Recorded,
  out: Upsert[],
): void {
  const { transactionId, merchantId, merchantName, category, location } = event;
  const row = {
    account_id: accountId,
    month: monthOf(transactionId),
    transaction_id: transactionId,
    merchant_id: merchantId,
    merchant_name: merchantName,
    merchant_category: category,
    location: location === null ? null : JSON.stringify(location),
    enriched_at: metadata.recordedAt,
  };
  out.push({ table: transactionsTable, group: 'enrichment', row, position });
}

function annotated(
  { transactionId, clientId, personal }: TransactionAnnotated,
  accountId: AccountId,
  { metadata, position }: Recorded,
  out: Upsert[],
): void {
  const row = {
    account_id: accountId,
    month: monthOf(transactionId),
    client_id: clientId,
    transaction_id: transactionId,
    written: personal,
    annotated_at: metadata.recordedAt,
  };
  out.push({ table: annotationsTable, group: 'annotation', row, position });
}

function attached(
  event: AttachmentRegistered | AttachmentDeregistered,
  accountId: AccountId,
  { metadata, position }: Recorded,
  out: Upsert[],
): void {
  const { transactionId, attachmentId, userId } = event;
  const row = {
    account_id: accountId,
    month: monthOf(transactionId),
    transaction_id: transactionId,
    attachment_id: attachmentId,
    user_id: userId,
    personal: event.type === 'AttachmentRegistered' ? event.personal : null,
    changed_at: metadata.recordedAt,
  };
  out.push({ table: attachmentsTable, group: 'attachment', row, position });
}
