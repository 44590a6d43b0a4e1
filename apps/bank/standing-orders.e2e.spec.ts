// Standing orders of a running bank whose clock is driven, and that is killed.
import { beforeEach, describe, expect, it } from '@jest/globals';
import { dayNumberOf } from '@tallystick/ledger-core';
import { BankProcess, until } from './bank-process.suite.js';
import { banksOnFolder } from './banks.suite.js';

const on = banksOnFolder((path) => BankProcess.start(path, {}, true));

let bank: BankProcess;
let payer: string;
let payee: string;

interface Shown {
  readonly status: string;
  readonly next_date: string | null;
  readonly reference: string | null;
  readonly last: {
    readonly date: string;
    readonly outcome: string;
    readonly reason: string | null;
    readonly payment_id: string | null;
  } | null;
}

beforeEach(async () => {
  bank = await on.start();
  payer = await open('payer', {});
  payee = await open('payee', { sort_code: '040004', account_number: '12345678' });
  await fund('first', 1_000);
});

async function open(key: string, fields: object): Promise<string> {
  const { body } = await bank.post('/staff/accounts', key, { currency: 'GBP', ...fields });
  return String(body.account_id);
}

async function fund(key: string, amount: number): Promise<void> {
  const payment = { payment_id: key, amount: { amount, currency: 'GBP' } };
  expect((await bank.post(`/staff/accounts/${payer}/inbound-payments`, key, payment)).status).toBe(200);
}

async function schedule(terms: object): Promise<string> {
  const destination = { sort_code: '040004', account_number: '12345678' };
  const order = {
    account_id: payer,
    destination,
    amount: { amount: 100, currency: 'GBP' },
    reference: 'rent',
    ...terms,
  };
  const { status, body } = await bank.post('/staff/payments/schedules', `order ${JSON.stringify(terms)}`, order);
  expect({ status, body }).toMatchObject({ status: 200 });
  return String(body.position);
}

async function now(): Promise<number> {
  return Date.parse(String((await bank.get('/staff/clock')).body.now));
}

/** Noon in UTC is on the same date in London, all year. */
async function driveTo(date: string): Promise<void> {
  const advance_seconds = Math.ceil((Date.parse(`${date}T12:00:00Z`) - (await now())) / 1000);
  expect((await bank.post('/staff/clock', undefined, { advance_seconds })).status).toBe(200);
}

async function order(position = ''): Promise<Shown> {
  const headers: Record<string, string> = position === '' ? {} : { 'x-min-ledger-position': position };
  const { body } = await bank.get(`/staff/payments/schedules?account_id=${payer}`, headers);
  const [found] = body.schedules as Shown[]; // as the route's schema says
  if (found === undefined) throw new Error('there is no order');
  return found;
}

async function has(account: string): Promise<unknown> {
  return (await bank.get(`/staff/accounts/${account}/balance`)).body.ledger;
}

/** What the payee has, once it is that. */
function payeeHas(expected: number): Promise<unknown> {
  return until(`the payee has ${expected}`, async () => ((await has(payee)) === expected ? expected : undefined));
}

/** All amounts that reached the payee, one by one. */
async function received(): Promise<number[]> {
  const { body } = await bank.get(`/staff/accounts/${payee}/transactions?limit=100`);
  return (body.transactions as { readonly amount: number }[]).map(({ amount }) => amount);
}

