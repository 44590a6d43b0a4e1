import type { TableDefinition } from '@tallystick/views';

export const balancesTable: TableDefinition = {
  name: 'balances',
  partitionKey: ['account_id'],
  clusteringKey: [],
  keys: { account_id: 'text' },
  /** `said_at`: journal position of the event that says so. */
  groups: { money: { ledger: 'money', held: 'money', available: 'money', pots: 'money', said_at: 'instant' } },
};

/** Of each account, closed ones too. `updated` is recordedAt of the last event that said something of the pot. */
export const potsTable: TableDefinition = {
  name: 'pots',
  partitionKey: ['account_id'],
  clusteringKey: [{ column: 'pot_id', order: 'ascending' }],
  keys: { account_id: 'text', pot_id: 'text' },
  groups: {
    /** `personal` is sealed as in the event, so that destroying the key erases it here, too. */
    what: { personal: 'bytes', goal: 'money', style: 'text', created: 'instant' },
    money: { balance: 'money' },
    lock: { locked: 'boolean', locked_until: 'instant' },
    closing: { closed: 'boolean' },
    change: { updated: 'instant' },
  },
};

/** Whose pot it is. */
export const potAccountsTable: TableDefinition = {
  name: 'pot_accounts',
  partitionKey: ['pot_id'],
  clusteringKey: [],
  keys: { pot_id: 'text' },
  groups: { owner: { account_id: 'text' } },
};
