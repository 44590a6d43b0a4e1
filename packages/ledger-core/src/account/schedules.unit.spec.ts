import { describe, expect, it } from '@jest/globals';
import type { LedgerAccount, LocalDate, ScheduleId } from '../brands.js';
import { dayNumberOf } from '../calendar.js';
import { account, fund, funded, nostro, open, pay, payment, transfer, tx, USD } from './commands.suite.js';
import { occurrenceOf } from './schedules.js';
import { schedule, scheduleElsewhere, take } from './schedules.suite.js';
import { DAY, GBP, given, START } from './specification.suite.js';

const scheduleId = 'schedule_1' as ScheduleId;
const cancel = { type: 'CancelScheduledPayment', scheduleId } as const;
const freeze = { type: 'FreezeAccount', reason: 'fraud' } as const;
const noon = (date: string) => START + BigInt((dayNumberOf(date) ?? 0) - 20_458) * DAY;
/** How long it is from the beginning of specifications until noon of that date, give or take a few seconds. */
const on = (date: string, from = '2026-01-05') => ({ after: noon(date) - noon(from) });

describe('the dates of a schedule', () => {
  const dates = (frequency: 'ONCE' | 'WEEKLY' | 'MONTHLY' | 'YEARLY', firstDate: string, count: number, more = {}) =>
    Array.from({ length: count }, (_, n) =>
      occurrenceOf({ frequency, firstDate: firstDate as LocalDate, lastDate: null, times: null, ...more }, n),
    );

  it.each([
    ['ONCE', '2026-03-01', ['2026-03-01', null, null]],
    ['WEEKLY', '2026-02-20', ['2026-02-20', '2026-02-27', '2026-03-06']],
    ['MONTHLY', '2026-01-31', ['2026-01-31', '2026-02-28', '2026-03-31', '2026-04-30', '2026-05-31']],
    ['MONTHLY', '2026-11-30', ['2026-11-30', '2026-12-30', '2027-01-30', '2027-02-28', '2027-03-30']],
    ['YEARLY', '2024-02-29', ['2024-02-29', '2025-02-28', '2026-02-28', '2027-02-28', '2028-02-29']],
  ] as const)('%s from %s', (frequency, first, expected) => {
    expect(dates(frequency, first, expected.length)).toEqual(expected);
  });

  it('end with the last date, and with the number of payments', () => {
    expect(dates('WEEKLY', '2026-02-20', 3, { lastDate: '2026-02-27' })).toEqual(['2026-02-20', '2026-02-27', null]);
    expect(dates('WEEKLY', '2026-02-20', 3, { times: 1 })).toEqual(['2026-02-20', null, null]);
  });
});

