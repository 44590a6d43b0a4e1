// POST /feed, as the customer API's contract says (sections 1.4 and 8).
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { context } from '../ledger/ledger-over-memory.suite.js';
import { ApiService, mine, others, type Sent } from './api-service.suite.js';

let api: ApiService;

beforeEach(async () => {
  api = await ApiService.start();
});

afterEach(async () => {
  await api.stop();
  expect(api.reported).toEqual([]);
});

async function post(body: string, type: string, headers: Sent['headers'] = {}) {
  const answer = await api.send('/feed', { method: 'POST', body, type, headers });
  return { status: answer.status, body: answer.body, position: answer.headers.get('x-ledger-position') };
}

describe('an item that is posted', () => {
  const form = 'application/x-www-form-urlencoded';
  const fields = { account_id: mine, type: 'basic', 'params[title]': 'Hello 🎉', 'params[image_url]': 'x.png' };

  it.each([
    ['a form', form, new URLSearchParams({ ...fields, 'params[body]': '', url: '' }).toString()],
    ['JSON with flat keys', 'application/json', JSON.stringify(fields)],
    [
      'JSON that is nested',
      'application/json',
      JSON.stringify({ account_id: mine, type: 'basic', params: { title: 'Hello 🎉', image_url: 'x.png' } }),
    ],
  ])('may be %s', async (_, type, body) => {
    const answer = await post(body, type);
    expect([answer.status, answer.body]).toEqual([200, {}]);
    expect(answer.position).toMatch(/^jrnl1\.\d+$/);
    const page = await api.of.feed.list({ accountId: mine, minPosition: 1n, before: null, limit: 9 }, context);
    expect(page.items.find(({ kind }) => kind === 'basic')).toMatchObject({
      id: expect.stringMatching(/^item_0000/),
      basic: { title: 'Hello 🎉', body: null, imageUrl: 'x.png', url: null, titleColor: null },
    });
  });

  it('is another one each time, unless its sender names it', async () => {
    const body = JSON.stringify(fields);
    const key = { 'idempotency-key': 'k' };
    const positions = [await post(body, 'application/json'), await post(body, 'application/json')];
    expect(positions[0]?.position).not.toBe(positions[1]?.position);
    const named = await post(body, 'application/json', key);
    expect(await post(body, 'application/json', key)).toEqual(named);
    const changed = await post(body.replace('Hello', 'Bye'), 'application/json', key);
    expect([changed.status, changed.body.code]).toEqual([409, 'conflict.idempotency_key_reused']);
  });

  it.each<[object, number, string]>([
    [{ account_id: '' }, 400, 'bad_request.missing_param.account_id'],
    [{ account_id: 'x' }, 403, 'forbidden.insufficient_permissions'],
    [{ account_id: others }, 403, 'forbidden.insufficient_permissions'],
    [{ type: '' }, 400, 'bad_request.missing_param.type'],
    [{ type: 'image' }, 400, 'bad_request.bad_param.type'],
    [{ 'params[title]': '' }, 400, 'bad_request.missing_param.params.title'],
    [{ 'params[title]': 5 }, 400, 'bad_request.bad_param.params.title'],
    [{ 'params[title]': 'x'.repeat(256) }, 400, 'bad_request.bad_param.params.title'],
    [{ 'params[title]': '5555 5555 5555 4444' }, 400, 'bad_request.bad_param.params.title'],
    [{ 'params[image_url]': '' }, 400, 'bad_request.missing_param.params.image_url'],
    [{ 'params[title_color]': 'red' }, 400, 'bad_request.bad_param.params.title_color'],
    [{ url: 'javascript:alert(1)' }, 400, 'bad_request.bad_param.url'],
  ])('is refused: %p', async (changed, status, code) => {
    const answer = await post(JSON.stringify({ ...fields, ...changed }), 'application/json');
    expect([answer.status, answer.body.code]).toEqual([status, code]);
  });
});
