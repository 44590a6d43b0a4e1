// Transfers by number, and what the staff do with pots, over HTTP.
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { decodePayload } from '@tallystick/events';
import { type PaymentsOverMemory, paymentsOverMemory } from './iso20022/payments-over-memory.suite.js';

const destination = { sort_code: '040004', account_number: '12345678' };

let bank: PaymentsOverMemory;
let payer: string;

beforeEach(async () => {
  bank = await paymentsOverMemory();
  payer = await bank.openAccount({ currency: 'GBP', sort_code: '040004', account_number: '87654321' }, 'payer');
});

afterEach(() => bank.stop());

describe('a transfer by sort code and account number', () => {
  const transfer = (overrides: Readonly<Record<string, unknown>> = {}) => ({
    source: { sort_code: '040004', account_number: '87654321' },
    destination,
    amount: { amount: 40, currency: 'GBP' },
    ...overrides,
  });

  let payee: string;

  beforeEach(async () => {
    payee = await bank.openAccount({ currency: 'GBP', ...destination }, 'payee');
    const payment = { payment_id: 'wages', amount: { amount: 100, currency: 'GBP' } };
    await bank.post(`/staff/accounts/${payer}/inbound-payments`, payment, 'wages');
  });

  it('leaves the source once, and is the same as one by id', async () => {
    const first = await bank.post('/staff/transfers', transfer());
    expect(first).toMatchObject({ status: 200, body: { account_id: payer } });
    expect((await bank.post('/staff/transfers', transfer())).text).toBe(first.text);
    const byId = {
      source_account_id: payer,
      destination_account_id: payee,
      amount: { amount: 40, currency: 'GBP' },
    };
    expect((await bank.post('/staff/transfers', byId)).text).toBe(first.text);
    expect(await bank.ledgerBalance(payer)).toBe(60);
  });

  it('finds an account that has the number without any sort code by the number alone', async () => {
    await bank.openAccount({ currency: 'GBP', account_number: 'GB33BUKB20201555' }, 'iban');
    const sent = (destination: object, key: string) => bank.post('/staff/transfers', transfer({ destination }), key);
    expect((await sent({ account_number: 'GB33BUKB20201555' }, 'a')).status).toBe(200);
    // At a sort code it would be another bank's, or another account's later.
    expect((await sent({ sort_code: '202015', account_number: 'GB33BUKB20201555' }, 'b')).status).toBe(404);
    expect(await bank.ledgerBalance(payer)).toBe(60);
  });

  it.each([
    ['a number nobody has', { destination: { ...destination, account_number: '1' } }, 404, 'not_found.account_number'],
    ['another sort code', { destination: { ...destination, sort_code: '1' } }, 404, 'not_found.account_number'],
    ['no sort code', { destination: { account_number: '12345678' } }, 404, 'not_found.account_number'],
    ['a source nobody has', { source: { account_number: '1' } }, 404, 'not_found.account_number'],
    ['both ways', { destination_account_id: 'acc_0000x' }, 400, 'bad_request.bad_param.destination'],
    ['no way', { destination: undefined }, 400, 'bad_request.missing_param.destination_account_id'],
    ['a number with hyphens', { destination: { sort_code: '04-00-04', account_number: '1' } }, 400, undefined],
    ['itself', { source: destination }, 400, 'bad_request.bad_param.destination_account_id'],
  ])('is refused with %s', async (_, overrides, status, code) => {
    const answer = await bank.post('/staff/transfers', transfer(overrides));
    expect([answer.status, answer.body.code]).toEqual([status, code ?? expect.stringMatching(/^bad_request\./)]);
    expect(await bank.ledgerBalance(payer)).toBe(100);
  });
});

describe('a pot by the staff', () => {
  const amount = { amount: 60, currency: 'GBP' };
  let pot: string;
  const ask = (what: string, key: string, fields: object = {}) =>
    bank.post(`/staff/pots/${pot}/${what}`, { account_id: payer, ...fields }, key);
  const codeOf = async (what: string, key: string, fields: object = {}) => (await ask(what, key, fields)).body.code;

  beforeEach(async () => {
    const payment = { payment_id: 'wages', amount: { amount: 100, currency: 'GBP' } };
    await bank.post(`/staff/accounts/${payer}/inbound-payments`, payment, 'wages');
    pot = (await bank.post('/staff/pots', { account_id: payer, name: 'House', goal: 5_000 }, 'pot')).body.id;
    await ask('deposit', 'in', { amount });
  });

  it('that is locked gives nothing out until it is unlocked', async () => {
    expect((await ask('lock', 'l')).status).toBe(200);
    expect(await codeOf('withdraw', 'w', { amount })).toBe('precondition_failed.pot_locked');
    expect(await codeOf('close', 'c')).toBe('precondition_failed.pot_locked');
    expect((await ask('unlock', 'u')).status).toBe(200);
    expect(await codeOf('unlock', 'u2')).toBe('precondition_failed.pot_not_locked');
    expect((await ask('withdraw', 'w', { amount })).status).toBe(200);
    expect(await bank.ledgerBalance(payer)).toBe(100);
  });

  it('that is locked until a date is open from when the date begins in the zone of the book, by itself', async () => {
    const locked = await ask('lock', 'l', { until: '2026-06-01' });
    expect(locked.status).toBe(200);
    expect((await ask('lock', 'l', { until: '2026-06-01' })).text).toBe(locked.text);
    const [stored] = (await bank.over.journal.readAll({ after: 0n, limit: 1_000 })).slice(-1);
    const begins = BigInt(Date.parse('2026-05-31T23:00:00Z')) * 1000n;
    expect(stored && decodePayload(stored.payload)).toEqual({ type: 'PotLocked', potId: pot, until: begins });
    expect(await codeOf('withdraw', 'w1', { amount })).toBe('precondition_failed.pot_locked');
    expect((await ask('lock', 'past', { until: '2026-05-01' })).status).toBe(200);
    expect((await ask('withdraw', 'w2', { amount })).status).toBe(200);
  });

  it('that is closed gives its money back', async () => {
    const closed = await ask('close', 'c');
    expect(closed.status).toBe(200);
    expect((await ask('close', 'c')).text).toBe(closed.text);
    expect(await bank.ledgerBalance(payer)).toBe(100);
    expect(await codeOf('deposit', 'd', { amount })).toBe('precondition_failed.pot_closed');
  });

  it.each([
    ['a date that is none', 'lock', { until: '2026-02-30' }, 400, 'bad_request.bad_param.until'],
    ['a time', 'lock', { until: '2026-06-01T00:00:00Z' }, 400, 'bad_request.bad_param.until'],
    ['an unknown field', 'close', { force: true }, 400, 'bad_request.unknown_field.force'],
  ])('is refused %s', async (_, what, fields, status, code) => {
    const answer = await ask(what, 'x', fields);
    expect([answer.status, answer.body.code]).toEqual([status, code]);
  });

  it('that is not there is not changed', async () => {
    pot = 'pot_0000nothing';
    for (const what of ['lock', 'unlock', 'close']) expect(await codeOf(what, what)).toBe('not_found.pot');
  });
});
