// The big switch over a bank that runs: all accounts to the second stack and back, under load.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ApiService, mine } from '../api/api-service.suite.js';
import { BankProcess, DataFolder, until } from '../bank/bank-process.suite.js';
import { programOf } from '../bank/customer-program.suite.js';
import { EdgeUnderTest } from './edge-under-test.suite.js';

const USERS = 4;
const ACCOUNTS_EACH = 4;
const CALLERS = 8;
const STEPS = [0, 1, 100, 250, 500, 750, 999, 1_000, 1_000, 750, 500, 100, 0];
const ANSWERS_PER_STEP = 150;
const SHADOW = 300;

interface Customer {
  readonly token: string;
  readonly accounts: readonly { readonly account: string; readonly pot: string }[];
}

let data: DataFolder;
let bank: BankProcess;
let customers: Customer[];

async function staff(path: string, key: string, body: object): Promise<string> {
  const answer = await bank.post(path, key, body);
  if (answer.status !== 200) throw new Error(`${path}: ${answer.text}`);
  return String(answer.body.id ?? answer.body.account_id);
}

async function movedIn(n: number): Promise<Customer> {
  const user = `user_0000switch${n}`;
  const accounts: { readonly account: string; readonly pot: string }[] = [];
  for (let i = 0; i < ACCOUNTS_EACH; i++) {
    const opening = { currency: 'GBP', owners: [user], overdraft_limit: 1_000_000 };
    const account = await staff('/staff/accounts', `account-${n}-${i}`, opening);
    const pot = await staff('/staff/pots', `pot-${n}-${i}`, { account_id: account, name: 'Holidays' });
    accounts.push({ account, pot });
  }
  // Its program and its browser come through the edge.
  const { token, approve } = await programOf({ url: bank.edgeUrl, post: (...asked) => bank.post(...asked) }, user);
  await approve();
  await until('the accounts are there', async () => {
    const { text } = await ask('GET', '/accounts', token);
    return accounts.every(({ account }) => text.includes(account)) ? true : undefined;
  });
  return { token, accounts };
}

async function ask(method: string, path: string, token: string, fields?: Readonly<Record<string, string>>) {
  const headers = { authorization: `Bearer ${token}` };
  const body = fields === undefined ? {} : { body: new URLSearchParams(fields) };
  const answer = await fetch(bank.edgeUrl + path, { method, headers, ...body });
  return { status: answer.status, stack: answer.headers.get('x-stack') ?? 'first', text: await answer.text() };
}

async function throwSwitch(share_per_mille: number): Promise<void> {
  const changed = await bank.put('/staff/switch', { share_per_mille, accounts: [], shadow_per_mille: SHADOW });
  expect(changed).toMatchObject({ status: 200, body: { share_per_mille } });
}

async function metric(name: string): Promise<number> {
  const { text } = await bank.get('/metrics');
  const line = text.split('\n').find((each) => each.startsWith(`${name} `));
  return Number(line?.split(' ').at(-1) ?? 0);
}

beforeAll(async () => {
  data = new DataFolder();
  bank = await BankProcess.start(data.path, { TALLYSTICK_SECOND_STACK: 'true', TALLYSTICK_EDGE_RATE: '100000' });
  customers = await Promise.all(Array.from({ length: USERS }, (_, n) => movedIn(n)));
});

afterAll(async () => {
  await bank?.stop();
  await data.remove();
});

/** What callers were answered, by the stack that answered. */
class Load {
  readonly answered = { first: 0, second: 0 };
  readonly failed: string[] = [];
  /** By pot, what was deposited. */
  readonly deposited = new Map<string, number>();
  private stopped = false;
  private number = 0;
  private readonly callers = Array.from({ length: CALLERS }, () => this.call());

  async stop(): Promise<void> {
    this.stopped = true;
    await Promise.all(this.callers);
  }

  total(): number {
    return this.answered.first + this.answered.second;
  }

  private async call(): Promise<void> {
    while (!this.stopped) {
      const n = this.number++;
      const { token, accounts } = customers[n % USERS] ?? { token: '', accounts: [] };
      const { account, pot } = accounts[Math.floor(n / USERS) % ACCOUNTS_EACH] ?? { account: '', pot: '' };
      const requests = [
        () => ask('GET', `/balance?account_id=${account}`, token),
        () => ask('GET', `/transactions?account_id=${account}&limit=20&expand[]=merchant`, token),
        () => ask('GET', '/accounts', token),
        () => ask('GET', `/pots?current_account_id=${account}`, token),
        () => this.deposit(n, account, pot, token),
      ];
      try {
        const { status, stack, text } = (await (requests[n % requests.length] ?? requests[0])?.()) ?? {
          status: 0,
          stack: '',
          text: '',
        };
        if (status !== 200 || (stack !== 'first' && stack !== 'second')) this.failed.push(`${status} ${text}`);
        else this.answered[stack]++;
      } catch (error) {
        this.failed.push(String(error));
      }
    }
  }

