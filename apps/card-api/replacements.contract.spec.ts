// A card in another's place, over HTTP.
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { CardId } from '@tallystick/ledger-core';
import { CardApiService, joint, mine } from './card-api-service.suite.js';

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

describe('a replacement', () => {
  const replace = (id: string, dedupe_id: string, how: object = {}) =>
    api.form('POST', `/cards/${id}/replace`, { dedupe_id }, how);

  it('comes with the old card’s settings, inactive, and resolves as the old one does', async () => {
    await api.json('PUT', `/cards/${card}/limits`, { ...NO_LIMITS, daily_count: 3 });
    const { status, body, headers } = await replace(card, 'd');
    expect([status, body]).toEqual([
      200,
      shown({
        id: expect.stringMatching(/^card_0000/),
        created: expect.any(String),
        status: 'inactive',
        last_four: expect.stringMatching(/^[0-9]{4}$/),
        expires: '2030-05',
        limits: { ...NO_LIMITS, daily_count: 3 },
      }),
    ]);
    expect(headers.get('x-ledger-position')).toMatch(/^jrnl1\./);
    expect((await api.get(`/cards/${card}`)).body).toMatchObject({ status: 'replaced', replaced_by: body.id });
    expect((await api.form('POST', `/cards/${body.id}/activate`)).body).toMatchObject({ status: 'active' });
  });

  it('is one for one request, however often and whenever it is repeated', async () => {
    const first = await replace(card, 'd');
    expect((await replace(card, 'd')).body).toEqual(first.body);
    api.world.now += 86_400_000_000n;
    expect((await Promise.all([replace(card, 'd'), replace(card, 'd')])).map(({ body }) => body)).toEqual([
      first.body,
      first.body,
    ]);
    expect(await types()).toEqual(['CardReplaced']);
    const other = await replace(card, 'other');
    expect([other.status, other.body.code]).toEqual([412, 'precondition_failed.card_state']);
  });

  it('is one where two requests come at a time', async () => {
    const answers = await Promise.all([replace(card, 'a'), replace(card, 'b')]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 412]);
    expect(await types()).toEqual(['CardReplaced']);
  });

  it('is found again after the process ended in the middle of it', async () => {
    api.ledger.journal.faults.push('refused');
    expect((await replace(card, 'd')).status).toBe(503);
    const { status, body } = await replace(card, 'd');
    expect([status, body.status]).toEqual([200, 'inactive']);
    expect(await types()).toEqual(['CardReplaced']);
  });

  it('may be named by the header Idempotency-Key, and must be named', async () => {
    const headers = { 'idempotency-key': 'k' };
    const first = await api.form('POST', `/cards/${card}/replace`, {}, { headers });
    expect((await api.form('POST', `/cards/${card}/replace`, {}, { headers })).body).toEqual(first.body);
    const nameless = await api.form('POST', `/cards/${first.body.id}/replace`);
    expect([nameless.status, nameless.body.code]).toEqual([400, 'bad_request.missing_param.dedupe_id']);
  });

  it('goes to the holder of the old card', async () => {
    const theirs = await api.issue(joint, 'theirs', { holder: 'user_1' });
    const { body } = await replace(theirs, 'd');
    expect((await api.get(`/cards/${body.id}`)).status).toBe(200);
    expect((await api.get(`/cards/${body.id}`, { token: 'token-of-2' })).status).toBe(404);
  });
});
