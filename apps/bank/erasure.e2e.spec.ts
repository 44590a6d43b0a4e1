// A customer of the built bank is erased: all that they and their programs wrote is gone, and nobody else's is.
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import Database from 'better-sqlite3';
import { BankProcess, DataFolder, until } from './bank-process.suite.js';
import { programOf, staff } from './customer-program.suite.js';

const ANN = 'user_0000ann';
const BOB = 'user_0000bob';
const MONEY = { amount: 10_000, currency: 'GBP' };

let data: DataFolder;
let bank: BankProcess;
/** By user, with what they wrote. */
const written = new Map<string, Written>();

interface Written {
  readonly userId: string;
  readonly account: string;
  readonly token: string;
  readonly transaction: string;
  readonly fileUrl: string;
  /** As it lay in the records. */
  readonly keys: readonly Buffer[];
}

beforeAll(async () => {
  data = new DataFolder();
  bank = await BankProcess.start(data.path);
  for (const [userId, name] of [
    [ANN, 'Ann Archer'],
    [BOB, 'Bob Baker'],
  ] as const)
    written.set(userId, await life(userId, name));
}, 120_000);

afterAll(async () => {
  await bank?.stop();
  await data.remove();
});

async function asked(token: string, method: string, path: string, body?: unknown) {
  const headers = {
    authorization: `Bearer ${token}`,
    ...(body !== undefined && { 'content-type': 'application/json' }),
  };
  const init = { method, headers, ...(body !== undefined && { body: JSON.stringify(body) }) };
  const response = await fetch(bank.url + path, init);
  return { status: response.status, body: JSON.parse(await response.text()) };
}

/** A customer with an account, a program, and something of every kind that is written on it. */
async function life(userId: string, name: string): Promise<Written> {
  await staff(bank, '/staff/users', { user_id: userId, name }, userId);
  const { account_id } = await staff(bank, '/staff/accounts', { currency: 'GBP', owners: [userId] }, `a-${userId}`);
  const account = String(account_id);
  const payment = { payment_id: `p-${userId}`, amount: MONEY };
  await staff(bank, `/staff/accounts/${account}/inbound-payments`, payment, `i-${userId}`);
  const { token, approve } = await programOf(bank, userId);
  await approve();
  const transaction = await until('the payment is shown', async () => {
    const { status, body } = await asked(token, 'GET', `/transactions?account_id=${account}`);
    return status === 200 && body.transactions.length === 1 ? String(body.transactions[0].id) : undefined;
  });
  await asked(token, 'PATCH', `/transactions/${transaction}`, { metadata: { notes: `a note of ${name}` } });
  const item = { description: `chips for ${name}`, amount: 1, currency: 'GBP' };
  const receipt = { transaction_id: transaction, external_id: 'r', total: 1, currency: 'GBP', items: [item] };
  await asked(token, 'PUT', '/transaction-receipts', receipt);
  const file = { file_name: `${name}.png`, file_type: 'image/png' };
  const { file_url: fileUrl, upload_url } = (await asked(token, 'POST', '/attachment/upload', file)).body;
  await fetch(upload_url, { method: 'PUT', body: Buffer.from(`picture of ${name}`) });
  const attachment = { external_id: transaction, file_url: fileUrl, file_type: 'image/png' };
  await asked(token, 'POST', '/attachment/register', attachment);
  const feed = {
    account_id: account,
    type: 'basic',
    params: { title: `hello ${name}`, image_url: 'https://x.example/1' },
  };
  await asked(token, 'POST', '/feed', feed);
  await staff(bank, '/staff/pots', { account_id: account, name: `boat of ${name}` }, `o-${userId}`);
  const shown = { userId, account, token, transaction, fileUrl, keys: [keyOf(account), keyOf(userId)] };
  await until('all of it is shown', async () => ((await readings(shown)).includes('absent') ? undefined : true));
  expect(shown.keys.map(({ length }) => length)).toEqual([32, 32]);
  return shown;
}

