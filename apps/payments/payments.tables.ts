import type { TableDefinition } from '@tallystick/views';

/** Scheduled payments and standing orders of each account, those that are over too. */
export const schedulesTable: TableDefinition = {
  name: 'schedules',
  partitionKey: ['account_id'],
  clusteringKey: [{ column: 'schedule_id', order: 'ascending' }],
  keys: { account_id: 'text', schedule_id: 'text' },
  groups: {
    /** `personal` is sealed as in the event, so that destroying the key erases it here, too. */
    what: {
      destination_account_id: 'text',
      scheme: 'text',
      amount: 'money',
      currency: 'text',
      frequency: 'text',
      first_date: 'text',
      last_date: 'text',
      times: 'integer',
      personal: 'bytes',
      created: 'instant',
    },
    standing: { status: 'text', decided: 'integer', next_date: 'text' },
    /** Of the last payment that was due. */
    latest: {
      latest_date: 'text',
      latest_outcome: 'text',
      latest_reason: 'text',
      latest_transfer_id: 'text',
      latest_payment_id: 'text',
    },
  },
};
