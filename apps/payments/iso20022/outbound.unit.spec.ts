import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Amount } from '@tallystick/iso20022';
import { type PaymentsOverMemory, paymentsOverMemory } from './payments-over-memory.suite.js';
import { codec, referenceOf, report, returning, transferText } from './transfers.suite.js';

const SAMPLES = fileURLToPath(new URL('../../../../shared/data/iso20022/', import.meta.url));
const MESSAGES = '/staff/payments/iso20022';

let bank: PaymentsOverMemory;
let account: string;

beforeEach(async () => {
  bank = await paymentsOverMemory();
  account = await bank.openAccount({ currency: 'USD', account_number: '777', sort_code: '222222222' }, 'usd');
  await bank.post(MESSAGES, transferText([{ id: '1', account: '777', minor: 10_000n }]));
});
afterEach(() => bank.stop());

const order = (changes: object = {}) => ({
  account_id: account,
  creditor: { name: 'Bob & Sons', account: '12345', agent: '333333333' },
  amount: { amount: 2_500, currency: 'USD' },
  reference: 'invoice 7',
  ...changes,
});
async function paid(changes: object = {}, key = 'p1'): Promise<string> {
  const { status, body } = await bank.post('/staff/payments', order(changes), key);
  expect([status, body.code]).toEqual([200, undefined]);
  return body.id;
}
const shown = async (id: string) => (await bank.get(`/staff/payments/${id}`)).body;

const whole: Amount = { currency: 'USD', minor: 2_500n };

/** The journal does not move, and the code is this. */
async function isRefused(text: string, status: number, code: string): Promise<void> {
  const head = await bank.over.journal.head();
  const answer = await bank.post(MESSAGES, text);
  expect([answer.status, answer.body.code]).toEqual([status, code]);
  expect(await bank.over.journal.head()).toBe(head);
}

describe('a payment to another bank', () => {
  it('leaves the account, once, and has its message', async () => {
    const id = await paid();
    expect(await paid()).toBe(id);
    expect(await bank.ledgerBalance(account)).toBe(7_500);
    const payment = await shown(id);
    expect(payment).toMatchObject({
      account_id: account,
      state: 'SENT',
      status: null,
      reason: null,
      returned_by: null,
    });
    const message = codec.parse(payment.message);
    if (message.id !== 'pacs.008.001.08') throw new Error('this is no credit transfer');
    const { GrpHdr, CdtTrfTxInf } = message.body.FIToFICstmrCdtTrf;
    const agents = {
      us: { FinInstnId: { ClrSysMmbId: { MmbId: '222222222' } } },
      them: { FinInstnId: { ClrSysMmbId: { MmbId: '333333333' } } },
    };
    expect(GrpHdr).toMatchObject({
      MsgId: referenceOf(id),
      NbOfTxs: '1',
      TtlIntrBkSttlmAmt: whole,
      InstgAgt: agents.us,
    });
    expect(CdtTrfTxInf).toMatchObject([
      {
        PmtId: { TxId: referenceOf(id), EndToEndId: referenceOf(id) },
        IntrBkSttlmAmt: whole,
        DbtrAcct: { Id: { Othr: { Id: '777' } } },
        CdtrAgt: agents.them,
        Cdtr: { Nm: 'Bob & Sons' },
        CdtrAcct: { Id: { Othr: { Id: '12345' } } },
        RmtInf: { Ustrd: ['invoice 7'] },
      },
    ]);
    expect((await shown(id)).message).toBe(payment.message);
    for (const text of ['Bob', 'invoice 7']) expect(await bank.over.journalText()).not.toContain(text);
    const [noted] = await bank.records.keys('outbound-payments', { limit: 1 });
    const record = await bank.records.get('outbound-payments', noted ?? '');
    expect(Buffer.from(record?.value ?? []).toString()).not.toMatch(/Bob|invoice/);
  });

  it.each([
    ['other content', { reference: 'invoice 8' }, 'p1', 409, 'conflict.idempotency_key_reused'],
    [
      'more than there is',
      { amount: { amount: 10_001, currency: 'USD' } },
      'p2',
      412,
      'precondition_failed.insufficient_funds',
    ],
    [
      'another currency',
      { amount: { amount: 1, currency: 'EUR' } },
      'p2',
      412,
      'precondition_failed.currency_mismatch',
    ],
    ['an account nobody has', { account_id: 'acc_0000nothing' }, 'p2', 404, 'not_found.account'],
    ['an unknown field', { tip: 1 }, 'p2', 400, 'bad_request.unknown_field.tip'],
    ['a card number', { reference: '5555555555554444' }, 'p2', 400, 'bad_request.bad_param.reference'],
    ['what no message can carry', { reference: 'a\u0001b' }, 'p2', 400, 'bad_request.bad_param.message'],
  ])('is refused with %s', async (_, changes, key, status, code) => {
    await paid();
    const head = await bank.over.journal.head();
    const answer = await bank.post('/staff/payments', order(changes), key);
    expect([answer.status, answer.body.code]).toEqual([status, code]);
    expect(await bank.over.journal.head()).toBe(head);
  });

  it('that was refused may be sent again', async () => {
    const changes = { amount: { amount: 10_001, currency: 'USD' } };
    expect((await bank.post('/staff/payments', order(changes))).status).toBe(412);
    await bank.post(MESSAGES, transferText([{ id: '2', account: '777', minor: 1n }], { MsgId: 'M-2' }));
    const id = await paid(changes, 'k1');
    expect(await shown(id)).toMatchObject({ state: 'SENT', reason: null });
  });

  it('is not shown where there is none', async () => {
    expect((await bank.get(`/staff/payments/payment_${'a'.repeat(32)}`)).body.code).toBe('not_found.payment');
  });
});

