// The customer API of the built bank, with a token that a customer gave a program in the way of OAuth.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { BankProcess, DataFolder, until } from '../bank/bank-process.suite.js';
import { programOf, staff } from '../bank/customer-program.suite.js';

const USER = 'user_0000spec';
const NUMBER = '5555555555554444';
const PURCHASES = 10_000;
const BATCH = 20;
const AT_ONCE = 8;
const PAGE = 17;

let data: DataFolder;
let bank: BankProcess;
let account: string;
let token: string;

function purchase(key: string): object {
  const merchant = { name: 'TESCO STORES 3217', mcc: '5411' };
  return { idempotency_key: key, card: { number: NUMBER }, amount: { amount: 1, currency: 'GBP' }, merchant };
}

async function get(path: string) {
  for (;;) {
    const response = await fetch(bank.url + path, { headers: { authorization: `Bearer ${token}` } });
    const { status, headers } = response;
    const body = JSON.parse(await response.text());
    const wait = Number(headers.get('retry-after') ?? 0);
    if (status !== 429) return { status, body };
    await new Promise((resolve) => setTimeout(resolve, wait * 1_000));
  }
}

beforeAll(async () => {
  data = new DataFolder();
  bank = await BankProcess.start(data.path, { TALLYSTICK_RATE_LIMITED: 'false' });
  const opened = await staff(
    bank,
    '/staff/accounts',
    { currency: 'GBP', owners: [USER], overdraft_limit: 1_000_000 },
    'a',
  );
  account = String(opened.id ?? opened.account_id);
  await staff(bank, `/staff/accounts/${account}/cards`, { number: NUMBER, active: true }, 'c');
}, 60_000);

afterAll(async () => {
  await bank?.stop();
  await data.remove();
});

describe('a program of a customer', () => {
  it('sees nothing until it is approved, then the customer’s accounts', async () => {
    const given = await programOf(bank, USER);
    token = given.token;
    expect(await get('/ping/whoami')).toMatchObject({ status: 200, body: { user_id: USER } });
    expect(await get('/accounts')).toMatchObject({
      status: 403,
      body: { code: 'forbidden.insufficient_permissions' },
    });
    await given.approve();
    const accounts = await until('the approval', async () => {
      const { status, body } = await get('/accounts');
      return status === 200 && body.accounts.length === 1 ? body.accounts : undefined;
    });
    expect(accounts).toMatchObject([{ id: account, description: USER, type: 'uk_retail' }]);
  }, 30_000);

  it('goes from page to page while card payments come in, and misses none', async () => {
    let sent = 0;
    let isDone = false;
    const buying = Promise.all(
      Array.from({ length: AT_ONCE }, async () => {
        while (sent < PURCHASES) {
          const authorisations = Array.from({ length: BATCH }, () => purchase(`buy-${sent++}`));
          await staff(bank, '/gateway/authorisations/batch', { authorisations });
        }
      }),
    ).then(() => {
      isDone = true;
    });
    const seen: string[] = [];
    for (;;) {
      const wasDone = isDone;
      const last = seen.at(-1);
      const { body } = await get(
        `/transactions?account_id=${account}&limit=${PAGE}${last === undefined ? '' : `&since=${last}`}`,
      );
      seen.push(...body.transactions.map(({ id }: { id: string }) => id));
      if (wasDone && body.transactions.length < PAGE) break;
    }
    await buying;
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen).toHaveLength(PURCHASES);
    expect((await get(`/balance?account_id=${account}`)).body).toMatchObject({
      balance: -PURCHASES,
      spend_today: -PURCHASES,
    });
    const named = await until('the merchant is known', async () => {
      const { body } = await get(`/transactions?account_id=${account}&expand[]=merchant`);
      return body.transactions[0].merchant === null ? undefined : body.transactions[0];
    });
    expect(named).toMatchObject({
      category: 'groceries',
      merchant: { name: 'Tesco', address: { country: expect.any(String) } },
    });
  }, 120_000);
});
