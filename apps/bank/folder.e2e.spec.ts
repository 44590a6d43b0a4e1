// One bank per folder, and views that may be deleted.
import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import Database from 'better-sqlite3';
import { BankProcess } from './bank-process.suite.js';
import { banksOnFolder } from './banks.suite.js';

const given = banksOnFolder((path) => BankProcess.start(path));

/** An account with a card and three purchases: the path of its reads, and the position that they wait for. */
async function shopping(bank: BankProcess): Promise<{ readonly path: string; readonly position: string }> {
  const opened = await bank.post('/staff/accounts', 'a', { currency: 'GBP', overdraft_limit: 10_000 });
  const path = `/staff/accounts/${opened.body.account_id}`;
  await bank.post(`${path}/cards`, 'c', { number: '4111111111111111', active: true });
  let position = '';
  for (const [i, amount] of [100, 250, 99_999].entries()) {
    const money = { amount, currency: 'GBP' };
    const body = { card: { number: '4111111111111111' }, amount: money, merchant: { name: `shop ${i}` } };
    const answer = await bank.post('/gateway/authorisations', `g${i}`, body);
    expect(answer).toMatchObject({ status: 200 });
    position = String(answer.body.position);
  }
  return { path, position };
}

async function readsOf(bank: BankProcess, path: string, position: string) {
  const headers = { 'x-min-ledger-position': position };
  const [balance, transactions] = [
    await bank.get(`${path}/balance`, headers),
    await bank.get(`${path}/transactions`, headers),
  ];
  const accounts = await bank.get('/staff/accounts');
  expect([balance.status, transactions.status, accounts.status]).toEqual([200, 200, 200]);
  return { balance: balance.body, transactions: transactions.body, accounts: accounts.body };
}

/** Three purchases, and what is read of them once the views have seen them. */
async function shoppingRead(bank: BankProcess) {
  const { path, position } = await shopping(bank);
  return { path, position, before: await readsOf(bank, path, position) };
}

describe('a folder that a bank runs on', () => {
  it('is refused to a second bank and to commands that write, with one sentence that names the process', async () => {
    const bank = await given.start();
    await shopping(bank);
    const before = await given.folder.eventCount();
    const file = join(given.folder.root, 'x.csv');
    const sentence = `error: ${given.folder.path} is in use by the process ${bank.pid} (${bank.url})\n`;
    for (const args of [
      ['start', '--port', '0', '--edge-port', '0', '--iso8583-port', '0'],
      ['import', 'cards', file],
      ['import', 'journal', file],
    ]) {
      expect(await given.folder.tallystick(...args)).toEqual({ status: 3, stdout: '', stderr: sentence });
    }
    await expect(BankProcess.start(given.folder.path)).rejects.toThrow(sentence);
    expect(await given.folder.eventCount()).toBe(before);
    expect((await bank.get('/health/ready')).status).toBe(200);
  });

  it('answers commands that read', async () => {
    await shopping(await given.start());
    expect(JSON.parse(await given.folder.output('trial-balance', '--json'))).toBeDefined();
    expect(await given.folder.output('accounts')).toContain('GBP');
  });

  it('is free after kill -9, with everything that was answered', async () => {
    const first = await given.start();
    const { path, position } = await shopping(first);
    const events = await given.folder.eventCount();
    await first.kill();
    const second = await given.start();
    expect(await given.folder.eventCount()).toBe(events);
    expect((await readsOf(second, path, position)).balance).toMatchObject({ held: 350, available: 9_650 });
    const again = {
      card: { number: '4111111111111111' },
      amount: { amount: 250, currency: 'GBP' },
      merchant: { name: 'shop 1' },
    };
    expect(await second.post('/gateway/authorisations', 'g1', again)).toMatchObject({ body: { decision: 'approved' } });
    expect(await given.folder.eventCount()).toBe(events);
  });
});

describe('views that were deleted', () => {
  it('have the same rows after the next start', async () => {
    const first = await given.start();
    const { path, position, before } = await shoppingRead(first);
    expect(before.transactions.transactions).toHaveLength(3);
    await first.stop();
    const views = readdirSync(given.folder.path).filter((name) => /^views-.*\.db/.test(name));
    expect(views).not.toEqual([]);
    for (const name of views) rmSync(join(given.folder.path, name));
    const second = await given.start();
    expect(await readsOf(second, path, position)).toEqual(before);
  });
});

describe('views of an earlier version', () => {
  it('are filled anew at the next start', async () => {
    const first = await given.start();
    const { path, position, before } = await shoppingRead(first);
    await first.stop();
    for (const change of [
      "UPDATE _tables SET definition = 'another' WHERE name = 'balances'",
      "DELETE FROM _tables WHERE name = 'feed_items'; DROP TABLE feed_items",
    ]) {
      const [views = ''] = readdirSync(given.folder.path).filter((name) => /^views-\d+\.db$/.test(name));
      new Database(join(given.folder.path, views)).exec(change).close();
      const next = await given.start();
      expect(await readsOf(next, path, position)).toEqual(before);
      await next.stop();
    }
  });
});

describe('a folder with damage', () => {
  it('has its views filled anew where their file is none', async () => {
    const first = await given.start();
    const { path, position, before } = await shoppingRead(first);
    await first.stop();
    const [views = ''] = readdirSync(given.folder.path).filter((name) => /^views-\d+\.db$/.test(name));
    writeFileSync(
      join(given.folder.path, views),
      'not a database, whatever else it is; and long enough to be looked at',
    );
    expect(await readsOf(await given.start(), path, position)).toEqual(before);
  });

  it('does not start, and ends, where its records can not be read', async () => {
    const first = await given.start();
    await shopping(first);
    await first.stop();
    writeFileSync(
      join(given.folder.path, 'records.db'),
      'not a database, whatever else it is; and long enough to be looked at',
    );
    const ended = await given.folder.tallystick('start', '--port', '0', '--edge-port', '0', '--iso8583-port', '0');
    expect(ended.status).toBe(3);
    expect(ended.stderr).toContain('not a database');
  });
});

describe("staff's retries", () => {
  it('come to the same account and the same card', async () => {
    const bank = await given.start();
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
  });
});
