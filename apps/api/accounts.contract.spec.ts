// GET /accounts and GET /balance, as the customer API's contract says (sections 1, 4 and 5).
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { authorise, clear, open, refund } from '@tallystick/ledger-core/account/commands.suite';
import { GBP } from '@tallystick/ledger-core/account/specification.suite';
import { DAY } from '../ledger/ledger-over-memory.suite.js';
import { ApiService, joint, mine, others, unknownAccount } from './api-service.suite.js';

let api: ApiService;

beforeEach(async () => {
  api = await ApiService.start();
});

afterEach(async () => {
  await api.stop();
  expect(api.reported).toEqual([]);
});

const shown = (id: string, type: string, ...owners: string[]) => ({
  id,
  description: 'user_1',
  created: expect.stringMatching(/^2026-05-01T00:00:\d\d\.000Z$/),
  closed: false,
  type,
  currency: 'GBP',
  country_code: 'GB',
  owners: owners.map((user_id) => ({ user_id, preferred_name: '', preferred_first_name: '' })),
});

describe('a user with an account of their own and a joint one', () => {
  it('is shown both, and nobody else’s', async () => {
    const { status, body, headers } = await api.get('/accounts');
    expect(status).toBe(200);
    expect(headers.get('content-type')).toMatch(/^application\/json/);
    expect(headers.get('trace-id')).toMatch(/^[0-9a-f]{32}$/);
    expect(body.accounts).toHaveLength(2);
    expect(body.accounts).toEqual(
      expect.arrayContaining([shown(mine, 'uk_retail', 'user_1'), shown(joint, 'uk_retail_joint', 'user_1', 'user_2')]),
    );
  });

  it.each([
    ['uk_retail', [mine]],
    ['uk_retail_joint', [joint]],
    ['uk_business', []],
  ])('is shown those of the type %s', async (type, expected) => {
    const { body } = await api.get(`/accounts?account_type=${type}&`);
    expect(body.accounts.map(({ id }: { id: string }) => id)).toEqual(expected);
  });

  it.each(['/accounts/', '//accounts', '//accounts/?account_type=uk_retail&unknown=1'])(
    'is answered at %s',
    async (path) => {
      expect((await api.get(path)).status).toBe(200);
    },
  );

  it('is shown a closed account as closed', async () => {
    await api.do(unknownAccount, open({ accountId: unknownAccount }), { type: 'CloseAccount' });
    const { body } = await api.get('/accounts');
    expect(body.accounts).toHaveLength(3);
    expect(body.accounts).toContainEqual({ ...shown(unknownAccount, 'uk_retail', 'user_1'), closed: true });
  });
});

describe('a user without an account', () => {
  it('is shown an empty list', async () => {
    expect((await api.get('/accounts', { token: 'token-of-nobody' })).body).toEqual({ accounts: [] });
  });
});

describe('the balance', () => {
  const balance = async (accountId = mine) => (await api.get(`/balance?account_id=${accountId}`)).body;

  it('is without what is held, the total with the pots', async () => {
    const pot = await api.openPot(mine);
    await api.do(mine, authorise('1', 300n), authorise('2', 200n), clear('2', 250n), {
      type: 'DepositToPot',
      potId: pot,
      amount: 1_000n,
      currency: GBP,
    });
    expect(await balance()).toEqual({
      balance: 100_000 - 300 - 250 - 1_000,
      total_balance: 100_000 - 300 - 250,
      balance_including_flexible_savings: 100_000 - 300 - 250 - 1_000,
      currency: 'GBP',
      spend_today: -550,
      local_currency: '',
      local_exchange_rate: 0,
      local_spend: [],
    });
  });

  it('counts what was spent since four in the morning, with what came back', async () => {
    await api.do(mine, authorise('1', 300n), clear('1', 300n));
    expect((await balance()).spend_today).toBe(-300);
    api.of.world.now += DAY;
    expect((await balance()).spend_today).toBe(0);
    await api.do(mine, refund('1', 120n));
    expect((await balance()).spend_today).toBe(120);
  });

  it.each([
    ['', 400, 'bad_request.missing_param.account_id'],
    [`?account_id=${others}`, 403, 'forbidden.insufficient_permissions'],
    ['?account_id=acc_0000none', 403, 'forbidden.insufficient_permissions'],
  ])('asked with %p is answered with %p %p', async (query, status, code) => {
    const answer = await api.get(`/balance/${query}`);
    expect([answer.status, answer.body.code]).toEqual([status, code]);
    expect(answer.body.message).not.toBe('');
  });

  it('names the field that is missing as clients read it', async () => {
    expect((await api.get('/balance')).body).toEqual({
      code: 'bad_request.missing_param.account_id',
      message: 'account_id must be given',
      params: { param: 'account_id' },
      retryable: {},
    });
  });

  it('reads a write whose position is named', async () => {
    await api.of.ledger.given(mine, authorise('late', 50n));
    const headers = { 'x-min-ledger-position': `jrnl1.${await api.of.journal.head()}` };
    expect((await api.get(`/balance?account_id=${mine}`, { headers })).body.balance).toBe(100_000 - 50);
  });
});
