// Holds and payments of schedules by the time they are to be looked at. A row says that a hold may have expired then, or that a payment
// may be due; whether it is, the ledger decides.
import { dayNumberOf, type EventType, type Micros, type ScheduleEvent } from '@tallystick/ledger-core';
import { mapping, type ProjectedEvent, type Projection, type TableDefinition, type Upsert } from '@tallystick/views';

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

/**
 * The next payment of each schedule, as of each of its events. `day` counts dates of the book's zone, which this view need not know: it is
 * that of the payment, or where that is over a day that is hardly over anywhere (`recordedOn`). `number` counts a schedule's payments from 0.
 */
export const duePaymentsTable: TableDefinition = {
  name: 'due_payments',
  partitionKey: ['day'],
  clusteringKey: [
    { column: 'look_at', order: 'ascending' },
    { column: 'schedule_id', order: 'ascending' },
  ],
  keys: { day: 'integer', look_at: 'instant', schedule_id: 'text' },
  groups: {
    payment: {
      account_id: 'text',
      number: 'integer',
      frequency: 'text',
      first_date: 'text',
      last_date: 'text',
      times: 'integer',
      personal: 'bytes',
    },
  },
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

// A record, so that an event of schedules that is missing here does not compile.
const SCHEDULES: Readonly<Record<ScheduleEvent['type'], true>> = {
  PaymentScheduled: true,
  ScheduledPaymentTaken: true,
  ScheduledPaymentDeferred: true,
  ScheduledPaymentMissed: true,
  ScheduledPaymentCancelled: true,
};

/** Dates differ by a day at most between UTC and any zone: the day recorded on is none that is still to come there. */
function recordedOn(recordedAt: Micros): number {
  return dayOf(recordedAt) - 1;
}

export const dueProjection: Projection = mapping({
  name: 'due',
  tables: [dueHoldsTable, duePaymentsTable],
  handles: [...HOLDS, ...(Object.keys(SCHEDULES) as EventType[])],
  project(projected, out) {
    const { event, metadata, position } = projected;
    if ('schedule' in event) return projectSchedule(event, projected, out);
    if (!('transaction' in event)) return;
    const { transactionId, remaining, expiresAt } = event.transaction;
    if (remaining === 0n || expiresAt === null) return;
    const soonest = metadata.recordedAt + SOONEST;
    const due_at = expiresAt > soonest ? expiresAt : soonest;
    const key = { day: dayOf(due_at), due_at, transaction_id: transactionId };
    out.push({ table: dueHoldsTable, group: 'hold', row: { ...key, account_id: metadata.accountId }, position });
  },
});

function projectSchedule(event: ScheduleEvent, { metadata, position }: ProjectedEvent, out: Upsert[]): void {
  const { scheduleId, nextDate, decided, frequency, firstDate, lastDate, times } = event.schedule;
  if (nextDate === null || event.type === 'ScheduledPaymentCancelled') return;
  const { accountId, recordedAt } = metadata;
  const soonest = recordedAt + SOONEST;
  const again = event.type === 'ScheduledPaymentDeferred' ? event.tryAgainAt : soonest;
  const key = {
    day: Math.max(dayNumberOf(nextDate) ?? 0, recordedOn(recordedAt)),
    look_at: again > soonest ? again : soonest,
    schedule_id: scheduleId,
  };
  const terms = { frequency, first_date: firstDate, last_date: lastDate, times };
  const row = { ...key, ...terms, account_id: accountId, number: decided, personal: event.personal };
  out.push({ table: duePaymentsTable, group: 'payment', row, position });
}
