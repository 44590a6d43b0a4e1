// Standing orders to other banks, as the staff and the scheme's gateway have them over HTTP.
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { decodePayload } from '@tallystick/events';
import { START } from '@tallystick/journal';
import type {
  AccountCommand,
  AccountId,
  LedgerEvent,
  LocalDate,
  PaymentId,
  ScheduleId,
  TransferId,
} from '@tallystick/ledger-core';
import { NUMBER } from '../../card-processing/gateway-over-memory.suite.js';
import { type PaymentsOverMemory, paymentsOverMemory } from './payments-over-memory.suite.js';
import { codec, referenceOf, report, returning } from './transfers.suite.js';

const SCHEDULES = '/staff/payments/schedules';
const MESSAGES = '/staff/payments/iso20022';
const GBP = (amount: number) => ({ amount, currency: 'GBP' });
const creditor = { name: 'Bob & Sons', account: '12345', agent: '333333333' };
const idOf = (letter: string) => `payment_${letter.repeat(32)}` as PaymentId;
const [MAY, JUNE, JULY] = [idOf('a'), idOf('b'), idOf('c')];

let bank: PaymentsOverMemory;
let payer: string;

beforeEach(async () => {
  bank = await paymentsOverMemory();
  payer = await bank.openAccount({ currency: 'GBP', sort_code: '040004', account_number: '87654321' }, 'payer');
  await bank.post(`/staff/accounts/${payer}/inbound-payments`, { payment_id: 'wages', amount: GBP(250) }, 'wages');
});

afterEach(() => bank.stop());

const order = (overrides: Readonly<Record<string, unknown>> = {}) => ({
  account_id: payer,
  creditor,
  clearing_system: 'TCH',
  amount: GBP(100),
  frequency: 'monthly',
  first_date: '2026-05-31',
  reference: 'rent for the flat',
  ...overrides,
});

async function events(): Promise<LedgerEvent[]> {
  return (await bank.over.journal.readAll({ after: START, limit: 10_000 })).map(({ payload }) =>
    decodePayload(payload),
  );
}

/** As the ledger's timer does. */
async function take(scheduleId: string, occurrence: string, paymentId: PaymentId): Promise<void> {
  const scheduled = (await events()).find(
    (event) => event.type === 'PaymentScheduled' && event.schedule.scheduleId === scheduleId,
  );
  const command: AccountCommand = {
    type: 'TakeScheduledPayment',
    scheduleId: scheduleId as ScheduleId,
    occurrence: occurrence as LocalDate,
    transferId: `transfer_${occurrence}` as TransferId,
    paymentId,
    tryAgainAt: null,
    personal: scheduled?.type === 'PaymentScheduled' ? scheduled.personal : null,
  };
  const at = { effectiveAt: bank.now(), localDate: occurrence as LocalDate, causedAt: 0n };
  const { outcomes } = await bank.over.ledger.execute(
    { accountId: payer as AccountId, caller: 'spec', commands: [{ ...at, key: occurrence, command }] },
    bank.over.context,
  );
  expect(outcomes).toMatchObject([{ kind: 'answered' }]);
}

async function listed() {
  await bank.runProcesses();
  return (await bank.get(`${SCHEDULES}?account_id=${payer}`)).body.schedules;
}

const shown = async (id: string) => (await bank.get(`/staff/payments/${id}`)).body;

