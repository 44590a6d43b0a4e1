// Holds by the time they are to be looked at. A row says that a hold may have expired then; whether it has, the ledger decides.
import type { EventType, Micros } from '@tallystick/ledger-core';
import { mapping, type Projection, type TableDefinition } from '@tallystick/views';

export const dueHoldsTable: TableDefinition = {
  name: 'due_holds',
  partitionKey: ['day'],
  clusteringKey: [
    { column: 'due_at', order: 'ascending' },
    { column: 'transaction_id', order: 'ascending' },
  ],
  keys: { day: 'integer', due_at: 'instant', transaction_id: 'text' },
  groups: { hold: { account_id: 'text' } },
};

const DAY = 86_400_000_000n;
/** From recording to the first look, at least: the timer may be looking just now, and what it has passed it never sees again. */
const SOONEST = 60_000_000n;

export function dayOf(micros: Micros): number {
  return Number(micros / DAY);
}

export function startOf(day: number): Micros {
  return BigInt(day) * DAY;
}

const HOLDS: readonly EventType[] = [
  'AuthorisationApproved',
  'AuthorisationIncremented',
  'AuthorisationAdvised',
  'AuthorisationAdjusted',
  'AuthorisationReversed',
  'ClearingPosted',
];

export const dueProjection: Projection = mapping({
  name: 'due',
  tables: [dueHoldsTable],
  handles: HOLDS,
  project({ event, metadata, position }, out) {
    if (!('transaction' in event)) return;
    const { transactionId, remaining, expiresAt } = event.transaction;
    if (remaining === 0n || expiresAt === null) return;
    const soonest = metadata.recordedAt + SOONEST;
    const due_at = expiresAt > soonest ? expiresAt : soonest;
    const key = { day: dayOf(due_at), due_at, transaction_id: transactionId };
    out.push({ table: dueHoldsTable, group: 'hold', row: { ...key, account_id: metadata.accountId }, position });
  },
});
