import type { TableDefinition } from '@tallystick/views';

/** An account's transactions, a month to a partition. Ids sort by the time of the transaction's first event, and tell it. */
export const transactionsTable: TableDefinition = {
  name: 'transactions',
  partitionKey: ['account_id', 'month'],
  clusteringKey: [{ column: 'transaction_id', order: 'descending' }],
  keys: { account_id: 'text', month: 'text', transaction_id: 'text' },
  groups: {
    what: {
      created: 'instant',
      kind: 'text',
      description: 'text',
      mcc: 'text',
      category: 'text',
      local_amount: 'money',
      local_currency: 'text',
      related: 'text',
    },
    /** `recorded`: recordedAt of the last event that says so. */
    money: { amount: 'money', currency: 'text', status: 'text', decline_reason: 'text', recorded: 'instant' },
    settlement: { settled: 'instant' },
    /** `location` is JSON of a MerchantLocation; `enriched_at` the newest enrichment's recordedAt. */
    enrichment: {
      merchant_id: 'text',
      merchant_name: 'text',
      merchant_category: 'text',
      location: 'text',
      enriched_at: 'instant',
    },
  },
};

/** Which months an account has transactions in: no one may assume that the newest month holds the newest row. */
export const accountMonthsTable: TableDefinition = {
  name: 'account_months',
  partitionKey: ['account_id'],
  clusteringKey: [{ column: 'month', order: 'descending' }],
  keys: { account_id: 'text', month: 'text' },
  groups: { seen: { seen: 'boolean' } },
};

/** What a client has written beside an account's transactions: metadata of one client never lies with another's. */
export const annotationsTable: TableDefinition = {
  name: 'annotations',
  partitionKey: ['account_id', 'month', 'client_id'],
  clusteringKey: [{ column: 'transaction_id', order: 'ascending' }],
  keys: { account_id: 'text', month: 'text', client_id: 'text', transaction_id: 'text' },
  /** `written`: texts by key, sealed under the account's key; null where none is left. `annotated_at` is recordedAt. */
  groups: { annotation: { written: 'bytes', annotated_at: 'instant' } },
};

/** Files beside an account's transactions. */
export const attachmentsTable: TableDefinition = {
  name: 'attachments',
  partitionKey: ['account_id', 'month'],
  clusteringKey: [
    { column: 'transaction_id', order: 'ascending' },
    { column: 'attachment_id', order: 'ascending' },
  ],
  keys: { account_id: 'text', month: 'text', transaction_id: 'text', attachment_id: 'text' },
  /** `personal`: where it lies and its type, sealed; null once it was taken away. `changed_at` is recordedAt of either. */
  groups: { attachment: { user_id: 'text', personal: 'bytes', changed_at: 'instant' } },
};
