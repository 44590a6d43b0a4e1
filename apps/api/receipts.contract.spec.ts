// /transaction-receipts, as the customer API's contract says (section 10).
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { authorise } from '@tallystick/ledger-core/account/commands.suite';
import { ApiService, mine, others, type Sent } from './api-service.suite.js';

let api: ApiService;
let id: string;

beforeEach(async () => {
  api = await ApiService.start();
  await api.do(mine, authorise('coffee', 300n));
  id = (await api.get(`/transactions?account_id=${mine}`)).body.transactions.at(-1).id;
});

afterEach(async () => {
  await api.stop();
  expect(api.reported).toEqual([]);
});

const ITEM = { description: 'Flat white', amount: 280, currency: 'GBP' };
const receipt = (changes: object = {}) => ({
  transaction_id: id,
  external_id: 'order-1',
  total: 300,
  currency: 'GBP',
  items: [ITEM],
  ...changes,
});
const put = (changes: object = {}, how: Sent = {}) => api.json('PUT', '/transaction-receipts', receipt(changes), how);
const get = (external = 'order-1', how: Sent = {}) => api.get(`/transaction-receipts?external_id=${external}`, how);

const NOBODY = {
  name: '',
  online: false,
  phone: '',
  email: '',
  store_name: '',
  store_address: '',
  store_postcode: '',
};

