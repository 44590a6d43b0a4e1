// PATCH /transactions/{id}, as the customer API's contract says (section 7.4).
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { authorise } from '@tallystick/ledger-core/account/commands.suite';
import { ApiService, joint, mine, others, type Sent } from './api-service.suite.js';

let api: ApiService;
let id: string;

beforeEach(async () => {
  api = await ApiService.start();
  await api.do(mine, authorise('coffee', 300n));
  const { body } = await api.get(`/transactions?account_id=${mine}`);
  id = body.transactions.at(-1).id;
  const [other] = ['oauth2client_other'];
  const known = (userId: string) => ({ userId, clientId: other, approved: true, wholeHistoryUntil: 0n });
  api.tokens.set('other-client', { known: known('user_1'), refused: null });
});

afterEach(async () => {
  await api.stop();
  expect(api.reported).toEqual([]);
});

type Fields = Readonly<Record<string, string>>;

const patch = (fields: Fields, how: Sent = {}, transaction = id) =>
  api.form('PATCH', `/transactions/${transaction}`, fields, how);

async function read(how: Sent = {}) {
  await api.fill();
  return (await api.get(`/transactions/${id}`, how)).body.transaction;
}

describe('metadata that a client writes', () => {
  it.each([
    ['a form', 'form', { 'metadata[colour]': 'red', 'metadata[shop no]': '7' }],
    ['nested JSON', 'json', { metadata: { colour: 'red', 'shop no': '7' } }],
    ['JSON with flat keys', 'json', { 'metadata[colour]': 'red', 'metadata[shop no]': '7' }],
  ] as const)('may come as %s, and is seen in the answer and ever after', async (_, kind, fields) => {
    const path = `/transactions/${id}/`;
    const answer =
      kind === 'form' ? await api.form('PATCH', path, fields as Fields) : await api.json('PATCH', path, fields);
    expect(answer.status).toBe(200);
    expect(answer.headers.get('x-ledger-position')).toMatch(/^jrnl1\.\d+$/);
    const before = answer.body.transaction;
    expect(before).toMatchObject({ id, notes: '', metadata: { colour: 'red', 'shop no': '7', mcc: '5411' } });
    expect(await read()).toEqual(before);
    const list = await api.get(`/transactions?account_id=${mine}`);
    expect(list.body.transactions.at(-1)).toEqual(before);
  });

  it('is there at once for a reader who names the position', async () => {
    const { headers } = await patch({ 'metadata[a]': '1' });
    const how = { headers: { 'x-min-ledger-position': headers.get('x-ledger-position') ?? '' } };
    expect((await api.get(`/transactions/${id}`, how)).body.transaction.metadata).toMatchObject({ a: '1' });
  });

  it('stays where it is not named, and goes where its value is empty', async () => {
    await patch({ 'metadata[a]': '1', 'metadata[b]': '2' });
    const { body } = await patch({ 'metadata[b]': '3', 'metadata[c]': '4' });
    expect(body.transaction.metadata).toEqual({ a: '1', b: '3', c: '4', mcc: '5411' });
    await patch({ 'metadata[a]': '', 'metadata[c]': '' });
    expect((await read()).metadata).toEqual({ b: '3', mcc: '5411' });
    await patch({ 'metadata[b]': '', 'metadata[never]': '' });
    expect((await read()).metadata).toEqual({ mcc: '5411' });
  });

  it('called notes is the notes, too', async () => {
    expect((await patch({ 'metadata[notes]': 'with Ann ☕' })).body.transaction).toMatchObject({
      notes: 'with Ann ☕',
      metadata: { notes: 'with Ann ☕' },
    });
    expect((await read()).notes).toBe('with Ann ☕');
    expect((await patch({ 'metadata[notes]': '' })).body.transaction.notes).toBe('');
    expect((await read()).metadata).toEqual({ mcc: '5411' });
  });

  it('is seen by no other client, which may write the same keys', async () => {
    await patch({ 'metadata[a]': 'mine', 'metadata[notes]': 'secret' });
    const how = { token: 'other-client' };
    expect(await read(how)).toMatchObject({ notes: '', metadata: { mcc: '5411' } });
    await patch({ 'metadata[a]': 'theirs' }, how);
    expect((await read(how)).metadata).toEqual({ a: 'theirs', mcc: '5411' });
    expect((await read()).metadata).toEqual({ a: 'mine', notes: 'secret', mcc: '5411' });
  });

  it('moves `updated` of the client that wrote it, and a repeat moves and writes nothing', async () => {
    const created = (await read()).updated;
    api.of.world.now += 60_000_000n;
    const first = await patch({ 'metadata[a]': '1' });
    expect(first.body.transaction.updated > created).toBe(true);
    const events = (await api.of.world.events()).length;
    api.of.world.now += 60_000_000n;
    const again = await patch({ 'metadata[a]': '1' });
    expect(again.body).toEqual(first.body);
    expect(again.headers.get('x-ledger-position')).toBe(first.headers.get('x-ledger-position'));
    expect(await api.of.world.events()).toHaveLength(events);
    expect((await read({ token: 'other-client' })).updated).toBe(created);
  });

  it('that is none leaves everything as it is', async () => {
    const events = (await api.of.world.events()).length;
    const before = await read();
    for (const fields of [{ foo: 'bar' }, {}, { metadata: '' }]) {
      const { status, body } = await patch(fields as Fields);
      expect([status, body.transaction]).toEqual([200, before]);
    }
    expect((await api.json('PATCH', `/transactions/${id}`, { metadata: {} })).status).toBe(200);
    expect(await api.of.world.events()).toHaveLength(events);
  });

  it('of the bank’s own keys may be sent back as it was read, and not otherwise', async () => {
    const { status, body } = await patch({ 'metadata[mcc]': '5411', 'metadata[pot_id]': '', 'metadata[a]': '1' });
    expect([status, body.transaction.metadata]).toEqual([200, { a: '1', mcc: '5411' }]);
    for (const fields of [{ 'metadata[mcc]': '0000' }, { 'metadata[mcc]': '' }, { 'metadata[pot_id]': 'pot_1' }]) {
      const answer = await patch(fields as Fields);
      expect([answer.status, answer.body.code]).toEqual([400, 'bad_request.bad_param.metadata']);
    }
  });

  it('has fifty keys at most, with those that are there', async () => {
    const fields = Object.fromEntries(Array.from({ length: 50 }, (_, n) => [`metadata[key-${n}]`, 'ä'.repeat(256)]));
    expect((await patch(fields)).status).toBe(200);
    const answer = await patch({ 'metadata[one more]': 'x' });
    expect([answer.status, answer.body.code]).toEqual([400, 'bad_request.bad_param.metadata']);
    expect((await patch({ 'metadata[one more]': 'x', 'metadata[key-0]': '' })).status).toBe(200);
    expect(Object.keys((await read()).metadata)).toHaveLength(51);
  });

  it.each<[object | string]>([
    [{ metadata: { a: 1 } }],
    [{ metadata: { a: null } }],
    [{ metadata: { a: { b: 'c' } } }],
    [{ metadata: 'a' }],
    [{ metadata: ['a'] }],
    [{ 'metadata[]': 'a' }],
    [{ 'metadata[a][b]': 'a' }],
    [{ 'metadata[__proto__]': 'a' }],
    [{ 'metadata[a]': 'ä'.repeat(257) }],
    [{ [`metadata[${'k'.repeat(129)}]`]: 'a' }],
    [{ 'metadata[a]': 'card 5555 5555 5555 4444' }],
    [{ 'metadata[5555555555554444]': 'a' }],
  ])('is refused: %p', async (body) => {
    const answer = await api.json('PATCH', `/transactions/${id}`, body);
    expect([answer.status, answer.body.code]).toEqual([400, 'bad_request.bad_param.metadata']);
    expect((await read()).metadata).toEqual({ mcc: '5411' });
  });

  it('is refused beside another user’s transaction as beside none', async () => {
    const theirs = (await api.get(`/transactions?account_id=${others}`, { token: 'token-of-2' })).body.transactions[0];
    for (const transaction of [theirs.id, id.replace(/.{4}$/, 'zzzz'), 'none', 'tx_0000none']) {
      const answer = await patch({ 'metadata[a]': '1' }, {}, transaction);
      expect([answer.status, answer.body.code]).toEqual([404, 'not_found.transaction']);
    }
  });

  it('of a joint account’s transaction is the client’s, whichever owner asks', async () => {
    const [one] = (await api.get(`/transactions?account_id=${joint}`)).body.transactions;
    await patch({ 'metadata[a]': '1' }, {}, one.id);
    await api.fill();
    const { body } = await api.get(`/transactions/${one.id}`, { token: 'token-of-2' });
    expect(body.transaction.metadata).toMatchObject({ a: '1' });
  });
});

describe('metadata that is written at the same moment', () => {
  it('stays, all of it', async () => {
    const numbers = Array.from({ length: 12 }, (_, n) => n);
    const answers = await Promise.all(numbers.map((n) => patch({ [`metadata[k${n}]`]: `${n}` })));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    const expected = Object.fromEntries(numbers.map((n) => [`k${n}`, `${n}`]));
    expect((await read()).metadata).toEqual({ ...expected, mcc: '5411' });
  });
});

describe('metadata of a customer who was erased', () => {
  it('is gone, nothing breaks, and nothing new is kept', async () => {
    await patch({ 'metadata[a]': '1', 'metadata[notes]': 'n' });
    await api.of.keys.destroy(mine);
    expect(await read()).toMatchObject({ id, notes: '', metadata: { mcc: '5411' } });
    expect((await api.get(`/transactions?account_id=${mine}`)).status).toBe(200);
    const answer = await patch({ 'metadata[b]': '2' });
    expect([answer.status, answer.body.code]).toEqual([412, 'precondition_failed.customer_erased']);
  });
});