describe('the payments in flight', () => {
  const listed = async (query = '') => (await bank.get(`/staff/payments${query}`)).body;
  const idsIn = ({ payments }: { payments: readonly { id: string }[] }) => payments.map(({ id }) => id);

  it('are those that have left and not ended, each with its message', async () => {
    const [first = '', second = '', third = ''] = [
      await paid({}, '1'),
      await paid({}, '2'),
      await paid({}, '3'),
    ].sort();
    await bank.post('/staff/payments', order({ amount: { amount: 9_999_999, currency: 'USD' } }), 'too much');
    const { payments, next } = await listed();
    expect([idsIn({ payments }), next]).toEqual([[first, second, third], null]);
    expect(payments[0]).toEqual({
      id: first,
      account_id: account,
      amount: { amount: 2_500, currency: 'USD' },
      status: null,
      message: (await shown(first)).message,
    });
    const page = await listed('?limit=2');
    expect([idsIn(page), page.next]).toEqual([[first, second], second]);
    expect(idsIn(await listed(`?limit=2&after=${second}`))).toEqual([third]);
    await bank.post(MESSAGES, report(first, 'ACSP'));
    await bank.post(MESSAGES, report(second, 'ACSC'));
    await bank.post(MESSAGES, returning(third, whole));
    expect((await listed()).payments).toMatchObject([{ id: first, status: 'ACSP' }]);
  });

  it('have none in them that ended while somebody died', async () => {
    const id = await paid();
    await bank.post(MESSAGES, report(id, 'ACSC'));
    await bank.records.put('outbound-payments-in-flight', id, new Uint8Array());
    expect(await listed()).toEqual({ payments: [], next: null });
    expect(await bank.records.keys('outbound-payments-in-flight', { limit: 1 })).toEqual([]);
  });
});

