// The embedded bank where nothing more can be written: a limit on the size of its files stands for the full disk, and can be lifted.
import { spawnSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { type Answered, BankProcess, until } from './bank-process.suite.js';
import { banksOnFolder } from './banks.suite.js';

const given = banksOnFolder((path) => BankProcess.start(path));
const missing = spawnSync('prlimit', ['--version']).status === 0 ? undefined : 'there is no prlimit';
if (missing !== undefined) process.stderr.write(`SKIPPED: the embedded bank on a full disk, since ${missing}\n`);
const onLimits = missing === undefined ? describe : describe.skip;

const CARD = '4111111111111111';
const RETRYABLE = { value: true };

class Shop {
  private constructor(
    private readonly bank: BankProcess,
    readonly account: string,
  ) {}

  static async open(bank: BankProcess): Promise<Shop> {
    const opened = await bank.post('/staff/accounts', 'first', { currency: 'GBP', overdraft_limit: 1_000_000 });
    const shop = new Shop(bank, `/staff/accounts/${opened.body.account_id}`);
    expect(await shop.issue(CARD)).toMatchObject({ status: 200 });
    return shop;
  }

  /** The same account, at a bank that was started anew. */
  at(bank: BankProcess): Shop {
    return new Shop(bank, this.account);
  }

  issue(number: string): Promise<Answered> {
    return this.bank.post(`${this.account}/cards`, `card-${number.slice(-4)}`, { number, active: true });
  }

  buy(key: string): Promise<Answered> {
    const amount = { amount: 100, currency: 'GBP' };
    return this.bank.post('/gateway/authorisations', key, { card: { number: CARD }, amount, merchant: { name: key } });
  }

  /** Asked until there is an answer: on a busy machine the first may come too late. */
  bought(key: string): Promise<Answered> {
    return until(`${key} is bought`, async () => {
      const answer = await this.buy(key);
      return answer.body.decision === 'approved' ? answer : undefined;
    });
  }

  /** What is held as of that answer's position. */
  async heldAt({ body }: Answered): Promise<unknown> {
    const headers = { 'x-min-ledger-position': String(body.position) };
    const balance = await this.bank.get(`${this.account}/balance`, headers);
    expect(balance.status).toBe(200);
    return balance.body.held;
  }
}

function limitFiles(bank: BankProcess, bytes: number | 'unlimited'): void {
  const { status, stderr } = spawnSync('prlimit', ['--pid', String(bank.pid), `--fsize=${bytes}:`], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`prlimit: ${stderr}`);
}

interface Filled {
  readonly tried: readonly string[];
  readonly acknowledged: readonly string[];
}

/** No file of the bank grows any more; resolves once the journal has felt that. */
async function fillDisk(bank: BankProcess, shop: Shop): Promise<Filled> {
  limitFiles(bank, statSync(join(given.folder.path, 'journal.db-wal')).size);
  const tried: string[] = [];
  const acknowledged: string[] = [];
  while (!bank.log.includes('journal.db')) {
    const key = `fills-${tried.length}`;
    tried.push(key);
    if ((await shop.buy(key)).status === 200) acknowledged.push(key);
  }
  return { tried, acknowledged };
}

function sentencesOf(log: string, about: string): number {
  return log.split('\n').filter((line) => line.includes(about)).length;
}

onLimits('a bank whose disk is full', () => {
  it('answers what can not be stored with an error that may be tried again, and goes on once there is room', async () => {
    const bank = await given.start();
    const shop = await Shop.open(bank);
    const { tried, acknowledged } = await fillDisk(bank, shop);
    const stored = await given.folder.eventCount();

    const refused = Array.from({ length: 40 }, (_, i) => `refused-${i}`);
    for (const answer of await Promise.all(refused.map((key) => shop.buy(key))))
      expect(answer).toMatchObject({ status: 504, body: { code: 'timeout', retryable: RETRYABLE } });
    const another = () => bank.post('/staff/accounts', 'second', { currency: 'EUR' });
    for (const answer of [await another(), await shop.issue('5555555555554444')])
      expect(answer).toMatchObject({ status: 503, body: { code: 'unavailable', retryable: RETRYABLE } });
    expect(await bank.get('/health/ready')).toMatchObject({
      status: 503,
      body: { code: 'not_ready', message: expect.stringContaining('journal') },
    });
    expect((await bank.get('/health/live')).status).toBe(200);
    expect((await bank.get(`${shop.account}/balance`)).status).toBe(200);
    expect(await given.folder.eventCount()).toBe(stored);
    expect(sentencesOf(bank.log, 'journal.db')).toBe(1);
    expect(bank.log).not.toMatch(/^ +at /m);

    limitFiles(bank, 'unlimited');
    await shop.bought('after');
    const events = await given.folder.eventCount();
    for (const key of acknowledged) await shop.bought(key);
    expect(await given.folder.eventCount()).toBe(events);
    for (const key of [...tried, ...refused]) await shop.bought(key);
    expect((await another()).status).toBe(200);
    const last = await shop.issue('5555555555554444');
    expect(last.status).toBe(200);
    expect(await shop.heldAt(last)).toBe((tried.length + 1 + refused.length) * 100);
    await until('it is ready', async () => ((await bank.get('/health/ready')).status === 200 ? true : undefined));
    expect((await bank.stop()).status).toBe(0);
    expect(await given.folder.output('replay', '--verify')).toMatch(/^no difference/);
  });

  it('stops as it should, and has all that it acknowledged at its next start', async () => {
    const bank = await given.start();
    const shop = await Shop.open(bank);
    await shop.bought('before');
    const { tried, acknowledged } = await fillDisk(bank, shop);
    expect((await bank.stop()).status).toBe(0);
    const events = await given.folder.eventCount();
    const again = shop.at(await given.start());
    for (const key of ['before', ...acknowledged]) await again.bought(key);
    expect(await given.folder.eventCount()).toBe(events);
    for (const key of tried) await again.bought(key);
    const last = await again.bought('after');
    expect(await again.heldAt(last)).toBe((tried.length + 2) * 100);
  });
});