describe('a receipt', () => {
  it('is stored as it was given and shown with what was not, at once', async () => {
    const { status, body, headers } = await put();
    expect(status).toBe(200);
    expect(headers.get('x-ledger-position')).toMatch(/^jrnl1\.\d+$/);
    expect(body).toEqual({
      receipt_id: expect.stringMatching(/^receipt_0000/),
      id: body.receipt_id,
      ...receipt(),
      items: [{ ...ITEM, sub_items: [] }],
      taxes: [],
      payments: [],
      merchant: NOBODY,
    });
    expect((await get()).body).toEqual({ receipt: body });
  });

  it('keeps all that the contract knows, whatever its sums', async () => {
    const whole = {
      items: [{ ...ITEM, quantity: 1.5, unit: 'cup', tax: 47, sub_items: [{ ...ITEM, amount: -20, quantity: 1 }] }],
      taxes: [
        { description: 'VAT', amount: 47, currency: 'GBP', tax_number: 'GB1' },
        { description: 'Duty', amount: 1, currency: 'GBP' },
      ],
      payments: [
        {
          type: 'card',
          amount: 200,
          currency: 'GBP',
          bin: '555555',
          last_four: '4444',
          auth_code: 'a',
          aid: 'b',
          mid: 'c',
          tid: 'd',
        },
        { type: 'gift_card', currency: 'GBP', gift_card_type: 'Book Token' },
        { type: 'cash', amount: 1, currency: 'GBP' },
      ],
      merchant: { name: 'Harbour Tea Room', online: true, store_postcode: 'EC1' },
      total: 9_007_199_254_740_991,
    };
    await put({ ...whole, unknown: 'field' });
    const { body } = await get();
    expect(body.receipt).toMatchObject({
      ...whole,
      items: [{ ...whole.items[0], sub_items: whole.items[0]?.sub_items }],
      taxes: [whole.taxes[0], { ...whole.taxes[1], tax_number: '' }],
      merchant: { ...NOBODY, ...whole.merchant },
    });
    expect(body.receipt).not.toHaveProperty('unknown');
  });

  it('may have null where there is nothing', async () => {
    const nothing = {
      items: [{ ...ITEM, quantity: null, sub_items: null }],
      taxes: null,
      payments: null,
      merchant: null,
    };
    expect((await put(nothing)).status).toBe(200);
    expect((await get()).body.receipt).toMatchObject({ items: [{ ...ITEM, sub_items: [] }], merchant: NOBODY });
  });

  it('takes the place of the one of the same name, and a repeat writes nothing', async () => {
    const first = await put();
    const changed = await put({ total: 999 });
    expect(changed.body).toMatchObject({ receipt_id: first.body.receipt_id, total: 999 });
    const events = (await api.of.world.events()).length;
    const again = await put({ total: 999 });
    expect(again.body).toEqual(changed.body);
    expect(again.headers.get('x-ledger-position')).toBe(changed.headers.get('x-ledger-position'));
    expect(await api.of.world.events()).toHaveLength(events);
    expect((await get()).body.receipt.total).toBe(999);
  });

  it('may go over to another transaction of the user', async () => {
    const [other] = (await api.get(`/transactions?account_id=${mine}`)).body.transactions;
    const { body } = await put();
    expect((await put({ transaction_id: other.id })).body.receipt_id).toBe(body.receipt_id);
    expect((await get()).body.receipt.transaction_id).toBe(other.id);
  });

  it('is the client’s and the user’s who stored it', async () => {
    await put();
    const known = (userId: string, clientId: string) => ({ userId, clientId, approved: true, wholeHistoryUntil: 0n });
    api.tokens.set('other-client', { known: known('user_1', 'oauth2client_other'), refused: null });
    for (const token of ['other-client', 'token-of-2']) {
      const answer = await get('order-1', { token });
      expect([answer.status, answer.body.code]).toEqual([404, 'not_found.receipt']);
      const gone = await api.form('DELETE', '/transaction-receipts', { external_id: 'order-1' }, { token });
      expect([gone.status, gone.body.code]).toEqual([404, 'not_found.receipt']);
    }
    expect((await get()).status).toBe(200);
  });

  it.each(['query', 'form', 'json'])('is taken away by its name in the %s, once', async (place) => {
    const first = await put();
    const path = '/transaction-receipts';
    const take = () =>
      place === 'query'
        ? api.send(`${path}?external_id=order-1`, { method: 'DELETE' })
        : place === 'form'
          ? api.form('DELETE', path, { external_id: 'order-1' })
          : api.json('DELETE', path, { external_id: 'order-1' });
    expect(await take()).toMatchObject({ status: 200, body: {} });
    expect((await get()).status).toBe(404);
    expect(await take()).toMatchObject({ status: 404, body: { code: 'not_found.receipt' } });
    expect((await put()).body.receipt_id).not.toBe(first.body.receipt_id);
  });

  it('that several store at the same moment is one of theirs', async () => {
    const answers = await Promise.all([1, 2, 3, 4, 5].map((total) => put({ total })));
    expect(new Set(answers.map(({ body }) => body.receipt_id)).size).toBe(1);
    const { total } = (await get()).body.receipt;
    expect([1, 2, 3, 4, 5]).toContain(total);
  });

  it.each<[object, number, string]>([
    [{ transaction_id: undefined }, 400, 'bad_request.missing_param.transaction_id'],
    [{ transaction_id: 'tx_0000none' }, 404, 'not_found.transaction'],
    [{ external_id: undefined }, 400, 'bad_request.missing_param.external_id'],
    [{ external_id: '' }, 400, 'bad_request.bad_param.external_id'],
    [{ total: undefined }, 400, 'bad_request.missing_param.total'],
    [{ total: 0 }, 400, 'bad_request.bad_param.total'],
    [{ total: -1 }, 400, 'bad_request.bad_param.total'],
    [{ total: 1.5 }, 400, 'bad_request.bad_param.total'],
    [{ total: '300' }, 400, 'bad_request.bad_param.total'],
    [{ total: 9_007_199_254_740_992 }, 400, 'bad_request.bad_param.total'],
    [{ currency: 'pounds' }, 400, 'bad_request.bad_param.currency'],
    [{ items: undefined }, 400, 'bad_request.missing_param.items'],
    [{ items: [{ amount: 1, currency: 'GBP' }] }, 400, 'bad_request.missing_param.items.description'],
    [{ items: [{ ...ITEM, amount: 1e300 }] }, 400, 'bad_request.bad_param.items.amount'],
    [{ payments: [{ type: 'card', currency: 'GBP' }] }, 400, 'bad_request.missing_param.payments.amount'],
    [{ items: [{ ...ITEM, description: '5555 5555 5555 4444' }] }, 400, 'bad_request.bad_param.receipt'],
  ])('is refused with %p', async (changes, status, code) => {
    const answer = await put(changes);
    expect([answer.status, answer.body.code]).toEqual([status, code]);
    expect((await get()).status).toBe(404);
  });

  it('is refused without a name, as no JSON, too large, and of another user’s transaction', async () => {
    expect((await api.get('/transaction-receipts')).body.code).toBe('bad_request.missing_param.external_id');
    const nameless = await api.send('/transaction-receipts', { method: 'DELETE' });
    expect([nameless.status, nameless.body.code]).toEqual([400, 'bad_request.missing_param.external_id']);
    expect((await api.json('PUT', '/transaction-receipts', 5)).status).toBe(400);
    const huge = await put({ items: Array.from({ length: 4_000 }, () => ITEM) });
    expect([huge.status, huge.body.code]).toEqual([413, 'bad_request.body_too_large']);
    const theirs = (await api.get(`/transactions?account_id=${others}`, { token: 'token-of-2' })).body.transactions[0];
    const answer = await put({ transaction_id: theirs.id });
    expect([answer.status, answer.body.code]).toEqual([404, 'not_found.transaction']);
  });

  it('of a customer who was erased is gone, and nothing new is kept', async () => {
    await put();
    await api.of.keys.destroy(mine);
    expect(await get()).toMatchObject({ status: 404, body: { code: 'not_found.receipt' } });
    const answer = await put();
    expect([answer.status, answer.body.code]).toEqual([412, 'precondition_failed.customer_erased']);
    expect((await api.form('DELETE', '/transaction-receipts', { external_id: 'order-1' })).status).toBe(200);
  });
});
