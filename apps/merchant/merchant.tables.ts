import type { TableDefinition } from '@tallystick/views';

/** What is known of each merchant. Locations are JSON, as the service writes them. */
export const merchantsTable: TableDefinition = {
  name: 'merchants',
  partitionKey: ['merchant_id'],
  clusteringKey: [],
  keys: { merchant_id: 'text' },
  groups: {
    /** What a person said last. `correction` is its journal position. */
    correction: { name: 'text', category: 'text', location: 'text', correction: 'instant' },
    /** What its newest transaction was enriched with. */
    seen: { seen_name: 'text', seen_category: 'text', seen_location: 'text' },
  },
};

/** The newest enrichment of each transaction. */
export const enrichmentsTable: TableDefinition = {
  name: 'enrichments',
  partitionKey: ['account_id', 'month'],
  clusteringKey: [{ column: 'transaction_id', order: 'descending' }],
  keys: { account_id: 'text', month: 'text', transaction_id: 'text' },
  groups: {
    enrichment: {
      original: 'text',
      merchant_id: 'text',
      merchant_name: 'text',
      category: 'text',
      location: 'text',
      descriptor: 'text',
      catalogue: 'text',
      correction: 'instant',
      rule: 'text',
      confidence: 'integer',
    },
  },
};

/**
 * Which transactions were ever enriched with a merchant. One that was given another merchant since is still here: whether it is this
 * merchant's says its newest enrichment.
 */
export const merchantTransactionsTable: TableDefinition = {
  name: 'merchant_transactions',
  partitionKey: ['merchant_id', 'month'],
  clusteringKey: [
    { column: 'account_id', order: 'ascending' },
    { column: 'transaction_id', order: 'ascending' },
  ],
  keys: { merchant_id: 'text', month: 'text', account_id: 'text', transaction_id: 'text' },
  groups: { seen: { seen: 'boolean' } },
};

/** Which months a merchant has transactions in. */
export const merchantMonthsTable: TableDefinition = {
  name: 'merchant_months',
  partitionKey: ['merchant_id'],
  clusteringKey: [{ column: 'month', order: 'ascending' }],
  keys: { merchant_id: 'text', month: 'text' },
  groups: { seen: { seen: 'boolean' } },
};