describe('a status report', () => {
  it('moves the payment that it names, once', async () => {
    const [first, second] = [await paid(), await paid({}, 'p2')];
    const text = report(first, 'ACSC', { OrgnlTxRef: { IntrBkSttlmAmt: whole } });
    const answer = await bank.post(MESSAGES, text);
    expect(answer.body).toEqual({ message_id: 'S-ACSC', transactions: [{ payment_id: first, state: 'CONFIRMED' }] });
    const head = await bank.over.journal.head();
    expect(await bank.post(MESSAGES, text)).toEqual(answer);
    expect(await bank.over.journal.head()).toBe(head);
    expect([(await shown(first)).state, (await shown(second)).state]).toEqual(['CONFIRMED', 'SENT']);
    await isRefused(report(first, 'RJCT'), 412, 'precondition_failed.payment_not_in_flight');
    expect(await bank.ledgerBalance(account)).toBe(5_000);
  });

  it('brings the money back where it says so, with the reason', async () => {
    const id = await paid();
    const StsRsnInf = [{ Rsn: { Cd: 'AC03' } }];
    for (const _ of [1, 2]) await bank.post(MESSAGES, report(id, 'RJCT', { StsRsnInf }));
    expect(await shown(id)).toMatchObject({ state: 'RETURNED', status: 'RJCT', reason: 'AC03', returned_by: null });
    expect(await bank.ledgerBalance(account)).toBe(10_000);
    await isRefused(report(id, 'ACSC'), 412, 'precondition_failed.payment_not_in_flight');
  });

  it.each([
    ['ACSP', undefined, 'SENT'],
    ['ACTC', undefined, 'SENT'],
    ['ACTC', 'FDN', 'SENT'],
    ['ACTC', 'TCH', 'CONFIRMED'],
    ['ACCC', undefined, 'CONFIRMED'],
  ])('of %s in %s leaves it %s', async (status, clearing_system, state) => {
    const id = await paid(clearing_system === undefined ? {} : { clearing_system });
    await bank.post(MESSAGES, report(id, status));
    expect(await shown(id)).toMatchObject({ state, status });
    await bank.post(MESSAGES, report(id, 'ACSC'));
    expect(await shown(id)).toMatchObject({ state: 'CONFIRMED' });
  });

  it('may name the message instead', async () => {
    const id = await paid();
    const GrpHdr = { MsgId: 'S-1', CreDtTm: '2026-05-01T10:00:00Z' };
    const group = { OrgnlMsgId: referenceOf(id), OrgnlMsgNmId: 'pacs.008.001.08', GrpSts: 'RJCT' };
    const body = { FIToFIPmtStsRpt: { GrpHdr, OrgnlGrpInfAndSts: [group] } };
    await bank.post(MESSAGES, codec.write({ id: 'pacs.002.001.10', body }));
    expect(await shown(id)).toMatchObject({ state: 'RETURNED', reason: 'NARR' });
  });

  it('is refused where it names none, or not quite this one', async () => {
    const id = await paid();
    await isRefused(report('payment_x', 'ACSC'), 404, 'not_found.payment');
    await isRefused(report(id, 'ACSC', { OrgnlInstrId: 'other' }), 422, 'unprocessable.original_differs');
    const original = { OrgnlTxRef: { IntrBkSttlmAmt: { currency: 'USD', minor: 2_501n } } };
    await isRefused(report(id, 'RJCT', original), 422, 'unprocessable.original_differs');
    await isRefused(report(id, 'WHAT'), 422, 'unprocessable.payment_status');
    if (!existsSync(SAMPLES)) return;
    const sample = (file: string) => readFileSync(SAMPLES + file).toString();
    await isRefused(sample('rtp/pacs002.RJCT.xml'), 404, 'not_found.payment');
    await isRefused(sample('rtp/pacs002.ACTC.xml'), 404, 'not_found.payment');
    await isRefused(sample('fednow/fednow-sample-message-pacs002.xml'), 404, 'not_found.payment');
    await isRefused(sample('fednow/fednow_incoming.xml'), 422, 'unprocessable.no_payment_named');
  });
});

describe('a payment return', () => {
  it('ends a payment that is in flight', async () => {
    const id = await paid();
    for (const _ of [1, 2]) expect((await bank.post(MESSAGES, returning(id, whole))).status).toBe(200);
    expect(await shown(id)).toMatchObject({ state: 'RETURNED', reason: 'CUST', returned_by: null });
    expect(await bank.ledgerBalance(account)).toBe(10_000);
  });

  it('brings the money of a confirmed payment as a payment of its own, once', async () => {
    const id = await paid();
    await bank.post(MESSAGES, report(id, 'ACSC'));
    const answer = await bank.post(MESSAGES, returning(id, { currency: 'USD', minor: 2_400n }));
    expect(answer.body).toEqual({ message_id: 'R-1', transactions: [{ payment_id: id, state: 'RETURNED' }] });
    expect(await bank.post(MESSAGES, returning(id, { currency: 'USD', minor: 2_400n }))).toEqual(answer);
    const payment = await shown(id);
    expect(payment).toMatchObject({ state: 'RETURNED', reason: 'CUST' });
    expect(payment.returned_by).toMatch(/^payment_[a-p]{32}$/);
    expect(await bank.ledgerBalance(account)).toBe(9_900);
    await isRefused(returning(id, whole, 'R-2'), 409, 'conflict.id_in_use');
    await bank.post(MESSAGES, report(id, 'ACSC'));
    expect(await shown(id)).toEqual(payment);
  });

  it('is refused where it can not be', async () => {
    const id = await paid();
    await isRefused(returning('payment_x', whole), 404, 'not_found.payment');
    await isRefused(returning(id, { currency: 'USD', minor: 2_501n }), 422, 'unprocessable.returned_amount');
    await isRefused(returning(id, { currency: 'EUR', minor: 2_500n }), 412, 'precondition_failed.currency_mismatch');
    await isRefused(returning(id, whole, 'R-1', '2'), 400, 'bad_request.iso20022.control_sum');
  });
});
