// Scheduled payments and standing orders as the staff have them over HTTP.
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { bookDateIn } from '@tallystick/contracts';
import type { AccountCommand, AccountId, LocalDate, PaymentId, ScheduleId, TransferId } from '@tallystick/ledger-core';
import { NUMBER } from '../card-processing/gateway-over-memory.suite.js';
import { type PaymentsOverMemory, paymentsOverMemory } from './iso20022/payments-over-memory.suite.js';

const SCHEDULES = '/staff/payments/schedules';
const creditor = { name: 'Bob', account: '12345', agent: '333333333' };
const destination = { sort_code: '040004', account_number: '12345678' };

let bank: PaymentsOverMemory;
let payer: string;
let payee: string;

beforeEach(async () => {
  bank = await paymentsOverMemory();
  payer = await bank.openAccount({ currency: 'GBP', sort_code: '040004', account_number: '87654321' }, 'payer');
  payee = await bank.openAccount({ currency: 'GBP', ...destination }, 'payee');
});

afterEach(() => bank.stop());

const order = (overrides: Readonly<Record<string, unknown>> = {}) => ({
  account_id: payer,
  destination_account_id: payee,
  amount: { amount: 100, currency: 'GBP' },
  frequency: 'monthly',
  first_date: '2026-05-31',
  reference: 'rent for May',
  ...overrides,
});

async function listed(position = '') {
  const headers: Record<string, string> = position === '' ? {} : { 'x-min-ledger-position': position };
  return (await bank.get(`${SCHEDULES}?account_id=${payer}`, undefined, headers)).body.schedules;
}

async function take(scheduleId: string, occurrence: string): Promise<void> {
  const { ledger, context } = bank.over;
  const command: AccountCommand = {
    type: 'TakeScheduledPayment',
    scheduleId: scheduleId as ScheduleId,
    occurrence: occurrence as LocalDate,
    transferId: `transfer_${occurrence}` as TransferId,
    paymentId: `payment_${occurrence}` as PaymentId,
    tryAgainAt: null,
    personal: null,
  };
  const at = { effectiveAt: bank.now(), localDate: occurrence as LocalDate, causedAt: 0n };
  const accountId = payer as AccountId;
  const { outcomes } = await ledger.execute(
    { accountId, caller: 'spec', commands: [{ ...at, key: occurrence, command }] },
    context,
  );
  expect(outcomes).toMatchObject([{ kind: 'answered' }]);
}

