// GET /accounts and GET /balance, as the customer API's contract says (sections 1, 4 and 5).
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { authorise, clear, open, refund } from '@tallystick/ledger-core/account/commands.suite';
import { GBP } from '@tallystick/ledger-core/account/specification.suite';
import type { AccountNumber } from '../accounts/account-numbers.js';
import { context, DAY } from '../ledger/ledger-over-memory.suite.js';
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

describe('the owners of an account', () => {
  const named = (userId: string, name: string) => {
    const details = { name, preferredName: null, preferredFirstName: null, email: null, phone: null, address: null };
    const request = {
      caller: 'spec',
      key: userId,
      effectiveAt: 0n,
      userId,
      details: { ...details, dateOfBirth: null },
    };
    return api.of.users.register(request, context);
  };
  const ownersOf = async (id: string) => {
    const { accounts } = (await api.get('/accounts')).body;
    return accounts.find((account: { id: string }) => account.id === id).owners;
  };

  it('are called as they want to be, joint ones too, and by nothing once they were erased', async () => {
    await named('user_1', 'Ada Lovelace');
    await named('user_2', 'Grace Hopper');
    await api.fill();
    const ada = { user_id: 'user_1', preferred_name: 'Ada Lovelace', preferred_first_name: 'Ada' };
    const grace = { user_id: 'user_2', preferred_name: 'Grace Hopper', preferred_first_name: 'Grace' };
    expect(await ownersOf(mine)).toEqual([ada]);
    expect(await ownersOf(joint)).toEqual([ada, grace]);
    await api.of.users.erase({ userId: 'user_2', caller: 'spec' }, context);
    // What is remembered of names lasts a moment.
    api.time.advance(10_000);
    expect(await ownersOf(joint)).toEqual([ada, { user_id: 'user_2', preferred_name: '', preferred_first_name: '' }]);
  });

  it('see an account from when they become owners to when they are none any more', async () => {
    await api.do(others, { type: 'AddAccountOwner', userId: 'user_1' });
    expect((await ownersOf(others)).map((owner: { user_id: string }) => owner.user_id)).toEqual(['user_2', 'user_1']);
    await api.do(others, { type: 'RemoveAccountOwner', userId: 'user_1' });
    const { accounts } = (await api.get('/accounts')).body;
    expect(accounts.map(({ id }: { id: string }) => id).sort()).toEqual([mine, joint].sort());
    expect((await api.get(`/balance?account_id=${others}`)).status).toBe(403);
  });
});

describe('an account', () => {
  const id = unknownAccount;
  const shownAs = async (product: string, numbers: readonly AccountNumber[] = []) => {
    await api.of.numbers.claim(id, numbers);
    await api.do(id, open({ accountId: id, product }));
    const { accounts } = (await api.get('/accounts')).body;
    return accounts.find((account: { id: string }) => account.id === id);
  };
  const uk = { sortCode: '040004', accountNumber: '12345678' };
  const iban = { sortCode: null, accountNumber: 'GB33BUKB20201555555555' };
  const local = { account_number: '12345678', sort_code: '040004' };

  it.each([
    ['current', 'uk_retail', /^user_1$/],
    ['uk_retail', 'uk_retail', /^user_1$/],
    ['uk_retail_joint', 'uk_retail_joint', /^user_1$/],
    ['business', 'uk_business', /^user_1$/],
    ['uk_business', 'uk_business', /^user_1$/],
    ['rewards', 'uk_rewards', /^user_1$/],
    ['flex', 'uk_monzo_flex', /^monzoflex_0000/],
    ['loan', 'uk_loan', /^loan_0000/],
    ['something of the bank’s own', 'uk_retail', /^user_1$/],
    ['constructor', 'uk_retail', /^user_1$/],
  ])('of the product %s is shown as %s', async (product, type, description) => {
    expect(await shownAs(product)).toMatchObject({ type, description: expect.stringMatching(description) });
  });

  it('that has a number is shown it', async () => {
    expect(await shownAs('current', [uk])).toMatchObject({ ...local, payment_details: { locale_uk: local } });
  });

  it('that has an IBAN besides is shown both', async () => {
    const { payment_details } = await shownAs('business', [uk, iban]);
    expect(payment_details).toEqual({
      locale_uk: local,
      iban: {
        unformatted: 'GB33BUKB20201555555555',
        formatted: 'GB33 BUKB 2020 1555 5555 55',
        bic: '',
        usage_description: 'For payments from abroad',
        usage_description_web: 'For payments from abroad',
      },
    });
  });

  it.each<[string, string, readonly AccountNumber[]]>([
    ['has none', 'current', []],
    ['has one of another country', 'current', [{ sortCode: '021000021', accountNumber: '123456789' }]],
    ['is no current account', 'flex', [uk, iban]],
  ])('that %s is shown no number', async (_, product, numbers) => {
    const account = await shownAs(product, numbers);
    for (const field of ['account_number', 'sort_code', 'payment_details']) expect(account).not.toHaveProperty(field);
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
