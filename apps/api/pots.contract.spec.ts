// Pots, as the customer API's contract says (sections 1.4 and 6).
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { PotId } from '@tallystick/ledger-core';
import { SECOND } from '../ledger/ledger-over-memory.suite.js';
import { ApiService, joint, mine, others, unknownAccount } from './api-service.suite.js';

let api: ApiService;
let pot: PotId;

beforeEach(async () => {
  api = await ApiService.start();
  pot = await api.openPot(mine);
});

afterEach(async () => {
  await api.stop();
  expect(api.reported).toEqual([]);
});

const deposit = (fields: Record<string, string> = {}, token = 'token-of-1') =>
  api.form(
    'PUT',
    `/pots/${pot}/deposit`,
    { source_account_id: mine, amount: '1000', dedupe_id: '2026-11-21 01:45:56.068105', ...fields },
    { token },
  );
const withdraw = (fields: Record<string, string> = {}) =>
  api.form('PUT', `/pots/${pot}/withdraw`, {
    destination_account_id: mine,
    amount: '400',
    dedupe_id: 'w1',
    ...fields,
  });
const balance = async () => (await api.get(`/balance?account_id=${mine}`)).body;

describe('a pot', () => {
  it('is shown with every field that clients need', async () => {
    const { status, body } = await api.get(`/pots/${pot}`);
    expect(status).toBe(200);
    expect(body).toEqual({
      id: pot,
      name: 'Holidays',
      style: 'beach',
      balance: 0,
      currency: 'GBP',
      type: 'default',
      product_id: 'default',
      current_account_id: mine,
      cover_image_url: '',
      isa_wrapper: '',
      round_up: false,
      round_up_multiplier: null,
      is_tax_pot: false,
      available_for_bills: false,
      has_virtual_cards: false,
      created: expect.stringMatching(/Z$/),
      updated: expect.stringMatching(/Z$/),
      deleted: false,
      locked: false,
      charity_id: '',
    });
  });

  it.each([`/pots?current_account_id=${mine}`, '/pots', '/pots/', '/pots/listV1/', '/pots/listV1'])(
    'is in the list at %s',
    async (path) => {
      const { status, body } = await api.get(path);
      expect(status).toBe(200);
      expect(body).toEqual({ pots: [(await api.get(`/pots/${pot}`)).body] });
    },
  );

  it('has its goal and its lock where there is one', async () => {
    const until = api.of.world.now + 60n * SECOND;
    const locked = await api.openPot(mine, 'House', 5_000n);
    await api.do(mine, { type: 'LockPot', potId: locked, until });
    const shown = async () => (await api.get(`/pots/${locked}`)).body;
    expect(await shown()).toMatchObject({ goal_amount: 5_000, locked: true, locked_until: expect.any(String) });
    api.of.world.now = until;
    expect(await shown()).toMatchObject({ locked: false });
    expect(await shown()).not.toHaveProperty('locked_until');
  });

  it('stays in the list when it is closed', async () => {
    await api.do(mine, { type: 'ClosePot', potId: pot });
    expect((await api.get('/pots')).body.pots).toMatchObject([{ id: pot, deleted: true, balance: 0 }]);
    expect((await deposit()).body.code).toBe('precondition_failed.pot_closed');
  });

  it('takes money though no view has seen it yet', async () => {
    pot = await api.openUnseenPot(mine, 'New');
    expect(await deposit()).toMatchObject({ status: 200, body: { id: pot, balance: 1_000 } });
    pot = await api.openUnseenPot(joint, 'Newer');
    expect((await api.get(`/pots/${pot}`)).body).toMatchObject({ id: pot, name: 'Newer' });
    pot = await api.openUnseenPot(others, 'Theirs');
    expect(await api.get(`/pots/${pot}`)).toMatchObject({ status: 404, body: { code: 'not_found.pot' } });
  });

  it('is of its own account only', async () => {
    expect((await api.get(`/pots?current_account_id=${joint}`)).body).toEqual({ pots: [] });
    expect((await api.get('/pots', { token: 'token-of-nobody' })).body).toEqual({ pots: [] });
    for (const account of [others, unknownAccount])
      expect((await api.get(`/pots?current_account_id=${account}`)).status).toBe(403);
  });
});