  private async deposit(n: number, account: string, pot: string, token: string) {
    const fields = { source_account_id: account, amount: '1', dedupe_id: `deposit-${n}` };
    const answer = await ask('PUT', `/pots/${pot}/deposit`, token, fields);
    if (answer.status === 200) this.deposited.set(pot, (this.deposited.get(pot) ?? 0) + 1);
    return answer;
  }
}

describe('the big switch', () => {
  it('moves all accounts to the second stack and back under load: nothing fails, and nothing differs unexplained', async () => {
    const load = new Load();
    const bySteps: { share: number; first: number; second: number }[] = [];
    for (const share of STEPS) {
      await throwSwitch(share);
      const { first, second } = { ...load.answered };
      const from = load.total();
      await until('answers come', () =>
        load.total() >= from + ANSWERS_PER_STEP || load.failed.length > 0 ? true : undefined,
      );
      bySteps.push({ share, first: load.answered.first - first, second: load.answered.second - second });
    }
    await load.stop();
    expect(load.failed).toEqual([]);
    expect(load.answered.first).toBeGreaterThan(ANSWERS_PER_STEP);
    expect(load.answered.second).toBeGreaterThan(ANSWERS_PER_STEP);
    // What was under way at the change is all that the other stack still answers.
    const full = bySteps[STEPS.lastIndexOf(1_000)];
    expect(full?.first).toBe(0);
    expect(bySteps[0]?.second).toBe(0);

    await until('the comparisons have ended', async () => {
      const before = await comparedInAll();
      await new Promise((resolve) => setTimeout(resolve, 100));
      return before === (await comparedInAll()) ? true : undefined;
    });
    expect(await metric('edge_shadow_compared_total{outcome="same"}')).toBeGreaterThan(50);
    expect((await bank.get('/staff/switch/differences')).body).toEqual({ differences: [] });
    expect(await metric('edge_shadow_compared_total{outcome="unexplained"}')).toBe(0);
    expect(await metric('edge_shadow_compared_total{outcome="unanswered"}')).toBe(0);

    // Each deposit moved money once, whichever stack was asked.
    for (const { token, accounts } of customers)
      for (const { pot } of accounts) {
        const moved = load.deposited.get(pot) ?? 0;
        await until('the pot is seen', async () =>
          JSON.parse((await ask('GET', `/pots/${pot}`, token)).text).balance === moved ? true : undefined,
        );
      }
    expect([...load.deposited.values()].reduce((sum, each) => sum + each, 0)).toBeGreaterThan(100);
  });

  it('stands in the records: another start of the bank finds it as it was', async () => {
    await throwSwitch(1_000);
    await bank.kill();
    bank = await BankProcess.start(data.path, { TALLYSTICK_SECOND_STACK: 'true' });
    expect((await bank.get('/staff/switch')).body).toMatchObject({ share_per_mille: 1_000, shadow_per_mille: SHADOW });
    expect(await ask('GET', '/accounts', customers[0]?.token ?? '')).toMatchObject({ status: 200, stack: 'second' });
  });

  it('shows what it lets through, and nothing of the staff’s', async () => {
    const { text } = await ask('GET', '/openapi.json', '');
    const paths = Object.keys(JSON.parse(text).paths);
    expect(paths).toEqual(expect.arrayContaining(['/accounts', '/balance', '/transactions', '/oauth2/token', '/feed']));
    expect(paths.filter((path) => /staff|gateway|health|metrics|openapi|rpc/.test(path))).toEqual([]);
    for (const path of ['/staff/switch', '/metrics', '/gateway/authorisations'])
      expect((await ask('GET', path, '')).status).toBe(404);
  });
});

async function comparedInAll(): Promise<number> {
  const { text } = await bank.get('/metrics');
  const lines = text.split('\n').filter((line) => line.startsWith('edge_shadow_compared_total{'));
  return lines.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
}

describe('a second stack that has another truth', () => {
  it('is reported: which request, and where', async () => {
    const [one, other] = await Promise.all([ApiService.start(), ApiService.start()]);
    await other.openPot(mine);
    const pausesMs = [5, 5, 5];
    const shadow = { inFlightMax: 16, bytesMax: 1_000_000, pausesMs, reportedMax: 10 };
    const stacks = { first: { api: [one.url] }, second: { api: [other.url] } };
    const edge = await EdgeUnderTest.start(stacks, { configuration: { shadow } });
    const settings = { share_per_mille: 0, accounts: [], shadow_per_mille: 1_000 };
    await edge.staff('PUT', '/staff/switch', settings);
    for (const path of ['/accounts', `/balance?account_id=${mine}`, `/pots?current_account_id=${mine}`])
      expect((await edge.get(path)).status).toBe(200);
    const reported = await until('the difference is reported', async () => {
      const { differences } = (await edge.staff('GET', '/staff/switch/differences')).body;
      return differences.length > 0 ? differences : undefined;
    });
    expect(reported).toMatchObject([
      { request: '/pots?current_account_id', answered_by: 'first', paths: ['pots[] length'] },
    ]);
    await until('the rest is the same', async () =>
      (await edge.metric('edge_shadow_compared_total{outcome="same"}')) === 2 ? true : undefined,
    );
    await edge.stop();
    await Promise.all([one.stop(), other.stop()]);
  });
});
