import type { TableDefinition } from '@tallystick/views';

/** Accounts lie on a fixed number of shelves, so that they can be listed by id and no partition holds them all. */
export const SHELVES = 16;

export function shelfOf(accountId: string): number {
  let sum = 0;
  for (let i = 0; i < accountId.length; i++) sum = (sum * 31 + accountId.charCodeAt(i)) % 65_521;
  return sum % SHELVES;
}

export const accountsTable: TableDefinition = {
  name: 'accounts',
  partitionKey: ['shelf'],
  clusteringKey: [{ column: 'account_id', order: 'ascending' }],
  keys: { shelf: 'integer', account_id: 'text' },
  groups: {
    opened: { external_reference: 'text', currency: 'text', product: 'text', opened_at: 'instant' },
    owners: { owners: 'text' },
    status: { status: 'text' },
  },
};

/** Which accounts a user owns; `owned` is false of those that they owned once. */
export const ownedAccountsTable: TableDefinition = {
  name: 'owned_accounts',
  partitionKey: ['user_id'],
  clusteringKey: [{ column: 'account_id', order: 'ascending' }],
  keys: { user_id: 'text', account_id: 'text' },
  groups: { owned: { owned: 'boolean' } },
};

/** Customers. `personal` is sealed under the customer's own key; null once they were erased. */
export const usersTable: TableDefinition = {
  name: 'users',
  partitionKey: ['user_id'],
  clusteringKey: [],
  keys: { user_id: 'text' },
  groups: {
    registered: { registered_at: 'instant' },
    details: { personal: 'bytes', changed_at: 'instant' },
  },
};