describe('a standing order on the 31st', () => {
  it('pays on the last day of each month, tries again at 14:00 and is missed, and goes on', async () => {
    const year = new Date(await now()).getUTCFullYear() + 1;
    const leap = dayNumberOf(`${year}-02-29`) !== undefined;
    const february = `${year}-02-${leap ? 29 : 28}`;
    const position = await schedule({ frequency: 'monthly', first_date: `${year}-01-31` });
    expect(await order(position)).toMatchObject({
      status: 'active',
      next_date: `${year}-01-31`,
      reference: 'rent',
      last: null,
    });
    await driveTo(`${year}-01-30`);
    expect(await has(payer)).toBe(1_000);
    await driveTo(`${year}-01-31`);
    await payeeHas(100);
    await driveTo(february);
    await payeeHas(200);
    expect(await order()).toMatchObject({
      next_date: `${year}-03-31`,
      last: { date: february, outcome: 'taken', reason: null },
    });
    // Half a year without anybody: each of them is paid, and what there is no money for is missed.
    await driveTo(`${year}-12-15`);
    await payeeHas(1_000);
    expect(await has(payer)).toBe(0);
    const missed = { date: `${year}-11-30`, outcome: 'missed', reason: 'InsufficientFunds' };
    expect(await order()).toMatchObject({ status: 'active', next_date: `${year}-12-31`, last: missed });
    await driveTo(`${year}-12-31`);
    const deferred = { date: `${year}-12-31`, outcome: 'deferred', reason: 'InsufficientFunds' };
    expect(
      await until('it is tried', async () => ((await order()).last?.date === deferred.date ? order() : undefined)),
    ).toMatchObject({ last: deferred });
    await fund('late', 100);
    expect((await bank.post('/staff/clock', undefined, { advance_seconds: 2 * 3600 })).status).toBe(200);
    await payeeHas(1_100);
    expect(await received()).toEqual(Array.from({ length: 11 }, () => 100));
  });
});

describe('a bank that is killed when a payment is due', () => {
  it('pays another bank once, and has the message', async () => {
    const begins = new Date((await now()) + 8 * 86_400_000).toISOString().slice(0, 10);
    const creditor = { name: 'Bob', account: '12345', agent: '333333333' };
    await schedule({ frequency: 'weekly', first_date: begins, destination: undefined, creditor });
    const payments = new Set<string>();
    for (const [n, delay] of [2, 12].entries()) {
      const date = new Date(Date.parse(begins) + n * 7 * 86_400_000).toISOString().slice(0, 10);
      const answered = driveTo(date).catch(() => undefined);
      await new Promise((resolve) => setTimeout(resolve, delay));
      await bank.kill();
      await answered;
      bank = await on.start();
      if ((await now()) < Date.parse(`${date}T11:59:00Z`)) await driveTo(date);
      const id = await until(`it is taken on ${date}`, async () => {
        const { last } = await order();
        return last?.date === date ? (last.payment_id ?? undefined) : undefined;
      });
      const payment = await until(`${id} is noted`, async () => {
        const { status, body } = await bank.get(`/staff/payments/${id}`);
        return status === 200 ? body : undefined;
      });
      expect(payment).toMatchObject({ state: 'SENT', message: expect.stringContaining('<Nm>Bob</Nm>') });
      payments.add(id);
    }
    expect(payments.size).toBe(2);
    expect(await has(payer)).toBe(1_000 - 200);
  }, 120_000);

  it.each([
    [0, 4, 15],
    [1, 8, 30],
  ])(
    'pays it once (killed after %d, %d and %d ms)',
    async (...delays) => {
      const begins = new Date((await now()) + 8 * 86_400_000).toISOString().slice(0, 10);
      await schedule({ frequency: 'weekly', first_date: begins });
      for (const [n, delay] of delays.entries()) {
        const date = new Date(Date.parse(begins) + n * 7 * 86_400_000).toISOString().slice(0, 10);
        const answered = driveTo(date).catch(() => undefined);
        await new Promise((resolve) => setTimeout(resolve, delay));
        await bank.kill();
        await answered;
        bank = await on.start();
        // The drive itself may not have happened.
        if ((await now()) < Date.parse(`${date}T11:59:00Z`)) await driveTo(date);
        await payeeHas(100 * (n + 1));
      }
      expect(await has(payer)).toBe(1_000 - 300);
      expect(await received()).toEqual([100, 100, 100]);
      expect(await order()).toMatchObject({ status: 'active', last: { outcome: 'taken' } });
    },
    120_000,
  );
});
