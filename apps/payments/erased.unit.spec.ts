// Money of customers who were erased: what was written of it is gone, and nothing new is written; the money itself still comes and goes.
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type PaymentsOverMemory, paymentsOverMemory } from './iso20022/payments-over-memory.suite.js';
import { statusesOf, transferText } from './iso20022/transfers.suite.js';

const MESSAGES = '/staff/payments/iso20022';
const SCHEDULES = '/staff/payments/schedules';
const TRANSFERS = '/staff/transfers';
const money = (amount: number) => ({ amount: { amount, currency: 'USD' } });

let bank: PaymentsOverMemory;
let hers: string;
let his: string;

beforeEach(async () => {
  bank = await paymentsOverMemory();
  hers = await bank.openAccount({ currency: 'USD', account_number: '777', sort_code: '222222222' }, 'hers');
  his = await bank.openAccount({ currency: 'USD' }, 'his');
  const message = transferText([{ id: '1', account: '777', minor: 10_000n }]);
  expect(statusesOf((await bank.post(MESSAGES, message)).text)).toEqual(['ACSC']);
});
afterEach(() => bank.stop());

const creditor = { name: 'Bob & Sons', account: '12345', agent: '333333333' };
const pay = (key: string) =>
  bank.post('/staff/payments', { account_id: hers, creditor, ...money(100), reference: 'invoice 7' }, key);
const transfer = (more: object, key: string) =>
  bank.post(TRANSFERS, { source_account_id: hers, destination_account_id: his, ...money(50), ...more }, key);
const schedule = (more: object, key: string) => {
  const when = { frequency: 'monthly', first_date: '2026-05-31' };
  return bank.post(SCHEDULES, { account_id: hers, destination_account_id: his, ...money(50), ...when, ...more }, key);
};
const openPot = (name: string, key: string) => bank.post('/staff/pots', { account_id: hers, name }, key);

describe('an account whose customer was erased', () => {
  it('has a list of schedules and payments without any text', async () => {
    const { body } = await pay('p');
    expect((await bank.get(`/staff/payments/${body.id}`)).body).toMatchObject({
      message: expect.stringContaining('invoice 7'),
    });
    const { position } = (await schedule({ reference: 'rent' }, 's')).body;
    await bank.keys.destroy(hers);
    const shown = await bank.get(`/staff/payments/${body.id}`);
    expect([shown.status, shown.body]).toMatchObject([200, { state: 'SENT', message: null }]);
    const list = await bank.get(`${SCHEDULES}?account_id=${hers}`, undefined, { 'x-min-ledger-position': position });
    expect(list.body.schedules).toMatchObject([{ reference: null }]);
  });

  it('takes nothing new that has a text, and the rest as ever', async () => {
    await bank.keys.destroy(hers);
    const head = await bank.over.journal.head();
    const refused = [
      await pay('p'),
      await transfer({ reference: 'for lunch' }, 't'),
      await schedule({ reference: 'rent' }, 's'),
      await schedule({ destination_account_id: undefined, creditor }, 'elsewhere'),
      await openPot('Boat', 'o'),
    ];
    for (const { status, body } of refused)
      expect([status, body.code]).toEqual([412, 'precondition_failed.customer_erased']);
    expect(await bank.over.journal.head()).toBe(head);
    expect((await transfer({}, 't2')).status).toBe(200);
    expect((await schedule({}, 's2')).status).toBe(200);
  });

  it('is paid by other banks, whose names are not kept', async () => {
    await bank.keys.destroy(hers);
    const message = transferText([{ id: '2', account: '777', minor: 500n }], { MsgId: 'M-2' });
    const answer = await bank.post(MESSAGES, message);
    expect(statusesOf(answer.text)).toEqual(['ACSC']);
    expect(await bank.post(MESSAGES, message)).toEqual(answer);
    expect(await bank.ledgerBalance(hers)).toBe(10_500);
  });

  it('is another one than the one beside it', async () => {
    await bank.keys.destroy(hers);
    expect((await bank.post('/staff/pots', { account_id: his, name: 'Boat' }, 'o')).status).toBe(200);
  });
});
