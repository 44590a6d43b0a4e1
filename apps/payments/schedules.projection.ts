// The schedules of each account, each row change from one event alone.
import type { EventType, ScheduleEvent } from '@tallystick/ledger-core';
import { mapping, type Projection, type Row } from '@tallystick/views';
import { schedulesTable } from './payments.tables.js';

// A record, so that an event of schedules that is missing here does not compile.
const ABOUT_SCHEDULES: Readonly<Record<ScheduleEvent['type'], true>> = {
  PaymentScheduled: true,
  ScheduledPaymentTaken: true,
  ScheduledPaymentDeferred: true,
  ScheduledPaymentMissed: true,
  ScheduledPaymentCancelled: true,
};

export const schedulesProjection: Projection = mapping({
  name: 'schedules',
  tables: [schedulesTable],
  handles: Object.keys(ABOUT_SCHEDULES) as EventType[],
  project({ event, metadata, position }, out) {
    if (!('schedule' in event) || metadata.accountId === null) return;
    const { scheduleId, status, decided, nextDate } = event.schedule;
    const key = { account_id: metadata.accountId, schedule_id: scheduleId };
    const put = (group: keyof typeof schedulesTable.groups, row: Row) =>
      out.push({ table: schedulesTable, group, row: { ...key, ...row }, position });
    put('standing', { status, decided, next_date: nextDate });
    if (event.type === 'PaymentScheduled') put('what', { ...whatOf(event), created: metadata.effectiveAt });
    const latest = latestOf(event);
    if (latest !== undefined) put('latest', latest);
  },
});

function whatOf({ schedule, personal }: Extract<ScheduleEvent, { readonly type: 'PaymentScheduled' }>): Row {
  const { destinationAccountId, otherBank, amount, currency, frequency, firstDate, lastDate, times } = schedule;
  return {
    destination_account_id: destinationAccountId,
    scheme: otherBank?.scheme ?? null,
    amount,
    currency,
    frequency,
    first_date: firstDate,
    last_date: lastDate,
    times,
    personal,
  };
}

function latestOf(event: ScheduleEvent): Row | undefined {
  switch (event.type) {
    case 'PaymentScheduled':
    case 'ScheduledPaymentCancelled':
      return undefined;
    case 'ScheduledPaymentTaken':
      return {
        latest_date: event.occurrence,
        latest_outcome: 'TAKEN',
        latest_reason: null,
        latest_transfer_id: event.transferId,
        latest_payment_id: event.paymentId,
      };
    case 'ScheduledPaymentDeferred':
    case 'ScheduledPaymentMissed':
      return {
        latest_date: event.occurrence,
        latest_outcome: event.type === 'ScheduledPaymentMissed' ? 'MISSED' : 'DEFERRED',
        latest_reason: event.reason,
        latest_transfer_id: null,
        latest_payment_id: null,
      };
  }
}
