// Scheduled payments and standing orders: transfers, or payments to another bank, that the account sends by itself on their dates. Each
// date is decided once: its payment is taken, as a transfer or a payment in the same append, or it is missed. Dates are of the book's zone;
// what today is, the command says.
import type { LocalDate } from '../brands.js';
import { dayNumberOf, daysAfter, monthsAfter } from '../calendar.js';
import { isGeneralLedger } from '../chart.js';
import type { PaymentSchedule, PaymentSent, ScheduledPaymentCancelled, TransferSent } from '../generated/events.js';
import type { RejectionName } from '../rejections.js';
import type { CommandContext, ScheduleCommand, SchedulePayment, TakeScheduledPayment } from './commands.js';
import { type Decision, decided, isAmount, NOTHING, reject, repeatOr } from './decision.js';
import type { AccountState, ScheduleState } from './state.js';
import { paymentSent, refusalToSend, transferSent } from './transfers.js';

export type ScheduleTerms = Pick<PaymentSchedule, 'frequency' | 'firstDate' | 'lastDate' | 'times'>;

const TIMES_MAX = 10_000;
const ACTIVE_MAX = 100;

/**
 * The date of a schedule's payment, counted from 0; null where it has no such payment. Monthly on the 31st is the month's last day and the
 * 31st again: each date follows from the first, none from the one before it.
 */
export function occurrenceOf({ frequency, firstDate, lastDate, times }: ScheduleTerms, n: number): LocalDate | null {
  if (times !== null && n >= times) return null;
  const date = nthOf(frequency, firstDate, n);
  return date === undefined || (lastDate !== null && date > lastDate) ? null : date;
}

function nthOf(frequency: PaymentSchedule['frequency'], firstDate: LocalDate, n: number): LocalDate | undefined {
  switch (frequency) {
    case 'ONCE':
      return n === 0 ? firstDate : undefined;
    case 'WEEKLY':
      return daysAfter(firstDate, 7 * n);
    case 'MONTHLY':
      return monthsAfter(firstDate, n);
    case 'YEARLY':
      return monthsAfter(firstDate, 12 * n);
  }
}

export function decideSchedule(state: AccountState, command: ScheduleCommand, context: CommandContext): Decision {
  if (command.type === 'SchedulePayment') return schedule(state, command, context);
  const known = state.schedules.get(command.scheduleId);
  if (known === undefined) return reject('UnknownSchedule');
  if (command.type === 'TakeScheduledPayment') return take(state, known, command, context);
  const { status } = known.schedule;
  if (status === 'ACTIVE') return decided(cancelled(known.schedule, 'requested'));
  return status === 'CANCELLED' ? NOTHING : reject('ScheduleNotActive');
}

/** What closing the account does to its schedules. */
export function cancelAll({ schedules }: AccountState): ScheduledPaymentCancelled[] {
  return activeOf(schedules).map((schedule) => cancelled(schedule, 'account_closed'));
}

function activeOf(schedules: AccountState['schedules']): PaymentSchedule[] {
  return [...schedules.values()].map(({ schedule }) => schedule).filter(({ status }) => status === 'ACTIVE');
}

function cancelled(schedule: PaymentSchedule, reason: string): ScheduledPaymentCancelled {
  return {
    type: 'ScheduledPaymentCancelled',
    schedule: { ...schedule, status: 'CANCELLED', nextDate: null },
    reason,
  };
}

function schedule(state: AccountState, command: SchedulePayment, context: CommandContext): Decision {
  const { type: _, personal, otherBank = null, ...terms } = command;
  const { destinationAccountId, amount, firstDate, lastDate, times } = command;
  if (!isAmount(amount)) return reject('InvalidAmount');
  if ((destinationAccountId === null) === (otherBank === null)) return reject('InvalidDestination');
  if (otherBank !== null && !isGeneralLedger(otherBank.nostro)) return reject('UnknownLedgerAccount');
  if (dayNumberOf(firstDate) === undefined) return reject('InvalidFirstDate');
  if (lastDate !== null && (dayNumberOf(lastDate) === undefined || lastDate < firstDate))
    return reject('InvalidLastDate');
  if (times !== null && (times < 1 || times > TIMES_MAX)) return reject('InvalidTimes');
  const known = state.schedules.get(command.scheduleId);
  if (known !== undefined) return repeatOr('IdInUse', known, context);
  if (firstDate < context.localDate) return reject('InvalidFirstDate');
  if (destinationAccountId === state.accountId) return reject('SameAccount');
  if (state.status === 'CLOSED') return reject('AccountClosed');
  if (command.currency !== state.currency) return reject('CurrencyMismatch');
  if (activeOf(state.schedules).length >= ACTIVE_MAX) return reject('TooManySchedules');
  return decided({
    type: 'PaymentScheduled',
    schedule: { ...terms, otherBank, status: 'ACTIVE', decided: 0, nextDate: firstDate },
    personal,
  });
}

function take(
  state: AccountState,
  { schedule, deferred }: ScheduleState,
  command: TakeScheduledPayment,
  context: CommandContext,
): Decision {
  const { occurrence, personal, tryAgainAt } = command;
  const { nextDate } = schedule;
  if (schedule.status === 'CANCELLED') return reject('ScheduleNotActive');
  // Decided before, by whoever was quicker.
  if (nextDate === null || occurrence < nextDate) return NOTHING;
  if (occurrence > nextDate || occurrence > context.localDate) return reject('ScheduleNotDue');
  const reason = refusalToTake(state, schedule, command);
  if (reason === undefined) {
    const sent = sentOf(state, schedule, command, context);
    return decided(sent, {
      type: 'ScheduledPaymentTaken',
      schedule: advanced(schedule),
      occurrence,
      transferId: sent.type === 'TransferSent' ? sent.transferId : null,
      paymentId: sent.type === 'PaymentSent' ? sent.paymentId : null,
      personal,
    });
  }
  if (reason !== 'InsufficientFunds' || tryAgainAt === null)
    return decided({ type: 'ScheduledPaymentMissed', schedule: advanced(schedule), occurrence, reason, personal });
  if (deferred) return NOTHING;
  return decided({ type: 'ScheduledPaymentDeferred', schedule, occurrence, reason, tryAgainAt, personal });
}

function refusalToTake(
  state: AccountState,
  schedule: PaymentSchedule,
  { transferId, paymentId }: TakeScheduledPayment,
): RejectionName | undefined {
  const known = schedule.otherBank === null ? state.transfers.get(transferId) : state.payments.get(paymentId);
  if (known !== undefined) return known.status === 'CANCELLED' ? 'TransferCancelled' : 'IdInUse';
  return refusalToSend(state, schedule);
}

function sentOf(
  state: AccountState,
  schedule: PaymentSchedule,
  { transferId, paymentId, personal }: TakeScheduledPayment,
  context: CommandContext,
): TransferSent | PaymentSent {
  const { destinationAccountId, otherBank, amount, currency } = schedule;
  if (otherBank !== null) return paymentSent(state, { ...otherBank, paymentId, amount, currency, personal }, context);
  if (destinationAccountId === null) throw new Error(`${schedule.scheduleId} pays nobody`);
  return transferSent(state, { destinationAccountId, transferId, amount, currency, personal }, context);
}

function advanced(schedule: PaymentSchedule): PaymentSchedule {
  const decided = schedule.decided + 1;
  const nextDate = occurrenceOf(schedule, decided);
  return { ...schedule, decided, nextDate, status: nextDate === null ? 'FINISHED' : 'ACTIVE' };
}