describe('a schedule by the staff', () => {
  it('is set up once, whenever it is asked for again, and is in the list', async () => {
    const first = await bank.post(SCHEDULES, order());
    expect(first).toMatchObject({
      status: 200,
      body: { id: expect.stringMatching(/^schedule_[a-p]{32}$/), account_id: payer },
    });
    expect((await bank.post(SCHEDULES, order())).text).toBe(first.text);
    expect(await listed(first.body.position)).toEqual([
      {
        id: first.body.id,
        account_id: payer,
        destination_account_id: payee,
        creditor: null,
        clearing_system: null,
        amount: { amount: 100, currency: 'GBP' },
        frequency: 'monthly',
        first_date: '2026-05-31',
        last_date: null,
        times: null,
        reference: 'rent for May',
        status: 'active',
        next_date: '2026-05-31',
        last: null,
      },
    ]);
    expect(await bank.over.journalText()).not.toContain('rent for May');
  });

  it('may name both accounts by sort code and number', async () => {
    const named = { account_id: undefined, destination_account_id: undefined };
    const account = { sort_code: '040004', account_number: '87654321' };
    const { status, body } = await bank.post(SCHEDULES, order({ ...named, account, destination }));
    expect([status, body.account_id]).toEqual([200, payer]);
    expect(await listed(body.position)).toMatchObject([{ account_id: payer, destination_account_id: payee }]);
  });

  it('tells what became of its last payment', async () => {
    const { id } = (await bank.post(SCHEDULES, order({ times: 2 }))).body;
    const payment = { payment_id: 'wages', amount: { amount: 100, currency: 'GBP' } };
    await bank.post(`/staff/accounts/${payer}/inbound-payments`, payment, 'wages');
    await take(id, '2026-05-31');
    const last = {
      date: '2026-05-31',
      outcome: 'taken',
      reason: null,
      transfer_id: 'transfer_2026-05-31',
      payment_id: null,
    };
    const { position } = (await bank.post(SCHEDULES, order(), 'other')).body;
    expect(await listed(position)).toEqual(
      expect.arrayContaining([expect.objectContaining({ id, status: 'active', next_date: '2026-06-30', last })]),
    );
    await take(id, '2026-06-30');
    const missed = {
      date: '2026-06-30',
      outcome: 'missed',
      reason: 'InsufficientFunds',
      transfer_id: null,
      payment_id: null,
    };
    const later = (await bank.post(SCHEDULES, order(), 'another')).body.position;
    expect(await listed(later)).toEqual(
      expect.arrayContaining([expect.objectContaining({ id, status: 'finished', next_date: null, last: missed })]),
    );
  });

  it('is cancelled, once, whoever asks again', async () => {
    const { id } = (await bank.post(SCHEDULES, order())).body;
    const path = `${SCHEDULES}/${id}?account_id=${payer}`;
    const cancelled = await bank.remove(path);
    expect(cancelled.status).toBe(200);
    expect((await bank.remove(path)).text).toBe(cancelled.text);
    expect(await listed(cancelled.body.position)).toMatchObject([{ id, status: 'cancelled', next_date: null }]);
    const unknown = await bank.remove(`${SCHEDULES}/schedule_${'a'.repeat(32)}?account_id=${payer}`);
    expect([unknown.status, unknown.body.code]).toEqual([404, 'not_found.schedule']);
  });

  it.each([
    ['a date that is over', { first_date: '2026-04-30' }, 400, 'bad_request.bad_param.first_date'],
    ['a date that is none', { first_date: '2026-06-31' }, 400, 'bad_request.bad_param.first_date'],
    ['a date in other words', { first_date: 'tomorrow' }, 400, 'bad_request.bad_param.first_date'],
    ['an end before its beginning', { last_date: '2026-05-30' }, 400, 'bad_request.bad_param.last_date'],
    ['no payments', { times: 0 }, 400, 'bad_request.bad_param.times'],
    ['another rhythm', { frequency: 'daily' }, 400, 'bad_request.bad_param.frequency'],
    ['no money', { amount: { amount: 0, currency: 'GBP' } }, 400, 'bad_request.bad_param.amount.amount'],
    ['another currency', { amount: { amount: 1, currency: 'EUR' } }, 412, 'precondition_failed.currency_mismatch'],
    ['a card number as reference', { reference: NUMBER }, 400, 'bad_request.bad_param.reference'],
    ['no destination', { destination_account_id: undefined }, 400, 'bad_request.missing_param.destination_account_id'],
    ['a destination and a creditor', { creditor }, 400, 'bad_request.bad_param.creditor'],
    ['a clearing system for nobody', { clearing_system: 'TCH' }, 400, 'bad_request.bad_param.clearing_system'],
    ['an unknown account', { destination_account_id: 'acc_0000nobody' }, 404, 'not_found.account'],
    ['an unknown payer', { account_id: 'acc_0000nobody' }, 404, 'not_found.account'],
  ])('is refused with %s, and nothing is stored', async (_, overrides, status, code) => {
    const before = await bank.over.journal.head();
    const answer = await bank.post(SCHEDULES, order(overrides));
    expect([answer.status, answer.body.code]).toEqual([status, code]);
    expect(await bank.over.journal.head()).toBe(before);
  });

  it('to the account itself is refused', async () => {
    const answer = await bank.post(SCHEDULES, order({ destination_account_id: payer }));
    expect([answer.status, answer.body.code]).toEqual([400, 'bad_request.bad_param.destination_account_id']);
  });

  it('is not for strangers', async () => {
    const answer = await bank.get(`${SCHEDULES}?account_id=${payer}`, 'Bearer guess');
    expect(answer.status).toBe(401);
  });

  it('is in the list however many there are', async () => {
    for (let n = 0; n < 100; n++) await bank.post(SCHEDULES, order(), `order ${n}`);
    const answer = await bank.post(SCHEDULES, order(), 'one more');
    expect([answer.status, answer.body.code]).toEqual([412, 'precondition_failed.too_many_schedules']);
    await bank.runProcesses();
    expect(await listed()).toHaveLength(100);
  });

  it('may begin on the day it is in the zone of the book', async () => {
    const today = bookDateIn('Europe/London')(bank.now());
    expect((await bank.post(SCHEDULES, order({ first_date: today, frequency: 'once' }))).status).toBe(200);
  });
});
