// Webhooks of the built bank, from a program's registration to its receiver.
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { BankProcess, DataFolder, until } from '../bank/bank-process.suite.js';
import { CustomerProgram } from './customer-program.suite.js';
import { answers, hangs, isSigned, Receiver } from './receiver.suite.js';

const NUMBER = '5555555555554444';
const BACKLOG = 60;
const LOOPBACK = { TALLYSTICK_WEBHOOKS_ALLOWED_NETWORKS: '127.0.0.0/8' };

let data: DataFolder;
let bank: BankProcess;
let program: CustomerProgram;
let receiver: Receiver;

beforeAll(async () => {
  data = new DataFolder();
  bank = await BankProcess.start(data.path, LOOPBACK);
  program = await CustomerProgram.of(bank, 'user_0000spec', NUMBER);
});

afterEach(async () => {
  const { body } = await program.get(`/webhooks?account_id=${program.accountId}`);
  for (const { id } of body.webhooks as readonly { id: string }[]) await program.send('DELETE', `/webhooks/${id}`); // as described
  await receiver?.stop();
});

afterAll(async () => {
  await bank?.stop();
  await data.remove();
});

async function register(url: string): Promise<string> {
  const asked = await until('the token is approved', async () => {
    const answer = await program.send('POST', '/webhooks', { account_id: program.accountId, url });
    return answer.status === 403 ? undefined : answer;
  });
  expect(asked).toMatchObject({ status: 200 });
  return String(Object(asked.body.webhook).id);
}

const told = (count: number) =>
  until(`${count} are told`, () => (receiver.received.length >= count ? receiver.received : undefined));

describe('a program of a customer', () => {
  it('is told of a purchase with its merchant, of a decline, and of a pot', async () => {
    receiver = await Receiver.start();
    const id = await register(receiver.url);
    const { body } = await program.get(`/webhooks/${id}/secret`);
    expect(await program.buy(NUMBER, 425)).toBe('approved');
    const [purchase] = await told(1);
    expect(purchase?.body).toMatchObject({
      type: 'transaction.created',
      data: {
        account_id: program.accountId,
        amount: -425,
        category: 'groceries',
        merchant: { name: 'Tesco', address: { country: expect.any(String) } },
      },
    });
    expect(await program.buy(NUMBER, 99_999_999)).toBe('declined');
    expect((await told(2))[1]?.body.data).toMatchObject({ amount: -99_999_999, decline_reason: 'INSUFFICIENT_FUNDS' });
    const pot = await bank.post('/staff/pots', 'p', { account_id: program.accountId, name: 'Holidays' });
    const move = { source_account_id: program.accountId, amount: '100', dedupe_id: 'd' };
    expect(await program.send('PUT', `/pots/${pot.body.id}/deposit`, move)).toMatchObject({ status: 200 });
    expect((await told(3))[2]?.body.data).toMatchObject({ amount: -100, scheme: 'uk_retail_pot' });
    for (const request of receiver.received) expect(isSigned(request, String(body.secret))).toBe(true);
    const { body: list } = await program.get(`/transactions?account_id=${program.accountId}&expand[]=merchant`);
    expect(receiver.received.map((each) => each.body.data)).toEqual(list.transactions);
    const metrics = await (await fetch(`${bank.url}/metrics`)).text();
    expect(metrics).toContain('webhook_attempts_total{outcome="delivered"} 3');
  });

  it('is told of everything, though the bank is killed while most of it waits', async () => {
    receiver = await Receiver.start(hangs);
    const id = await register(receiver.url);
    for (let n = 1; n <= BACKLOG; n++) expect(await program.buy(NUMBER, n)).toBe('approved');
    await told(1);
    await bank.kill();
    receiver.behaviour = answers(200);
    const before = receiver.received.length;
    bank = await BankProcess.start(data.path, LOOPBACK);
    program.bank = bank;
    const amounts = await until('all arrive', () => {
      const seen = new Set(receiver.received.slice(before).map(({ body }) => body.data.amount));
      return seen.size >= BACKLOG ? seen : undefined;
    });
    expect([...amounts].sort((a, b) => Number(b) - Number(a))).toEqual(
      Array.from({ length: BACKLOG }, (_, n) => -n - 1),
    );
    await until('the log says so', async () => {
      const { body } = await program.get(`/webhooks/${id}/deliveries?limit=100`);
      const deliveries = body.deliveries as readonly { status: string }[]; // as described
      expect(deliveries).toHaveLength(BACKLOG);
      return deliveries.every(({ status }) => status === 'delivered') || undefined;
    });
  });

  it('reaches no private network where that is not allowed, though the url was registered', async () => {
    receiver = await Receiver.start();
    const id = await register(receiver.url);
    await bank.stop();
    bank = await BankProcess.start(data.path);
    program.bank = bank;
    const asked = await program.send('POST', '/webhooks', { account_id: program.accountId, url: receiver.url });
    expect(asked).toMatchObject({ status: 400, body: { code: 'bad_request.bad_param.url' } });
    expect(await program.buy(NUMBER, 7)).toBe('approved');
    const [attempt] = await until('the attempt is in the log', async () => {
      const { body } = await program.get(`/webhooks/${id}/deliveries`);
      const [delivery] = body.deliveries as readonly { attempts: readonly object[] }[]; // as described
      return delivery?.attempts.length === 1 ? delivery.attempts : undefined;
    });
    expect(attempt).toMatchObject({ status: null, failure: 'private_address' });
    expect(receiver.received).toEqual([]);
  });
});