describe('a schedule', () => {
  it('is set up once, from today on', () => {
    given(...funded(1000n))
      .when(schedule(), { key: 'a' })
      .thenEvents({
        type: 'PaymentScheduled',
        schedule: { scheduleId, status: 'ACTIVE', decided: 0, nextDate: '2026-01-31', amount: 100n },
      })
      .when(schedule(), { key: 'b', ...on('2026-03-01') })
      .thenRepeats(3)
      .when(schedule({ amount: 101n }), { key: 'c' })
      .thenRejected('IdInUse')
      .when(schedule({ scheduleId: 'schedule_2' as ScheduleId, firstDate: '2026-03-01' as LocalDate }))
      .thenEvents({ type: 'PaymentScheduled' })
      .balances({ ledger: 1000n });
  });

  it.each([
    ['InvalidAmount', { amount: 0n }],
    ['InvalidFirstDate', { firstDate: '2026-02-29' as LocalDate }],
    ['InvalidFirstDate', { firstDate: '2026-01-04' as LocalDate }],
    ['InvalidLastDate', { lastDate: '2026-01-30' as LocalDate }],
    ['InvalidLastDate', { lastDate: 'soon' as LocalDate }],
    ['InvalidTimes', { times: 0 }],
    ['SameAccount', { destinationAccountId: account }],
    ['InvalidDestination', { destinationAccountId: null }],
    ['InvalidDestination', { otherBank: { scheme: 'fps', nostro } }],
    [
      'UnknownLedgerAccount',
      { ...scheduleElsewhere(), otherBank: { scheme: 'fps', nostro: 'nostro' as LedgerAccount } },
    ],
    ['CurrencyMismatch', { currency: USD }],
  ] as const)('is refused with %s', (rejection, overrides) => {
    given(...funded(1000n))
      .when(schedule(overrides))
      .thenRejected(rejection);
  });

  it('is one of a hundred active ones at most', () => {
    const number = (n: number) => schedule({ scheduleId: `schedule_${n}` as ScheduleId });
    given(...funded(1000n), ...Array.from({ length: 100 }, (_, n) => number(n)))
      .when(number(100))
      .thenRejected('TooManySchedules')
      .when(number(99))
      .thenRepeats(102)
      .when({ type: 'CancelScheduledPayment', scheduleId: number(7).scheduleId })
      .thenEvents({ type: 'ScheduledPaymentCancelled' })
      .when(number(100))
      .thenEvents({ type: 'PaymentScheduled' });
  });

  it('is cancelled once, and then pays no more', () => {
    given(...funded(1000n), schedule())
      .when(cancel)
      .thenEvents({ type: 'ScheduledPaymentCancelled', reason: 'requested', schedule: { nextDate: null } })
      .when(cancel)
      .thenNothing()
      .when(take('2026-01-31'), on('2026-02-01'))
      .thenRejected('ScheduleNotActive')
      .when({ ...cancel, scheduleId: 'schedule_2' as ScheduleId })
      .thenRejected('UnknownSchedule');
  });

  it('is over after its last payment', () => {
    given(...funded(1000n), schedule({ times: 1 }), [take('2026-01-31'), on('2026-01-31')])
      .when(cancel)
      .thenRejected('ScheduleNotActive')
      .when(take('2026-02-28'), on('2026-02-28', '2026-01-31'))
      .thenNothing();
  });

  it('does not keep an account from closing, and is cancelled with it', () => {
    given(open(), schedule(), schedule({ scheduleId: 'schedule_2' as ScheduleId }), cancel)
      .when({ type: 'CloseAccount' })
      .thenEvents(
        { type: 'AccountClosed' },
        { type: 'ScheduledPaymentCancelled', reason: 'account_closed', schedule: { scheduleId: 'schedule_2' } },
      )
      .when(schedule({ scheduleId: 'schedule_3' as ScheduleId }))
      .thenRejected('AccountClosed')
      .when(take('2026-01-31', { scheduleId: 'schedule_2' as ScheduleId }), on('2026-01-31'))
      .thenRejected('ScheduleNotActive');
  });

  it('is remembered while it goes on, and let go of long after it is over', () => {
    const weeks = schedule({ frequency: 'WEEKLY', times: 1, scheduleId: 'schedule_2' as ScheduleId });
    const { account } = given(...funded(1000n), schedule(), weeks, [
      take('2026-01-31', { scheduleId: 'schedule_2' as ScheduleId }),
      on('2026-01-31'),
    ]);
    account.do(fund(1n, 'later'), { after: 541n * DAY });
    expect([...account.state.schedules.keys()]).toEqual([scheduleId]);
  });
});