describe('a standing order to another bank', () => {
  it('is set up once, and shows whom it pays', async () => {
    const first = await bank.post(SCHEDULES, order());
    expect(first).toMatchObject({ status: 200, body: { account_id: payer } });
    expect((await bank.post(SCHEDULES, order())).text).toBe(first.text);
    expect(await listed()).toMatchObject([
      {
        id: first.body.id,
        destination_account_id: null,
        creditor,
        clearing_system: 'TCH',
        reference: 'rent for the flat',
        status: 'active',
        last: null,
      },
    ]);
    for (const text of ['Bob', 'the flat', '12345']) expect(await bank.over.journalText()).not.toContain(text);
    expect(await listed()).toHaveLength(1);
  });

  it('has no reference and goes by no clearing system where it is given none', async () => {
    await bank.post(SCHEDULES, order({ reference: undefined, clearing_system: undefined }));
    expect(await listed()).toMatchObject([{ creditor, clearing_system: null, reference: null }]);
  });

  it.each([
    ['another creditor', { creditor: { ...creditor, account: '12346' } }],
    ['another reference', { reference: 'rent for the house' }],
    ['another clearing system', { clearing_system: 'FDN' }],
    ['another amount', { amount: GBP(101) }],
  ])('is not set up again under its key with %s', async (_, overrides) => {
    await bank.post(SCHEDULES, order());
    const answer = await bank.post(SCHEDULES, order(overrides));
    expect([answer.status, answer.body.code]).toEqual([409, 'conflict.idempotency_key_reused']);
    expect(await listed()).toHaveLength(1);
  });

  it.each([
    ['a reference that no message holds', { reference: 'r'.repeat(141) }, 'message'],
    ['a name with no text', { creditor: { ...creditor, name: '\u0001' } }, 'message'],
    ['a card number as account', { creditor: { ...creditor, account: NUMBER } }, 'account'],
    ['no agent', { creditor: { ...creditor, agent: '' } }, 'creditor.agent'],
  ])('is refused with %s, and nothing is stored', async (_, overrides, param) => {
    const before = await bank.over.journal.head();
    const answer = await bank.post(SCHEDULES, order(overrides));
    expect([answer.status, answer.body.code]).toEqual([400, `bad_request.bad_param.${param}`]);
    expect(await bank.over.journal.head()).toBe(before);
  });
});

