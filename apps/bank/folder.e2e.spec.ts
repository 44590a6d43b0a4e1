// One bank per folder, and views that may be deleted.
import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import Database from 'better-sqlite3';
import { BankProcess, DataFolder } from './bank-process.suite.js';

let folder: DataFolder;
let banks: BankProcess[];
beforeEach(() => {
  folder = new DataFolder();
  banks = [];
});
afterEach(async () => {
  for (const bank of banks) await bank.kill();
  await folder.remove();
});

async function start(): Promise<BankProcess> {
  const bank = await BankProcess.start(folder.path);
  banks.push(bank);
  return bank;
}

/** An account with a card and three purchases; the path of its reads. */
async function shopping(bank: BankProcess): Promise<string> {
  const opened = await bank.post('/staff/accounts', 'a', { currency: 'GBP', overdraft_limit: 10_000 });
  const path = `/staff/accounts/${opened.body.account_id}`;
  await bank.post(`${path}/cards`, 'c', { number: '4111111111111111', active: true });
  for (const [i, amount] of [100, 250, 99_999].entries()) {
    const money = { amount, currency: 'GBP' };
    const body = { card: { number: '4111111111111111' }, amount: money, merchant: { name: `shop ${i}` } };
    expect(await bank.post('/gateway/authorisations', `g${i}`, body)).toMatchObject({ status: 200 });
  }
  return path;
}

async function readsOf(bank: BankProcess, path: string, position?: string) {
  const headers: Record<string, string> = position === undefined ? {} : { 'x-min-ledger-position': position };
  const [balance, transactions] = [
    await bank.get(`${path}/balance`, headers),
    await bank.get(`${path}/transactions`, headers),
  ];
  const accounts = await bank.get('/staff/accounts');
  expect([balance.status, transactions.status, accounts.status]).toEqual([200, 200, 200]);
  return { balance: balance.body, transactions: transactions.body, accounts: accounts.body };
}

describe('a folder that a bank runs on', () => {
  it('is refused to a second bank and to commands that write, with one sentence that names the process', async () => {
    const bank = await start();
    await shopping(bank);
    const before = await folder.eventCount();
    const file = join(folder.root, 'x.csv');
    const sentence = `error: ${folder.path} is in use by the process ${bank.pid} (${bank.url})\n`;
    for (const args of [
      ['start', '--port', '0'],
      ['import', 'cards', file],
      ['import', 'journal', file],
    ]) {
      expect(await folder.tallystick(...args)).toEqual({ status: 3, stdout: '', stderr: sentence });
    }
    await expect(BankProcess.start(folder.path)).rejects.toThrow(sentence);
    expect(await folder.eventCount()).toBe(before);
    expect((await bank.get('/health/ready')).status).toBe(200);
  }, 60_000);

  it('answers commands that read', async () => {
    await shopping(await start());
    expect(JSON.parse(await folder.output('trial-balance', '--json'))).toBeDefined();
    expect(await folder.output('accounts')).toContain('GBP');
  }, 60_000);

  it('is free after kill -9, with everything that was answered', async () => {
    const first = await start();
    const path = await shopping(first);
    const events = await folder.eventCount();
    await first.kill();
    const second = await start();
    expect(await folder.eventCount()).toBe(events);
    expect((await readsOf(second, path)).balance).toMatchObject({ held: 350, available: 9_650 });
    const again = {
      card: { number: '4111111111111111' },
      amount: { amount: 250, currency: 'GBP' },
      merchant: { name: 'shop 1' },
    };
    expect(await second.post('/gateway/authorisations', 'g1', again)).toMatchObject({ body: { decision: 'approved' } });
    expect(await folder.eventCount()).toBe(events);
  }, 60_000);
});

describe('views that were deleted', () => {
  it('have the same rows after the next start', async () => {
    const first = await start();
    const path = await shopping(first);
    const position = String(
      (await first.post('/staff/accounts', 'a', { currency: 'GBP', overdraft_limit: 10_000 })).body.position,
    );
    const before = await readsOf(first, path, position);
    expect(before.transactions.transactions).toHaveLength(3);
    await first.stop();
    const views = readdirSync(folder.path).filter((name) => /^views-.*\.db/.test(name));
    expect(views).not.toEqual([]);
    for (const name of views) rmSync(join(folder.path, name));
    const second = await start();
    expect(await readsOf(second, path, position)).toEqual(before);
  }, 60_000);
});

describe('views of an earlier version', () => {
  it('are filled anew at the next start', async () => {
    const first = await start();
    const path = await shopping(first);
    const position = String(
      (await first.post('/staff/accounts', 'a', { currency: 'GBP', overdraft_limit: 10_000 })).body.position,
    );
    const before = await readsOf(first, path, position);
    await first.stop();
    for (const change of [
      "UPDATE _tables SET definition = 'another' WHERE name = 'balances'",
      "DELETE FROM _tables WHERE name = 'feed_items'; DROP TABLE feed_items",
    ]) {
      const [views = ''] = readdirSync(folder.path).filter((name) => /^views-\d+\.db$/.test(name));
      new Database(join(folder.path, views)).exec(change).close();
      const next = await start();
      expect(await readsOf(next, path, position)).toEqual(before);
      await next.stop();
    }
  }, 60_000);
});

describe('a folder with damage', () => {
  it('has its views filled anew where their file is none', async () => {
    const first = await start();
    const path = await shopping(first);
    const position = String(
      (await first.post('/staff/accounts', 'a', { currency: 'GBP', overdraft_limit: 10_000 })).body.position,
    );
    const before = await readsOf(first, path, position);
    await first.stop();
    const [views = ''] = readdirSync(folder.path).filter((name) => /^views-\d+\.db$/.test(name));
    writeFileSync(join(folder.path, views), 'not a database, whatever else it is; and long enough to be looked at');
    expect(await readsOf(await start(), path, position)).toEqual(before);
  }, 60_000);

  it('does not start, and ends, where its records can not be read', async () => {
    const first = await start();
    await shopping(first);
    await first.stop();
    writeFileSync(
      join(folder.path, 'records.db'),
      'not a database, whatever else it is; and long enough to be looked at',
    );
    const ended = await folder.tallystick('start', '--port', '0');
    expect(ended.status).toBe(3);
    expect(ended.stderr).toContain('not a database');
  }, 60_000);
});

describe("staff's retries", () => {
  it('come to the same account and the same card', async () => {
    const bank = await start();
    const open = { currency: 'GBP' };
    const first = await bank.post('/staff/accounts', 'k', open);
    const again = await bank.post('/staff/accounts', 'k', open);
    expect(again.body).toEqual(first.body);
    const path = `/staff/accounts/${first.body.account_id}/cards`;
    const card = { number: '4111111111111111', active: true };
    const issued = await bank.post(path, 'card', card);
    expect(issued).toMatchObject({ status: 200, body: { card_id: expect.stringMatching(/^card_/) } });
    expect((await bank.post(path, 'card', card)).body).toEqual(issued.body);
    expect((await bank.get('/staff/accounts')).body.accounts).toHaveLength(1);
    expect(await bank.post('/staff/accounts', 'k', { currency: 'EUR' })).toMatchObject({
      status: 409,
      body: { code: 'conflict.idempotency_key_reused' },
    });
  }, 60_000);
});
