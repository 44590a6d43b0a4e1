import type { TableDefinition } from '@tallystick/views';

/** The cards of an account. `controls` and `limits` are JSON; amounts in it are decimal text. */
export const cardsTable: TableDefinition = {
  name: 'cards',
  partitionKey: ['account_id'],
  clusteringKey: [{ column: 'card_id', order: 'ascending' }],
  keys: { account_id: 'text', card_id: 'text' },
  groups: {
    issued: { masked: 'text', expiry: 'text', holder: 'text', issued_at: 'instant' },
    status: { status: 'text', replaced_by: 'text' },
    frozen: { frozen: 'boolean' },
    controls: { controls: 'text' },
    limits: { limits: 'text' },
  },
};
