// What customers do with their own cards, over HTTP.
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { CardId } from '@tallystick/ledger-core';
import { pay } from '@tallystick/ledger-core/account/commands.suite';
import { CardApiService, joint, mine, others } from './card-api-service.suite.js';

let api: CardApiService;
let card: CardId;

beforeEach(async () => {
  api = await CardApiService.start();
  card = await api.issue(mine, 'mine');
});

afterEach(async () => {
  await api.stop();
  expect(api.reported).toEqual([]);
});

const NO_LIMITS = {
  per_transaction: null,
  daily_amount: null,
  monthly_amount: null,
  daily_cash: null,
  daily_count: null,
  monthly_count: null,
};
const ALL_ON = { online: true, contactless: true, atm: true, magstripe: true, blocked_categories: [] };
const shown = (how: object = {}) => ({
  id: card,
  account_id: mine,
  created: '2026-05-01T00:00:00.000Z',
  status: 'active',
  frozen: false,
  last_four: '4242',
  expires: '2030-01',
  replaced_by: '',
  controls: ALL_ON,
  limits: NO_LIMITS,
  ...how,
});
const types = async () =>
  (await api.world.types(`account-${mine}`)).filter((type) => type.startsWith('Card') && type !== 'CardIssued');
const idsIn = ({ body }: { body: { cards: { id: string }[] } }) => body.cards.map(({ id }) => id).sort();

describe('a customer', () => {
  it('sees the cards of one account or of all, and never a number', async () => {
    const shared = await api.issue(joint, 'shared', { holder: 'user_1' });
    expect((await api.get('/cards')).body).toEqual({
      cards: expect.arrayContaining([shown(), expect.objectContaining({ id: shared, account_id: joint })]),
    });
    expect((await api.get(`/cards?account_id=${mine}`)).body).toEqual({ cards: [shown()] });
    expect((await api.get(`/cards/${card}`)).body).toEqual(shown());
    const { text } = await api.get('/cards');
    expect(text).not.toMatch(/[0-9]{12,}/);
    expect(text).not.toContain(api.tokenOf('mine'));
  });

  it('has of a joint account the cards that they hold, and no others', async () => {
    const theirs = await api.issue(joint, 'theirs', { holder: 'user_1' });
    const another = await api.issue(joint, 'another', { holder: 'user_2' });
    expect(idsIn(await api.get(`/cards?account_id=${joint}`))).toEqual([theirs]);
    expect(idsIn(await api.get(`/cards?account_id=${joint}`, { token: 'token-of-2' }))).toEqual([another]);
    for (const answer of [await api.get(`/cards/${another}`), await api.form('PUT', `/cards/${another}/freeze`)])
      expect([answer.status, answer.body.code]).toEqual([404, 'not_found.card']);
    expect(await api.world.types(`account-${joint}`)).not.toContain('CardFrozen');
  });

  it('keeps their cards when another comes to own the account', async () => {
    await api.do(mine, { type: 'AddAccountOwner', userId: 'user_2' });
    expect((await api.form('PUT', `/cards/${card}/freeze`)).status).toBe(200);
    expect((await api.form('PUT', `/cards/${card}/unfreeze`, {}, { token: 'token-of-2' })).status).toBe(404);
  });

  it('has no card of an account that they own no more', async () => {
    const theirs = await api.issue(joint, 'theirs', { holder: 'user_1' });
    expect((await api.get(`/cards/${theirs}`)).status).toBe(200);
    await api.do(joint, { type: 'RemoveAccountOwner', userId: 'user_1' });
    expect((await api.form('POST', `/cards/${theirs}/activate`)).status).toBe(404);
    expect(idsIn(await api.get('/cards'))).toEqual([card]);
  });

  it.each([
    [`?account_id=${others}`, 403, 'forbidden.insufficient_permissions'],
    ['?account_id=acc_0000none', 403, 'forbidden.insufficient_permissions'],
  ])('asking for %s is refused', async (query, status, code) => {
    const answer = await api.get(`/cards${query}`);
    expect([answer.status, answer.body.code]).toEqual([status, code]);
  });

  it('without a card is shown an empty list', async () => {
    expect((await api.get('/cards', { token: 'token-of-nobody' })).body).toEqual({ cards: [] });
  });
});

describe('freezing a card', () => {
  it('is done once, and undone once, however often it is said', async () => {
    for (const frozen of [true, true, false, false, true]) {
      const answer = await api.form('PUT', `/cards/${card}/${frozen ? 'freeze' : 'unfreeze'}`);
      expect([answer.status, answer.body]).toEqual([200, shown({ frozen })]);
    }
    expect(await types()).toEqual(['CardFrozen', 'CardUnfrozen', 'CardFrozen']);
  });

  it('needs no body, and takes an empty one of either kind', async () => {
    for (const type of [undefined, 'application/json', 'application/x-www-form-urlencoded']) {
      const body = type === 'application/json' ? '{}' : '';
      const how = { method: 'PUT', ...(type === undefined ? {} : { type, body }) };
      expect((await api.send(`/cards/${card}/freeze`, how)).status).toBe(200);
    }
  });

  it('is by the customer, and not undone by them where it is by the bank', async () => {
    await api.form('PUT', `/cards/${card}/freeze`);
    const frozen = (await api.world.events()).find(({ event }) => event.type === 'CardFrozen');
    expect(frozen?.event).toMatchObject({ frozenBy: 'user_1' });
    await api.do(mine, { type: 'FreezeCard', cardId: card, frozenBy: 'staff' });
    const answer = await api.form('PUT', `/cards/${card}/unfreeze`);
    expect([answer.status, answer.body.code]).toEqual([412, 'precondition_failed.card_state']);
    expect((await api.form('PUT', `/cards/${card}/freeze`)).body).toMatchObject({ frozen: true });
  });

  it('is read by whoever names its position', async () => {
    const { headers } = await api.form('PUT', `/cards/${card}/freeze`);
    const position = headers.get('x-ledger-position') ?? '';
    expect(position).toMatch(/^jrnl1\.\d+$/);
    const read = await api.get(`/cards/${card}`, { headers: { 'x-min-ledger-position': position } });
    expect(read.body).toMatchObject({ frozen: true });
  });
});

