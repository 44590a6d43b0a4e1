// Holds by the time they expire. A row says that a hold may be due then; whether it still is, the ledger decides.
import type { EventType } from '@tallystick/ledger-core';
import type { OpenProjection, Projection, TableDefinition } from '@tallystick/views';

export const dueHoldsTable: TableDefinition = {
  name: 'due_holds',
  partitionKey: ['day'],
  clusteringKey: [
    { column: 'expires_at', order: 'ascending' },
    { column: 'transaction_id', order: 'ascending' },
  ],
  keys: { day: 'integer', expires_at: 'instant', transaction_id: 'text' },
  groups: { hold: { account_id: 'text', recorded_at: 'instant' } },
};

const DAY = 86_400_000_000n;

export function dayOf(micros: bigint): number {
  return Number(micros / DAY);
}

const HOLDS: readonly EventType[] = [
  'AuthorisationApproved',
  'AuthorisationIncremented',
  'AuthorisationAdvised',
  'AuthorisationAdjusted',
  'AuthorisationReversed',
  'ClearingPosted',
  'AuthorisationExpired',
];

export const dueProjection: Projection = {
  name: 'due',
  tables: [dueHoldsTable],
  handles: new Set(HOLDS),
  open: (): OpenProjection => ({
    apply(events, out) {
      // A hold that the same batch closes again needs no row.
      const newest = new Map<string, (typeof events)[number]>();
      for (const projected of events)
        if ('transaction' in projected.event) newest.set(projected.event.transaction.transactionId, projected);
      for (const { event, metadata, position } of newest.values()) {
        if (!('transaction' in event)) continue;
        const { transactionId, remaining, expiresAt } = event.transaction;
        if (remaining === 0n || expiresAt === null) continue;
        const key = { day: dayOf(expiresAt), expires_at: expiresAt, transaction_id: transactionId };
        out.push({
          table: dueHoldsTable,
          group: 'hold',
          row: { ...key, account_id: metadata.accountId, recorded_at: metadata.recordedAt },
          position,
        });
      }
    },
  }),
};
