import type { TableDefinition } from '@tallystick/views';

export const balancesTable: TableDefinition = {
  name: 'balances',
  partitionKey: ['account_id'],
  clusteringKey: [],
  keys: { account_id: 'text' },
  groups: { money: { ledger: 'money', held: 'money', available: 'money', pots: 'money' } },
};
