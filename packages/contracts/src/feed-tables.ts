// The feed's view: what feed-generator writes and feed reads, the contract between the two. Plain table definitions (packages/views),
// so that contracts need no package of storage.

/**
 * An account's items, a month (UTC, of the item's first event) to a partition, newest first. `place` is the item's id with its prefix
 * behind (placeOf), so that transactions and posted items mix in order of time. An item whose `kind` is null is none: something was
 * said of it, but not yet what it is.
 */
export const feedItemsTable = {
  name: 'feed_items',
  partitionKey: ['account_id', 'month'],
  clusteringKey: [{ column: 'place', order: 'descending' }],
  keys: { account_id: 'text', month: 'text', place: 'text' },
  groups: {
    what: {
      created: 'instant',
      kind: 'text',
      description: 'text',
      mcc: 'text',
      local_amount: 'money',
      local_currency: 'text',
      related: 'text',
    },
    /** Business date of the item's first event. */
    day: { local_date: 'text' },
    money: { amount: 'money', currency: 'text', status: 'text', decline_reason: 'text' },
    settlement: { settled: 'instant' },
    refund: { refunded: 'money' },
    /** The transaction's newest dispute. */
    dispute: { dispute_status: 'text', dispute_claim: 'money', dispute_credited: 'money' },
    /** `location` is JSON of a MerchantLocation. */
    enrichment: {
      merchant_id: 'text',
      merchant_name: 'text',
      category: 'text',
      location: 'text',
      confidence: 'integer',
    },
    /** Sealed as in the event, so that destroying the key erases it here, too. */
    basic: { personal: 'bytes' },
    /** Written by every event that changes the item: its recordedAt and its journal position. */
    change: { updated: 'instant', revision: 'instant' },
  },
} as const;

/** Which months an account has items in: no one may assume that the newest month holds the newest item. */
export const feedMonthsTable = {
  name: 'feed_months',
  partitionKey: ['account_id'],
  clusteringKey: [{ column: 'month', order: 'descending' }],
  keys: { account_id: 'text', month: 'text' },
  groups: { seen: { seen: 'boolean' } },
} as const;

/**
 * Each change of an account's items, in order of the journal, the changes recorded in one month (UTC) to a partition. An event changes
 * one item. Clocks differ, so a later position may lie in an earlier month: feed_change_months says where to look.
 */
export const feedChangesTable = {
  name: 'feed_changes',
  partitionKey: ['account_id', 'month'],
  clusteringKey: [{ column: 'position', order: 'ascending' }],
  keys: { account_id: 'text', month: 'text', position: 'instant' },
  groups: { item: { item_id: 'text' } },
} as const;

/** The months in which items of an account changed, and the position of the last change in each. */
export const feedChangeMonthsTable = {
  name: 'feed_change_months',
  partitionKey: ['account_id'],
  clusteringKey: [{ column: 'month', order: 'ascending' }],
  keys: { account_id: 'text', month: 'text' },
  groups: { change: { last: 'instant' } },
} as const;

/** `tx_0000…` → `0000…_tx`: sorts by time, whatever the prefix. */
export function placeOf(itemId: string): string {
  const end = itemId.indexOf('_');
  return `${itemId.slice(end + 1)}_${itemId.slice(0, end)}`;
}

/** The id of the item at a place. */
export function itemIdAt(place: string): string {
  const end = place.lastIndexOf('_');
  return `${place.slice(end + 1)}_${place.slice(0, end)}`;
}