/** What there is of each kind: that it is there, or `absent`; never a failure. */
async function readings({ userId, account, token, transaction, fileUrl }: Written): Promise<string[]> {
  const ok = async (method: string, path: string) => {
    const { status, body } = await asked(token, method, path);
    expect([path, status]).toEqual([path, 200]);
    return body;
  };
  const there = (is: unknown) => (is ? 'there' : 'absent');
  const one = (await ok('GET', `/transactions/${transaction}`)).transaction;
  const { pots } = await ok('GET', `/pots?current_account_id=${account}`);
  const [{ owners }] = (await ok('GET', '/accounts')).accounts;
  const staffs = (await bank.get(`/staff/users/${userId}`)).body;
  const file = await fetch(bank.url + new URL(fileUrl).pathname);
  const receipt = await asked(token, 'GET', '/transaction-receipts?external_id=r');
  return [
    there(one.notes),
    there(one.attachments?.[0]?.file_url),
    there(pots[0]?.name),
    there(owners[0].preferred_name),
    there(staffs.name),
    file.status === 404 ? 'absent' : there(file.status === 200 && (await file.text()).startsWith('picture')),
    receipt.status === 404 ? 'absent' : there(receipt.body.receipt.items[0].description),
  ];
}

/** Empty where it was destroyed. */
function keyOf(id: string): Buffer {
  const records = new Database(join(data.path, 'records.db'), { readonly: true });
  try {
    const select = records.prepare<[string], Buffer>(
      "SELECT value FROM records WHERE collection = 'personal-keys' AND key = ?",
    );
    return Buffer.from(select.pluck().get(id) ?? []);
  } finally {
    records.close();
  }
}

function of(userId: string): Written {
  const found = written.get(userId);
  if (found === undefined) throw new Error(`${userId} has no life`);
  return found;
}

function erase(userId: string): Promise<Response> {
  const headers = { authorization: `Bearer ${bank.staffToken}` };
  return fetch(`${bank.url}/staff/users/${userId}`, { method: 'DELETE', headers });
}

/** To see what a program would be shown, the staff let the user in once more. */
async function backIn(userId: string): Promise<Written> {
  const before = of(userId);
  await until('the token is none any more', async () =>
    (await asked(before.token, 'GET', '/ping/whoami')).status === 401 ? true : undefined,
  );
  const { token, approve } = await programOf(bank, userId);
  await approve();
  return { ...before, token };
}

describe('a customer who is erased', () => {
  it('has nothing left that can be read, and another has all of theirs', async () => {
    expect((await erase(ANN)).status).toBe(200);
    expect((await asked(of(ANN).token, 'GET', '/accounts')).body.code).toBe('unauthorized.bad_access_token');
    const login = { login_name: `${ANN}@example.com`, passphrase: 'correct horse battery' };
    expect((await asked('', 'POST', '/oauth2/approvals', login)).status).toBe(401);
    const ann = await backIn(ANN);
    expect([keyOf(ann.account), keyOf(ANN)].map(({ length }) => length)).toEqual([0, 0]);
    await until('names are forgotten', async () => ((await readings(ann)).includes('there') ? undefined : true));
    expect(await readings(of(BOB))).not.toContain('absent');
    const late = await asked(ann.token, 'PATCH', `/transactions/${ann.transaction}`, { metadata: { notes: 'more' } });
    expect([late.status, late.body.code]).toEqual([412, 'precondition_failed.customer_erased']);
    expect((await erase(ANN)).status).toBe(200);
  }, 60_000);

  it('is erased whole or not at all, though the bank is killed meanwhile', async () => {
    const bob = of(BOB);
    const erasing = erase(BOB).catch(() => undefined);
    await until('it has begun', async () => (keyOf(BOB).length === 0 ? true : undefined));
    await bank.kill();
    await erasing;
    bank = await BankProcess.start(data.path);
    // Nobody asks again.
    await until('the account’s key is gone', () => (keyOf(bob.account).length === 0 ? true : undefined));
    expect(await readings(await backIn(BOB))).not.toContain('there');
  }, 60_000);

  it('has left no key in any file', async () => {
    await bank.stop();
    for (const { name, bytes } of data.files())
      for (const key of [ANN, BOB].flatMap((userId) => of(userId).keys))
        expect([name, bytes.includes(key)]).toEqual([name, false]);
    expect((await data.tallystick('replay', '--verify')).status).toBe(0);
    bank = await BankProcess.start(data.path);
  }, 60_000);
});