describe('the limits of a card', () => {
  const limits = {
    per_transaction: 5_000,
    daily_amount: 20_000,
    monthly_amount: 100_000,
    daily_cash: 0,
    daily_count: 10,
    monthly_count: null,
  };

  it.each(['json', 'form'] as const)('are set as a whole by %s', async (kind) => {
    const texts = Object.fromEntries(Object.entries(limits).map(([name, value]) => [name, String(value ?? '')]));
    const answer =
      kind === 'json'
        ? await api.json('PUT', `/cards/${card}/limits`, limits)
        : await api.form('PUT', `/cards/${card}/limits`, texts);
    expect([answer.status, answer.body]).toEqual([200, shown({ limits })]);
  });

  it.each<[object, string]>([
    [{ per_transaction: undefined }, 'bad_request.missing_param.per_transaction'],
    [{ daily_count: undefined }, 'bad_request.missing_param.daily_count'],
    [{ per_transaction: -1 }, 'bad_request.bad_param.per_transaction'],
    [{ per_transaction: 1.5 }, 'bad_request.bad_param.per_transaction'],
    [{ per_transaction: '1e3' }, 'bad_request.bad_param.per_transaction'],
    [{ daily_amount: '9007199254740992' }, 'bad_request.bad_param.daily_amount'],
    [{ daily_count: 2 ** 31 }, 'bad_request.bad_param.daily_count'],
    [{ monthly_count: true }, 'bad_request.bad_param.monthly_count'],
  ])('are refused: %p', async (how, code) => {
    const answer = await api.json('PUT', `/cards/${card}/limits`, { ...limits, ...how });
    expect([answer.status, answer.body.code]).toEqual([400, code]);
    expect(await types()).toEqual([]);
  });
});

describe('the switches of a card', () => {
  const controls = {
    online: false,
    contactless: true,
    atm: true,
    magstripe: false,
    blocked_categories: ['7801', '7995'],
  };

  it('are set as a whole by JSON', async () => {
    const answer = await api.json('PUT', `/cards/${card}/controls`, {
      ...controls,
      blocked_categories: ['7995', '7801', '7995'],
    });
    expect([answer.status, answer.body]).toEqual([200, shown({ controls })]);
  });

  it('are set as a whole by a form', async () => {
    const fields = { online: 'false', contactless: 'true', atm: 'true', magstripe: 'false' };
    const all = await api.form('PUT', `/cards/${card}/controls`, { ...fields, blocked_categories: '7995,7801' });
    expect(all.body).toMatchObject({ controls });
    const none = await api.form('PUT', `/cards/${card}/controls`, { ...fields, blocked_categories: '' });
    expect(none.body).toMatchObject({ controls: { ...controls, blocked_categories: [] } });
  });

  it.each<[object, string]>([
    [{ online: undefined }, 'bad_request.missing_param.online'],
    [{ blocked_categories: undefined }, 'bad_request.missing_param.blocked_categories'],
    [{ online: 'yes' }, 'bad_request.bad_param.online'],
    [{ blocked_categories: ['799'] }, 'bad_request.bad_param.blocked_categories'],
    [{ blocked_categories: 'gambling' }, 'bad_request.bad_param.blocked_categories'],
  ])('are refused: %p', async (how, code) => {
    const answer = await api.json('PUT', `/cards/${card}/controls`, { ...controls, ...how });
    expect([answer.status, answer.body.code]).toEqual([400, code]);
  });
});

describe('a card', () => {
  it('is activated once it has arrived', async () => {
    const arrived = await api.issue(mine, 'arrived', { active: false });
    expect((await api.get(`/cards/${arrived}`)).body).toMatchObject({ status: 'inactive' });
    for (let i = 0; i < 2; i++)
      expect((await api.form('POST', `/cards/${arrived}/activate`)).body).toMatchObject({ status: 'active' });
    expect(await types()).toEqual(['CardActivated']);
  });

  it.each(['lost', 'stolen'])('that is %s is so for good', async (state) => {
    for (let i = 0; i < 2; i++) {
      const answer = await api.form('POST', `/cards/${card}/${state}`);
      expect([answer.status, answer.body]).toEqual([200, shown({ status: state })]);
    }
    expect(await types()).toHaveLength(1);
    for (const [method, change] of [
      ['PUT', 'unfreeze'],
      ['PUT', 'freeze'],
      ['POST', 'activate'],
    ] as const) {
      const answer = await api.form(method, `/cards/${card}/${change}`);
      expect([answer.status, answer.body.code]).toEqual([412, 'precondition_failed.card_state']);
    }
  });

  it('of a closed account is not changed', async () => {
    const other = await api.issue(joint, 'other', { holder: 'user_1' });
    await api.do(
      joint,
      pay(100_000n),
      { type: 'ConfirmPayment', paymentId: pay(1n).paymentId },
      { type: 'CloseAccount' },
    );
    const answer = await api.form('PUT', `/cards/${other}/freeze`);
    expect([answer.status, answer.body.code]).toEqual([412, 'precondition_failed.account_closed']);
  });
});
