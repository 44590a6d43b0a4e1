// Commands of schedules for specifications: a plausible default for every field, so that a test names only what it is about.
import type { AccountId, LocalDate, ScheduleId } from '../brands.js';
import type { SchedulePayment, TakeScheduledPayment } from './commands.js';
import { nostro, payment, transfer } from './commands.suite.js';
import { GBP } from './specification.suite.js';

/** From 2026-01-31, the end of the month that specifications begin in. */
export function schedule(overrides: Partial<SchedulePayment> = {}): SchedulePayment {
  return {
    type: 'SchedulePayment',
    scheduleId: 'schedule_1' as ScheduleId,
    destinationAccountId: 'acc_2' as AccountId,
    otherBank: null,
    amount: 100n,
    currency: GBP,
    frequency: 'MONTHLY',
    firstDate: '2026-01-31' as LocalDate,
    lastDate: null,
    times: null,
    personal: null,
    ...overrides,
  };
}

/** The same to another bank. */
export function scheduleElsewhere(overrides: Partial<SchedulePayment> = {}): SchedulePayment {
  return schedule({ destinationAccountId: null, otherBank: { scheme: 'fps', nostro }, ...overrides });
}

/** @param date YYYY-MM-DD */
export function take(date: string, overrides: Partial<TakeScheduledPayment> = {}): TakeScheduledPayment {
  const { scheduleId } = { ...schedule(), ...overrides };
  return {
    type: 'TakeScheduledPayment',
    scheduleId,
    occurrence: date as LocalDate,
    transferId: transfer(`${scheduleId}_${date}`),
    paymentId: payment(`${scheduleId}_${date}`),
    tryAgainAt: null,
    personal: null,
    ...overrides,
  };
}
