import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type PaymentsOverMemory, paymentsOverMemory } from './payments-over-memory.suite.js';
import { type Line, statusesOf, transferText } from './transfers.suite.js';

const SAMPLES = fileURLToPath(new URL('../../../../shared/data/iso20022/', import.meta.url));
const MESSAGES = '/staff/payments/iso20022';

let bank: PaymentsOverMemory;
let dollars: string;

beforeEach(async () => {
  bank = await paymentsOverMemory();
  dollars = await bank.openAccount({ currency: 'USD', account_number: '42341169728762787' }, 'usd');
});
afterEach(() => bank.stop());

const to = (id: string, minor: bigint, more: Partial<Line> = {}): Line => ({
  id,
  account: '42341169728762787',
  minor,
  ...more,
});

describe('an account that is opened under a number', () => {
  it('is the only one', async () => {
    const again = await bank.post('/staff/accounts', { currency: 'USD', account_number: '42341169728762787' }, 'other');
    expect([again.status, again.body.code]).toEqual([409, 'conflict.account_number_taken']);
    const other = await bank.post('/staff/accounts', { currency: 'USD', account_number: '1' }, 'usd');
    expect([other.status, other.body.code]).toEqual([409, 'conflict.idempotency_key_reused']);
    const same = await bank.openAccount({ currency: 'USD', account_number: '42341169728762787' }, 'usd');
    expect(same).toBe(dollars);
  });

  it('needs a number with a code', async () => {
    const { status, body } = await bank.post('/staff/accounts', { currency: 'USD', sort_code: '040004' }, 'x');
    expect([status, body.code]).toEqual([400, 'bad_request.missing_param.account_number']);
  });
});

(existsSync(SAMPLES) ? describe : describe.skip)('a credit transfer of RTP', () => {
  it('is credited to the account of its number, once', async () => {
    const message = readFileSync(`${SAMPLES}rtp/pacs008.xml`);
    const first = await bank.post(MESSAGES, message);
    expect([first.status, statusesOf(first.text)]).toEqual([200, ['ACSC']]);
    expect(await bank.ledgerBalance(dollars)).toBe(4_615_449);
    const head = await bank.over.journal.head();
    expect(await bank.post(MESSAGES, message)).toEqual(first);
    expect(await bank.over.journal.head()).toBe(head);
    expect(await bank.over.journalText()).not.toContain('GREEN');
  });

  it('is refused for its type where it is for a bank, and named', async () => {
    const { status, body } = await bank.post(MESSAGES, readFileSync(`${SAMPLES}rtp/pacs009.xml`));
    expect([status, body.code]).toEqual([400, 'bad_request.iso20022.unsupported_message']);
    expect(body.message).toContain('pacs.009.001.08');
  });
});

describe('a message with several transactions', () => {
  it('is answered for each of them', async () => {
    const pounds = await bank.openAccount({ currency: 'GBP', account_number: '1', sort_code: '222222222' }, 'gbp');
    const closed = await bank.openAccount({ currency: 'USD', account_number: '2' }, 'closed');
    await bank.post(`/staff/accounts/${closed}/changes`, { change: 'close' }, 'c');
    const text = transferText([
      to('1', 100n),
      to('2', 200n, { account: '1' }),
      to('3', 300n, { account: '1', currency: 'GBP' }),
      to('4', 400n, { account: '2' }),
      to('5', 500n, { account: '3' }),
      to('6', 0n),
    ]);
    const answer = await bank.post(MESSAGES, text);
    expect(statusesOf(answer.text)).toEqual(['ACSC', 'RJCT AM03', 'ACSC', 'RJCT AC04', 'RJCT AC01', 'RJCT AM09']);
    expect([await bank.ledgerBalance(dollars), await bank.ledgerBalance(pounds)]).toEqual([100, 300]);
    expect(await bank.post(MESSAGES, text)).toEqual(answer);
    await bank.openAccount({ currency: 'USD', account_number: '3' }, 'late');
    expect(await bank.post(MESSAGES, text)).toEqual(answer);
  });

  it('is refused whole where it contradicts itself', async () => {
    const head = await bank.over.journal.head();
    const lines = [to('1', 100n), to('2', 250n)];
    const refused = async (header: object, all = lines) =>
      statusesOf((await bank.post(MESSAGES, transferText(all, header))).text);
    expect(await refused({ NbOfTxs: '3' })).toEqual(['RJCT AM18']);
    expect(await refused({ TtlIntrBkSttlmAmt: { currency: 'USD', minor: 351n } })).toEqual(['RJCT AM10']);
    expect(await refused({ TtlIntrBkSttlmAmt: { currency: 'EUR', minor: 350n } })).toEqual(['RJCT AM10']);
    expect(await refused({ CtrlSum: '3.4' })).toEqual(['RJCT AM10']);
    expect(await refused({}, [to('1', 100n), to('1', 100n)])).toEqual(['RJCT AM05']);
    expect(await bank.over.journal.head()).toBe(head);
    const mended = { TtlIntrBkSttlmAmt: { currency: 'USD', minor: 350n }, CtrlSum: '+3.50' };
    expect(await refused(mended)).toEqual(['ACSC', 'ACSC']);
  });

  it('is refused with the id of another, and so is a transaction', async () => {
    await bank.post(MESSAGES, transferText([to('1', 100n)]));
    const other = await bank.post(MESSAGES, transferText([to('1', 101n)]));
    expect([other.status, other.body.code]).toEqual([409, 'conflict.message_id_reused']);
    const answer = await bank.post(MESSAGES, transferText([to('1', 100n), to('2', 7n)], { MsgId: 'M-2' }));
    expect(statusesOf(answer.text)).toEqual(['RJCT AM05', 'ACSC']);
    expect(await bank.ledgerBalance(dollars)).toBe(107);
  });

  it('is credited once where it comes several times at once', async () => {
    const text = transferText(Array.from({ length: 150 }, (_, index) => to(`t${index}`, 1n)));
    const answers = await Promise.all([1, 2, 3].map(() => bank.post(MESSAGES, text)));
    expect(new Set(answers.map((answer) => answer.text)).size).toBe(1);
    expect(await bank.ledgerBalance(dollars)).toBe(150);
  });
});

describe('a message that breaks the schema', () => {
  it('is refused with the element', async () => {
    const broken = transferText([to('1', 100n)]).replace('<ChrgBr>SLEV', '<ChrgBr>FREE');
    const { status, body } = await bank.post(MESSAGES, broken);
    expect([status, body.code]).toEqual([400, 'bad_request.iso20022.bad_value']);
    expect(body.params.path).toBe('FIToFICstmrCdtTrf/CdtTrfTxInf[1]/ChrgBr');
  });

  it('is not taken from strangers, nor as JSON', async () => {
    expect((await bank.post(MESSAGES, { a: 1 })).status).toBe(415);
    expect((await bank.get(`/staff/payments/payment_${'a'.repeat(32)}`, 'Bearer guess')).status).toBe(401);
  });
});
