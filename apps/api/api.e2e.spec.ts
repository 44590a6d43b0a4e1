// The customer API of the built bank, with a token that a customer gave a program in the way of OAuth.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { BankProcess, DataFolder, until } from '../bank/bank-process.suite.js';

const USER = 'user_0000spec';
const NUMBER = '5555555555554444';
const REDIRECT = 'http://127.0.0.1:9/back';
const LOGIN = { login_name: 'ann', passphrase: 'correct horse battery' };
const NUMBER_OF_ACCOUNT = { account_number: '12345678', sort_code: '040004' };
/** More than the account has: what is declined for want of money would have been allowed otherwise. */
const TOO_MUCH = { amount: 2_000_000, currency: 'GBP' };
const PURCHASES = 240;
const AT_ONCE = 8;
/** Before them, by the card's freezes and for want of money. */
const DECLINED = 10;

let data: DataFolder;
let bank: BankProcess;
let account: string;
let token: string;

async function staff(path: string, body: unknown, key?: string): Promise<Readonly<Record<string, unknown>>> {
  const answer = await bank.post(path, key, body);
  if (answer.status !== 200) throw new Error(`${path}: ${answer.text}`);
  return answer.body;
}

async function form(path: string, fields: Readonly<Record<string, string>>): Promise<Response> {
  return await fetch(bank.url + path, { method: 'POST', body: new URLSearchParams(fields), redirect: 'manual' });
}

/** Registers a program, and has it ask for a token: one that its user has not approved yet. */
async function newToken(): Promise<{ readonly token: string; readonly clientId: string }> {
  const client = await staff('/staff/oauth-clients', { name: 'Spec', redirect_uris: [REDIRECT] });
  const client_id = String(client.client_id);
  const asked = { client_id, redirect_uri: REDIRECT, response_type: 'code' };
  const page = await form('/oauth2/authorise', { ...asked, ...LOGIN });
  const code = new URL(page.headers.get('location') ?? '').searchParams.get('code') ?? '';
  const client_secret = String(client.client_secret);
  const grant = { grant_type: 'authorization_code', client_id, client_secret, redirect_uri: REDIRECT, code };
  const answer: unknown = await (await form('/oauth2/token', grant)).json();
  return { token: String(Reflect.get(Object(answer), 'access_token')), clientId: client_id };
}

async function approve(clientId: string): Promise<void> {
  const send = async (fields: object): Promise<object> => {
    const headers = { 'content-type': 'application/json' };
    const init = { method: 'POST', headers, body: JSON.stringify(fields) };
    return Object(await (await fetch(`${bank.url}/oauth2/approvals`, init)).json());
  };
  const { session, clients } = (await send(LOGIN)) as {
    session: string;
    clients: { client_id: string; request: string }[];
  }; // as the route answers
  const request = clients.find(({ client_id }) => client_id === clientId)?.request;
  await send({ session, client_id: clientId, request, decision: 'approve' });
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
  bank = await BankProcess.start(data.path);
  const opened = await staff(
    '/staff/accounts',
    { currency: 'GBP', owners: [USER], overdraft_limit: 1_000_000, ...NUMBER_OF_ACCOUNT },
    'a',
  );
  account = String(opened.id ?? opened.account_id);
  await staff(`/staff/accounts/${account}/cards`, { number: NUMBER, active: true }, 'c');
  await staff(`/staff/users/${USER}/credentials`, LOGIN);
}, 60_000);

afterAll(async () => {
  await bank?.stop();
  await data.remove();
});

describe('a program of a customer', () => {
  it('sees nothing until it is approved, then the customer’s accounts', async () => {
    const given = await newToken();
    token = given.token;
    expect(await get('/ping/whoami')).toMatchObject({ status: 200, body: { user_id: USER } });
    expect(await get('/accounts')).toMatchObject({
      status: 403,
      body: { code: 'forbidden.insufficient_permissions' },
    });
    await approve(given.clientId);
    const accounts = await until('the approval', async () => {
      const { status, body } = await get('/accounts');
      return status === 200 && body.accounts.length === 1 ? body.accounts : undefined;
    });
    expect(accounts).toMatchObject([{ id: account, description: USER, type: 'uk_retail' }]);
  }, 30_000);

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
    await staff('/staff/users', { user_id: USER, name: 'Ada Lovelace' }, 'u');
    expect(await ownersUntil(owner('Ada Lovelace', 'Ada'))).toMatchObject({
      account_number: '12345678',
      sort_code: '040004',
      payment_details: { locale_uk: { account_number: '12345678', sort_code: '040004' } },
    });
    const headers = { authorization: `Bearer ${bank.staffToken}` };
    expect((await fetch(`${bank.url}/staff/users/${USER}`, { method: 'DELETE', headers })).status).toBe(200);
    await ownersUntil(owner('', ''));
  }, 60_000);

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
      return staff('/gateway/authorisations', { card: { number: NUMBER }, amount: TOO_MUCH, merchant }, key);
    };
    for (let round = 0; round < 5; round++) {
      await change('freeze');
      expect(await buy(`frozen-${round}`)).toMatchObject({ decision: 'declined', reason: 'card_frozen' });
      await change('unfreeze');
      expect(await buy(`thawed-${round}`)).toMatchObject({ decision: 'declined', reason: 'insufficient_funds' });
    }
  }, 60_000);

  it('goes from page to page while card payments come in, and misses none', async () => {
    const merchant = { name: 'TESCO STORES 3217', mcc: '5411' };
    let sent = 0;
    let isDone = false;
    const buying = Promise.all(
      Array.from({ length: AT_ONCE }, async () => {
        while (sent < PURCHASES) {
          const key = `buy-${sent++}`;
          await staff(
            '/gateway/authorisations',
            { card: { number: NUMBER }, amount: { amount: 1, currency: 'GBP' }, merchant },
            key,
          );
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
        `/transactions?account_id=${account}&limit=7${last === undefined ? '' : `&since=${last}`}`,
      );
      seen.push(...body.transactions.map(({ id }: { id: string }) => id));
      if (wasDone && body.transactions.length < 7) break;
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
  }, 120_000);
});