describe('a deposit', () => {
  it('is answered with the pot after it, and is in the balance and the transactions at once', async () => {
    const { status, body, headers } = await deposit();
    expect(status).toBe(200);
    expect(body).toMatchObject({ id: pot, balance: 1_000 });
    expect(headers.get('x-ledger-position')).toMatch(/^jrnl1\.\d+$/);
    expect(await balance()).toMatchObject({ balance: 99_000, total_balance: 100_000, spend_today: 0 });
    const { transactions } = (await api.get(`/transactions?account_id=${mine}`)).body;
    expect(transactions.at(-1)).toMatchObject({
      amount: -1_000,
      scheme: 'uk_retail_pot',
      description: pot,
      merchant: null,
      counterparty: {},
      category: 'savings',
      metadata: { pot_id: pot, pot_deposit_id: expect.stringMatching(/^potdep_0000/) },
      include_in_spending: false,
      settled: transactions.at(-1).created,
    });
  });

  it('moves money once, however often it is sent', async () => {
    const answers = await Promise.all([deposit(), deposit(), deposit()]);
    answers.push(await deposit());
    for (const { status, body } of answers) expect([status, body.balance]).toEqual([200, 1_000]);
    expect(await balance()).toMatchObject({ balance: 99_000 });
    await withdraw();
    expect((await deposit()).body.balance).toBe(600);
  });

  it('with the same dedupe_id and another amount is a conflict', async () => {
    await deposit();
    const { status, body } = await deposit({ amount: '1001' });
    expect([status, body.code]).toEqual([409, 'conflict.dedupe_mismatch']);
    expect(await balance()).toMatchObject({ balance: 99_000 });
  });

  it('is none with the dedupe_id of a withdrawal, or of another client', async () => {
    await deposit({ dedupe_id: 'same' });
    expect((await withdraw({ dedupe_id: 'same' })).body.balance).toBe(600);
    const [, known] = [...api.tokens].find(([token]) => token === 'token-of-1') ?? [];
    if (known?.known === null || known === undefined) throw new Error('no such token');
    api.tokens.set('other-client', { known: { ...known.known, clientId: 'oauth2client_other' }, refused: null });
    expect((await deposit({ dedupe_id: 'same' }, 'other-client')).body.balance).toBe(1_600);
  });

  it('takes JSON with a number or a text, and fields that it does not know', async () => {
    const fields = { source_account_id: mine, amount: 10, dedupe_id: 'a', pot_id: pot };
    expect((await api.json('PUT', `/pots/${pot}/deposit/`, fields)).body.balance).toBe(10);
    const text = { ...fields, amount: '20', dedupe_id: 'b' };
    expect((await api.json('PUT', `//pots/${pot}/deposit`, text)).body.balance).toBe(30);
  });

  it.each([
    ['no amount', { amount: '' }, 400, 'bad_request.bad_param.amount'],
    ['0', { amount: '0' }, 400, 'bad_request.bad_param.amount'],
    ['a negative amount', { amount: '-5' }, 400, 'bad_request.bad_param.amount'],
    ['a fraction', { amount: '1.5' }, 400, 'bad_request.bad_param.amount'],
    ['an amount that JSON can not hold', { amount: '9007199254740992' }, 400, 'bad_request.bad_param.amount'],
    ['more than there is', { amount: '100001' }, 412, 'precondition_failed.insufficient_funds'],
    ['an empty dedupe_id', { dedupe_id: '' }, 400, 'bad_request.bad_param.dedupe_id'],
    ['a long dedupe_id', { dedupe_id: 'x'.repeat(256) }, 400, 'bad_request.bad_param.dedupe_id'],
    ['an empty account', { source_account_id: '' }, 400, 'bad_request.missing_param.source_account_id'],
    ['another of the user’s accounts', { source_account_id: joint }, 400, 'bad_request.bad_param.source_account_id'],
    ['another user’s account', { source_account_id: others }, 403, 'forbidden.insufficient_permissions'],
    ['an unknown account', { source_account_id: unknownAccount }, 403, 'forbidden.insufficient_permissions'],
  ])('of %s is refused, and nothing moves', async (_, fields, status, code) => {
    const answer = await deposit(fields);
    expect([answer.status, answer.body.code]).toEqual([status, code]);
    expect(await balance()).toMatchObject({ balance: 100_000, total_balance: 100_000 });
  });

  it.each(['source_account_id', 'amount', 'dedupe_id'])('without %s is refused by name', async (missing) => {
    const fields: Record<string, string> = { source_account_id: mine, amount: '1', dedupe_id: 'd' };
    delete fields[missing];
    const { status, body } = await api.form('PUT', `/pots/${pot}/deposit`, fields);
    expect([status, body.code]).toEqual([400, `bad_request.missing_param.${missing}`]);
  });

  it('without any body is refused by name', async () => {
    const { status, body } = await api.send(`/pots/${pot}/deposit`, { method: 'PUT' });
    expect([status, body.code]).toEqual([400, 'bad_request.missing_param.source_account_id']);
  });

  it('keeps no text of its sender where a card number could hide', async () => {
    await deposit({ dedupe_id: '5555555555554444' });
    const events = await api.of.journal.readAll({ after: 0n, limit: 1_000 });
    const text = events.map(({ metadata, payload }) => Buffer.concat([metadata, payload]).toString('latin1')).join();
    expect(text).not.toContain('5555555555554444');
  });
});

describe('a withdrawal', () => {
  it('is answered with the pot after it', async () => {
    await deposit();
    api.of.world.now += SECOND;
    const { status, body } = await withdraw();
    expect([status, body.balance]).toEqual([200, 600]);
    const { transactions } = (await api.get(`/transactions?account_id=${mine}`)).body;
    expect(transactions.at(-1)).toMatchObject({
      amount: 400,
      metadata: { pot_id: pot, pot_withdrawal_id: expect.stringMatching(/^potwdr_0000/) },
    });
  });

  it('of more than there is, or from a locked pot, is refused', async () => {
    expect((await withdraw()).body.code).toBe('precondition_failed.insufficient_funds');
    await deposit();
    await api.do(mine, { type: 'LockPot', potId: pot, until: null });
    const { status, body } = await withdraw({ dedupe_id: 'w2' });
    expect([status, body.code]).toEqual([412, 'precondition_failed.pot_locked']);
  });
});