describe('a payment that is due', () => {
  const set = [...funded(250n), schedule()] as const;

  it('leaves the account as a transfer, and the next one is due', () => {
    given(...set)
      .when(take('2026-01-31'), { key: 't', ...on('2026-01-31') })
      .thenEvents(
        { type: 'TransferSent', transferId: transfer('schedule_1_2026-01-31'), transactionId: tx('t'), amount: 100n },
        { type: 'ScheduledPaymentTaken', occurrence: '2026-01-31', schedule: { decided: 1, nextDate: '2026-02-28' } },
      )
      .balances({ ledger: 150n })
      .when(take('2026-02-28'), on('2026-03-05', '2026-01-31'))
      .thenEvents({ type: 'TransferSent' }, { type: 'ScheduledPaymentTaken', schedule: { nextDate: '2026-03-31' } });
  });

  it('to another bank leaves the account as a payment', () => {
    const paymentId = payment('schedule_1_2026-01-31');
    given(...funded(250n), scheduleElsewhere())
      .when(take('2026-01-31', { personal: new Uint8Array([7]) }), { key: 't', ...on('2026-01-31') })
      .thenEvents(
        {
          type: 'PaymentSent',
          ...{ paymentId, transactionId: tx('t'), amount: 100n, scheme: 'fps', nostro, personal: new Uint8Array([7]) },
        },
        { type: 'ScheduledPaymentTaken', transferId: null, paymentId, schedule: { nextDate: '2026-02-28' } },
      )
      .balances({ ledger: 150n })
      .when({ type: 'ReturnPayment', paymentId, reason: 'AC04' })
      .thenEvents({ type: 'PaymentReturned' })
      .balances({ ledger: 250n })
      .when(take('2026-01-31'), { key: 'again' })
      .thenNothing();
  });

  it('to another bank is deferred and missed likewise', () => {
    const tryAgainAt = START + 5n * DAY;
    given(...funded(99n), scheduleElsewhere())
      .when(take('2026-01-31', { tryAgainAt }), on('2026-01-31'))
      .thenEvents({ type: 'ScheduledPaymentDeferred', reason: 'InsufficientFunds' })
      .when(take('2026-01-31'))
      .thenEvents({ type: 'ScheduledPaymentMissed', reason: 'InsufficientFunds' })
      .when(freeze)
      .thenEvents({ type: 'AccountFrozen' })
      .when(take('2026-02-28', { tryAgainAt }), on('2026-02-28', '2026-01-31'))
      .thenEvents({ type: 'ScheduledPaymentMissed', reason: 'AccountFrozen' })
      .balances({ ledger: 99n });
  });

  it('is taken once, whoever takes it', () => {
    given(...set, [take('2026-01-31'), { key: 'a', ...on('2026-01-31') }])
      .when(take('2026-01-31'), { key: 'a' })
      .thenRepeats(4)
      .when(take('2026-01-31'), { key: 'b' })
      .thenNothing()
      .when(take('2026-01-31'), { key: 'a', after: 31n * DAY })
      .thenNothing();
  });

  it('is not taken before its date, nor before the one before it', () => {
    given(...set)
      .when(take('2026-01-31'), on('2026-01-30'))
      .thenRejected('ScheduleNotDue')
      .when(take('2026-02-28'), on('2026-03-01', '2026-01-30'))
      .thenRejected('ScheduleNotDue')
      .when(take('2026-01-31'))
      .thenEvents({ type: 'TransferSent' }, { type: 'ScheduledPaymentTaken' });
  });

  it('is tried again where there is not enough money, and then missed', () => {
    const tryAgainAt = START + 5n * DAY;
    given(...funded(99n), schedule())
      .when(take('2026-01-31', { tryAgainAt }), on('2026-01-31'))
      .thenEvents({
        type: 'ScheduledPaymentDeferred',
        reason: 'InsufficientFunds',
        tryAgainAt,
        schedule: { decided: 0 },
      })
      .when(take('2026-01-31', { tryAgainAt }), { key: 'another timer' })
      .thenNothing()
      .when(take('2026-01-31'))
      .thenEvents({
        type: 'ScheduledPaymentMissed',
        reason: 'InsufficientFunds',
        schedule: { decided: 1, nextDate: '2026-02-28' },
      })
      .when(take('2026-02-28', { tryAgainAt }), on('2026-02-28', '2026-01-31'))
      .thenEvents({ type: 'ScheduledPaymentDeferred' })
      .when(fund(1n, 'wages'))
      .thenEvents({ type: 'PaymentReceived' })
      .when(take('2026-02-28'))
      .thenEvents({ type: 'TransferSent' }, { type: 'ScheduledPaymentTaken' })
      .balances({ ledger: 0n });
  });

  it('is missed at once on a frozen account', () => {
    given(...set, freeze)
      .when(take('2026-01-31', { tryAgainAt: START }), on('2026-01-31'))
      .thenEvents({ type: 'ScheduledPaymentMissed', reason: 'AccountFrozen', schedule: { nextDate: '2026-02-28' } })
      .balances({ ledger: 250n });
  });

  it('is missed where a transfer or a payment has its id already', () => {
    const transferId = transfer('schedule_1_2026-01-31');
    given(...set, { type: 'CancelTransfer', transferId })
      .when(take('2026-01-31'), on('2026-01-31'))
      .thenEvents({ type: 'ScheduledPaymentMissed', reason: 'TransferCancelled' });
    given(...funded(250n), scheduleElsewhere(), pay(10n, 'schedule_1_2026-01-31'))
      .when(take('2026-01-31'), on('2026-01-31'))
      .thenEvents({ type: 'ScheduledPaymentMissed', reason: 'IdInUse' });
  });

  it('counts the overdraft, and leaves holds and pots alone', () => {
    given(...set, { type: 'SetOverdraftLimit', overdraftLimit: 50n }, pay(200n))
      .when(take('2026-01-31'), on('2026-01-31'))
      .thenEvents({ type: 'TransferSent', currency: GBP }, { type: 'ScheduledPaymentTaken' })
      .balances({ ledger: -50n });
  });
});