describe('a payment of a standing order to another bank', () => {
  let scheduleId: string;

  beforeEach(async () => {
    scheduleId = (await bank.post(SCHEDULES, order())).body.id;
    await take(scheduleId, '2026-05-31', MAY);
    await bank.runProcesses();
  });

  it('is under way, named by its schedule, and has its message', async () => {
    const last = { date: '2026-05-31', outcome: 'taken', reason: null, transfer_id: null, payment_id: MAY };
    expect(await listed()).toMatchObject([{ id: scheduleId, status: 'active', next_date: '2026-06-30', last }]);
    expect(await bank.ledgerBalance(payer)).toBe(150);
    const { message, ...payment } = await shown(MAY);
    expect(payment).toMatchObject({ id: MAY, account_id: payer, amount: GBP(100), state: 'SENT', status: null });
    const parsed = codec.parse(message);
    if (parsed.id !== 'pacs.008.001.08') throw new Error('this is no credit transfer');
    const { GrpHdr, CdtTrfTxInf } = parsed.body.FIToFICstmrCdtTrf;
    expect(GrpHdr).toMatchObject({
      MsgId: referenceOf(MAY),
      IntrBkSttlmDt: '2026-05-31',
      SttlmInf: { SttlmMtd: 'CLRG', ClrSys: { Cd: 'TCH' } },
    });
    expect(CdtTrfTxInf).toMatchObject([
      {
        PmtId: { TxId: referenceOf(MAY) },
        IntrBkSttlmAmt: { currency: 'GBP', minor: 100n },
        DbtrAcct: { Id: { Othr: { Id: '87654321' } } },
        CdtrAgt: { FinInstnId: { ClrSysMmbId: { MmbId: '333333333' } } },
        Cdtr: { Nm: 'Bob & Sons' },
        CdtrAcct: { Id: { Othr: { Id: '12345' } } },
        RmtInf: { Ustrd: ['rent for the flat'] },
      },
    ]);
    for (const text of ['Bob', 'the flat', '12345']) expect(await bank.over.journalText()).not.toContain(text);
  });

  it('is confirmed by what settles it in its clearing system, and may come back after that', async () => {
    expect((await bank.post(MESSAGES, report(MAY, 'ACTC'))).status).toBe(200);
    expect(await shown(MAY)).toMatchObject({ state: 'CONFIRMED', status: 'ACTC' });
    await bank.post(MESSAGES, returning(MAY, { currency: 'GBP', minor: 100n }));
    expect(await shown(MAY)).toMatchObject({ state: 'RETURNED', reason: 'CUST' });
    expect(await bank.ledgerBalance(payer)).toBe(250);
  });

  it('comes back where it is rejected, and the order goes on', async () => {
    const StsRsnInf = [{ Rsn: { Cd: 'AC04' } }];
    expect((await bank.post(MESSAGES, report(MAY, 'RJCT', { StsRsnInf }))).status).toBe(200);
    expect(await shown(MAY)).toMatchObject({ state: 'RETURNED', reason: 'AC04' });
    expect(await bank.ledgerBalance(payer)).toBe(250);
    await take(scheduleId, '2026-06-30', JUNE);
    await bank.runProcesses();
    expect(await shown(JUNE)).toMatchObject({ state: 'SENT' });
    expect(await listed()).toMatchObject([{ next_date: '2026-07-31', last: { payment_id: JUNE } }]);
  });

  it('is noted once, whatever is delivered again, and keeps its state', async () => {
    await bank.post(MESSAGES, report(MAY, 'ACSC'));
    for (const key of await bank.records.keys('process-checkpoints', { limit: 10 }))
      await bank.records.remove('process-checkpoints', key);
    await bank.runProcesses();
    expect(await shown(MAY)).toMatchObject({ state: 'CONFIRMED' });
    expect(await bank.records.keys('outbound-payments', { limit: 10 })).toEqual([MAY]);
  });

  it('that is missed has no payment', async () => {
    await take(scheduleId, '2026-06-30', JUNE);
    await take(scheduleId, '2026-07-31', JULY);
    await bank.runProcesses();
    const last = { outcome: 'missed', reason: 'InsufficientFunds', transfer_id: null, payment_id: null };
    expect(await listed()).toMatchObject([{ last }]);
    expect((await bank.get(`/staff/payments/${JULY}`)).status).toBe(404);
  });
});

describe('a standing order to another bank of a customer who was erased', () => {
  it('ends with its next date: the payment, which nobody can send, comes back, once', async () => {
    const { id } = (await bank.post(SCHEDULES, order())).body;
    await take(id, '2026-05-31', MAY);
    await bank.runProcesses();
    await bank.keys.destroy(payer);
    await take(id, '2026-06-30', JUNE);
    for (let n = 0; n < 2; n++) {
      for (const key of await bank.records.keys('process-checkpoints', { limit: 10 }))
        await bank.records.remove('process-checkpoints', key);
      await bank.runProcesses();
    }
    expect(await shown(JUNE)).toMatchObject({ state: 'RETURNED', reason: 'precondition_failed.customer_erased' });
    // Its message may have gone out before: whoever was paid answers.
    expect(await shown(MAY)).toMatchObject({ state: 'SENT', message: null });
    expect(await bank.ledgerBalance(payer)).toBe(150);
    expect(await listed()).toMatchObject([{ status: 'cancelled', next_date: null, creditor: null }]);
    const types = (await events()).map(({ type }) => type);
    expect(types.filter((type) => type === 'PaymentReturned')).toHaveLength(1);
  });

  it('that is over is left as it is', async () => {
    const { id } = (await bank.post(SCHEDULES, order({ times: 1 }))).body;
    await bank.keys.destroy(payer);
    await take(id, '2026-05-31', MAY);
    expect(await listed()).toMatchObject([{ status: 'finished' }]);
    expect(await shown(MAY)).toMatchObject({ state: 'RETURNED' });
    expect(await bank.ledgerBalance(payer)).toBe(250);
  });
});
