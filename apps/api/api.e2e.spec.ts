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
const NUMBER_OF_ACCOUNT = { account_number: '12345678', sort_code: '040004' };
/** More than the account has: what is declined for want of money would have been allowed otherwise. */
const TOO_MUCH = { amount: 2_000_000, currency: 'GBP' };
/** Before them, by the card's freezes and for want of money. */
const DECLINED = 10;

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
  bank = await BankProcess.start(data.path, { TALLYSTICK_EDGE_RATE: '1000000' });
  const opened = await staff(
    bank,
    '/staff/accounts',
    { currency: 'GBP', owners: [USER], overdraft_limit: 1_000_000, ...NUMBER_OF_ACCOUNT },
    'a',
  );
  account = String(opened.id ?? opened.account_id);
  await staff(bank, `/staff/accounts/${account}/cards`, { number: NUMBER, active: true }, 'c');
});

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
  });

  it('freezes the customer’s card, and the next authorisation is declined', async () => {
    const [card] = (await get('/cards')).body.cards;
    expect(card).toMatchObject({ account_id: account, last_four: '4444', frozen: false });
    const change = async (path: string) => {
      const headers = { authorization: `Bearer ${token}` };
      const answer = await fetch(`${bank.url}/cards/${card.id}/${path}`, { method: 'PUT', headers });
      expect(answer.status).toBe(200);
    };
    const buy = (key: string) => {
      const merchant = { name: 'TESCO STORES 3217', mcc: '5411' };
      return staff(bank, '/gateway/authorisations', { card: { number: NUMBER }, amount: TOO_MUCH, merchant }, key);
    };
    for (let round = 0; round < 5; round++) {
      await change('freeze');
      expect(await buy(`frozen-${round}`)).toMatchObject({ decision: 'declined', reason: 'card_frozen' });
      await change('unfreeze');
      expect(await buy(`thawed-${round}`)).toMatchObject({ decision: 'declined', reason: 'insufficient_funds' });
    }
  });

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
    expect(seen).toHaveLength(PURCHASES + DECLINED);
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
  });

  it('finds what it wrote beside a transaction after kill -9, and nothing of it lies in the clear', async () => {
    const send = async (method: string, path: string, body: unknown) => {
      const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
      const response = await fetch(bank.url + path, { method, headers, body: JSON.stringify(body) });
      return { status: response.status, body: JSON.parse(await response.text()) };
    };
    const [{ id }] = (await get(`/transactions?account_id=${account}&limit=1`)).body.transactions;
    const path = `/transactions/${id}`;
    const notes = 'a walk by the harbour';
    expect((await send('PATCH', path, { metadata: { notes } })).body.transaction.notes).toBe(notes);
    const declared = { file_name: 'harbour.png', file_type: 'image/png' };
    const { file_url, upload_url } = (await send('POST', '/attachment/upload', declared)).body;
    const bytes = Buffer.alloc(700_000, 'the sea ');
    const uploaded = await fetch(upload_url, { method: 'PUT', body: bytes, headers: { 'content-type': 'image/png' } });
    expect(uploaded.status).toBe(200);
    const registered = await send('POST', '/attachment/register', {
      external_id: id,
      file_url,
      file_type: 'image/png',
    });
    const item = { description: 'Chips with vinegar', amount: 1, currency: 'GBP' };
    const receipt = { transaction_id: id, external_id: 'order-1', total: 1, currency: 'GBP', items: [item] };
    const stored = await send('PUT', '/transaction-receipts', receipt);
    await bank.kill();
    bank = await BankProcess.start(data.path);
    const shown = await until('the views are there', async () => {
      const { body } = await get(path);
      return body.transaction?.attachments === null ? undefined : body.transaction;
    });
    expect(shown).toMatchObject({ notes, attachments: [registered.body.attachment] });
    const file = await fetch(`${bank.url}${new URL(file_url).pathname}`);
    expect(Buffer.from(await file.arrayBuffer()).equals(bytes)).toBe(true);
    expect((await get('/transaction-receipts?external_id=order-1')).body).toEqual({ receipt: stored.body });
    await bank.stop();
    for (const { name, bytes: lying } of data.files())
      for (const secret of [notes, 'harbour.png', 'the sea the sea', 'Chips with vinegar', upload_url.slice(-32)])
        expect([name, secret, lying.includes(secret)]).toEqual([name, secret, false]);
    expect((await data.tallystick('replay', '--verify')).status).toBe(0);
    bank = await BankProcess.start(data.path);
  });

  it('is shown the customer’s name, and the number of the account, until they are erased', async () => {
    const owner = (name: string, first: string) => ({
      user_id: USER,
      preferred_name: name,
      preferred_first_name: first,
    });
    const ownersUntil = (wanted: object) =>
      until('the owner is so called', async () => {
        const [shown] = (await get('/accounts')).body.accounts;
        return JSON.stringify(shown.owners) === JSON.stringify([wanted]) ? shown : undefined;
      });
    await staff(bank, '/staff/users', { user_id: USER, name: 'Ada Lovelace' }, 'u');
    expect(await ownersUntil(owner('Ada Lovelace', 'Ada'))).toMatchObject({
      account_number: '12345678',
      sort_code: '040004',
      payment_details: { locale_uk: { account_number: '12345678', sort_code: '040004' } },
    });
    const headers = { authorization: `Bearer ${bank.staffToken}` };
    expect((await fetch(`${bank.url}/staff/users/${USER}`, { method: 'DELETE', headers })).status).toBe(200);
    expect(await get('/accounts')).toMatchObject({ status: 401, body: { code: 'unauthorized.bad_access_token' } });
  });
});
