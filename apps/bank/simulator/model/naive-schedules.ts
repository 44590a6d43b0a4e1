// Scheduled payments as a clerk would keep them: a list of dates, crossed off one after the other.
import type { LedgerEvent, ScheduleEvent } from '@tallystick/ledger-core';
import type { Invariants } from './invariants.js';
import type { NaiveAccount, NaiveSchedule, Stored } from './naive-account.js';

const ONCE = 'a scheduled payment is taken or missed once, in order, on its date or later';
const RIGHT = 'decisions are right';
const DAY_MS = 86_400_000;

/** Of the date to be crossed off next; undefined where none is left. Worlds are shorter than a month. */
export function nextDateOf({ open, decided, firstDate, weekly, times }: NaiveSchedule): string | undefined {
  const most = weekly ? (times ?? Number.POSITIVE_INFINITY) : 1;
  if (!open || decided >= most) return undefined;
  return new Date(Date.parse(firstDate) + decided * 7 * DAY_MS).toISOString().slice(0, 10);
}

export function isAboutSchedules(event: LedgerEvent): event is ScheduleEvent {
  return 'schedule' in event;
}

/** @param account as it is just before the event, and after the transfer or payment that came with it */
export function applySchedule(account: NaiveAccount, { event, metadata }: Stored, invariants: Invariants): void {
  if (!isAboutSchedules(event)) return;
  const { scheduleId, destinationAccountId, amount, frequency, firstDate, times } = event.schedule;
  if (event.type === 'PaymentScheduled') {
    const elsewhere = destinationAccountId === null;
    const kept = { amount, elsewhere, weekly: frequency === 'WEEKLY', firstDate, times, decided: 0, open: true };
    account.schedules.set(scheduleId, kept);
    return;
  }
  const known = account.schedules.get(scheduleId);
  if (known === undefined) return invariants.holds(ONCE, false, () => [scheduleId, 'set up before', event.type]);
  if (event.type === 'ScheduledPaymentCancelled') {
    invariants.holds(RIGHT, known.open, () => [scheduleId, 'cancelled once', 'cancelled again']);
    known.open = false;
    return;
  }
  const { occurrence } = event;
  invariants.same(ONCE, nextDateOf(known) ?? null, occurrence, () => `${event.type} of ${scheduleId}`);
  invariants.holds(ONCE, occurrence <= metadata.localDate, () => [scheduleId, occurrence, `on ${metadata.localDate}`]);
  if (event.type === 'ScheduledPaymentTaken') {
    const id = known.elsewhere ? event.paymentId : event.transferId;
    const sent = account.payments.get(id ?? '')?.amount ?? null;
    const where = () => `${occurrence} of ${scheduleId}`;
    invariants.same('a scheduled payment moves its amount', known.amount, sent, where);
    invariants.same(RIGHT, null, reasonOf(account, 0n), where);
    if (known.elsewhere && id !== null) account.paidElsewhere.set(id, known.amount);
  } else {
    const reason = reasonOf(account, known.amount);
    invariants.same(RIGHT, reason, event.reason, () => `${occurrence} of ${scheduleId}`);
  }
  if (event.type !== 'ScheduledPaymentDeferred') known.decided++;
}

/** Why so much may not leave the account; after it has left, whether it might: with an amount of 0. */
function reasonOf({ status, available }: NaiveAccount, amount: bigint): string | null {
  if (status === 'FROZEN') return 'AccountFrozen';
  return available < amount ? 'InsufficientFunds' : null;
}

/** @param today the date at rest, when whatever fell due before it has had its tries */
export function checkSchedules(accounts: Iterable<NaiveAccount>, today: string, invariants: Invariants): void {
  for (const account of accounts)
    for (const [id, schedule] of account.schedules) {
      const next = nextDateOf(schedule);
      invariants.holds('what is due is paid or missed', next === undefined || next >= today, () => [
        `${id} of ${account.id}`,
        `decided by ${today}`,
        `${next} is not`,
      ]);
    }
}
