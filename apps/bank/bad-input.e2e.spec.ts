// What nobody should send, sent to a running bank: one clear error each, and the books as they were.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Answered, BankProcess, DataFolder } from './bank-process.suite.js';

const NUMBER = '4111111111111111';
const card = { number: NUMBER };
const merchant = { name: 'shop' };
const gbp = (amount: number) => ({ amount, currency: 'GBP' });
const authorisation = (change: object = {}) => ({ card, amount: gbp(100), merchant, ...change });
const AUTHORISE = '/gateway/authorisations';

let folder: DataFolder;
let bank: BankProcess;
let account: string;
let books: { readonly trialBalance: string; readonly entries: string };
let keys = 0;
const freshKey = () => `key-${++keys}`;

beforeAll(async () => {
  folder = new DataFolder();
  bank = await BankProcess.start(folder.path);
  const opened = await bank.post('/staff/accounts', 'a', { currency: 'GBP', overdraft_limit: 10_000 });
  account = `/staff/accounts/${opened.body.account_id}`;
  await bank.post(`${account}/cards`, 'card', { number: NUMBER, active: true });
  await bank.post(`${account}/inbound-payments`, 'p', { payment_id: 'p1', amount: gbp(50_000) });
  expect(await bank.post(AUTHORISE, 'first', authorisation())).toMatchObject({ body: { decision: 'approved' } });
  await bank.post('/gateway/clearings', 'cleared', { card, amount: gbp(700), merchant, clearing_key: 'c1' });
  books = await folder.books();
});
afterAll(async () => {
  await bank.stop();
  await folder.remove();
});

async function refused(send: () => Promise<Answered>, status: number, code: string): Promise<void> {
  const before = await folder.eventCount();
  const answered = await send();
  expect([answered.status, answered.body.code]).toEqual([status, code]);
  expect(Object.keys(answered.body).sort()).toEqual(['code', 'message', 'params', 'retryable']);
  expect(answered.text).not.toContain(NUMBER);
  expect(await folder.eventCount()).toBe(before);
}

describe('a body that is no message', () => {
  it.each([
    ['no JSON', '{"card":', 400, 'bad_request.invalid_json'],
    ['nothing', '', 400, 'bad_request.invalid_json'],
    ['a list', '[]', 400, 'bad_request.bad_body'],
    ['null', 'null', 400, 'bad_request.bad_body'],
    ['a prototype', '{"__proto__": {"a": 1}}', 400, 'bad_request.invalid_json'],
    ['more than a megabyte', `"${'x'.repeat(1_100_000)}"`, 413, 'bad_request.body_too_large'],
  ])('is refused: %s', (_, body, status, code) => refused(() => bank.post(AUTHORISE, freshKey(), body), status, code));

  it('is refused: of another kind', () =>
    refused(
      () => bank.post(AUTHORISE, freshKey(), 'card=1', { 'content-type': 'text/plain' }),
      415,
      'bad_request.unsupported_media_type',
    ));

  it('is refused: a batch of more than four megabytes, or of more than 1,000', async () => {
    const batch = (authorisations: unknown) => () => bank.post(`${AUTHORISE}/batch`, undefined, { authorisations });
    await refused(batch('x'.repeat(4_200_000)), 413, 'bad_request.body_too_large');
    await refused(batch(Array(1_001).fill({})), 400, 'bad_request.bad_param.authorisations');
  });
});

describe('a message with a field that is wrong', () => {
  const raw = (amount: string) => JSON.stringify(authorisation()).replace('"amount":100', `"amount":${amount}`);

  it.each([
    ['an unknown field', authorisation({ colour: 'red' }), 'bad_request.unknown_field.colour'],
    ['an unknown field named like a card', authorisation({ [NUMBER]: 1 }), 'bad_request.unknown_field'],
    ['a negative amount', authorisation({ amount: gbp(-1) }), 'bad_request.bad_param.amount'],
    ['an amount of zero', authorisation({ amount: gbp(0) }), 'bad_request.bad_param.amount'],
    ['a fraction', authorisation({ amount: gbp(1.5) }), 'bad_request.bad_param.amount'],
    ['an amount as text', raw('"100"'), 'bad_request.bad_param.amount'],
    ['2^53', raw('9007199254740992'), 'bad_request.bad_param.amount'],
    ['an amount of 40 digits', raw('9'.repeat(40)), 'bad_request.bad_param.amount'],
    ['an amount that is no number of JSON', raw('1e999'), 'bad_request.bad_param.amount'],
    [
      'an unknown currency',
      authorisation({ amount: { amount: 1, currency: 'XYZ' } }),
      'bad_request.bad_param.currency',
    ],
    [
      'a currency in small letters',
      authorisation({ amount: { amount: 1, currency: 'gbp' } }),
      'bad_request.bad_param.currency',
    ],
    ['no amount', { card, merchant }, 'bad_request.missing_param.amount'],
    ['no card', { amount: gbp(1), merchant }, 'bad_request.missing_param.card'],
    [
      'a card number with a wrong digit',
      authorisation({ card: { number: '4111111111111112' } }),
      'bad_request.bad_param.card.number',
    ],
    [
      'half a surrogate pair in a name',
      String.raw`{"card":{"number":"4111111111111111"},"amount":{"amount":1,"currency":"GBP"},"merchant":{"name":"\ud800"}}`,
      'bad_request.ill_formed_text',
    ],
    ['half a surrogate pair in a field’s name', String.raw`{"\uDC00":1}`, 'bad_request.ill_formed_text'],
    ['a time that is none', authorisation({ at: 'yesterday' }), 'bad_request.bad_param.at'],
  ])('is refused: %s', (_, body, code) => refused(() => bank.post(AUTHORISE, freshKey(), body), 400, code));

  it('is taken where a surrogate pair is whole', async () => {
    const body = JSON.stringify(authorisation({ merchant: { name: 'caf' } })).replace(
      'caf',
      String.raw`café \ud83c\udf55`,
    );
    expect(await bank.post(AUTHORISE, freshKey(), body)).toMatchObject({ status: 200, body: { decision: 'approved' } });
  });
});

describe('an idempotency key', () => {
  it.each([
    ['that is missing', undefined, 400, 'bad_request.missing_param.idempotency_key'],
    ['that is too long', 'x'.repeat(256), 400, 'bad_request.bad_param.idempotency_key'],
    ['that is a card number', NUMBER, 400, 'bad_request.bad_param.idempotency_key'],
  ])('%s is refused, at the gateway and for staff', async (_, key, status, code) => {
    await refused(() => bank.post(AUTHORISE, key, authorisation()), status, code);
    await refused(() => bank.post('/staff/accounts', key, { currency: 'GBP' }), status, code);
  });

  it('that was used with other content is refused', async () => {
    const reused = 'conflict.idempotency_key_reused';
    await refused(() => bank.post(AUTHORISE, 'first', authorisation({ amount: gbp(101) })), 409, reused);
    await refused(() => bank.post('/staff/accounts', 'a', { currency: 'EUR' }), 409, reused);
    await refused(() => bank.post(`${account}/cards`, 'card', { number: '5555555555554444' }), 409, reused);
    const other = { card, amount: gbp(701), merchant, clearing_key: 'c1' };
    await refused(() => bank.post('/gateway/clearings', freshKey(), other), 409, 'conflict.clearing_key_reused');
  });
});

describe('what staff send', () => {
  it.each([
    ['/staff/accounts', { currency: 'XYZ' }, 'bad_request.bad_param.currency'],
    ['/staff/accounts', { currency: 'GBP', overdraft_limit: -1 }, 'bad_request.bad_param.overdraft_limit'],
    ['/staff/accounts', { currency: 'GBP', product: NUMBER }, 'bad_request.bad_param.product'],
    ['/staff/accounts', { currency: 'GBP', more: 1 }, 'bad_request.unknown_field.more'],
    [`/staff/accounts/${NUMBER}/cards`, { number: NUMBER }, 'bad_request.bad_param.account_id'],
    ['ACCOUNT/cards', { number: '411111111111111x' }, 'bad_request.bad_param.number'],
    ['ACCOUNT/inbound-payments', { payment_id: NUMBER, amount: gbp(1) }, 'bad_request.bad_param.payment_id'],
    ['ACCOUNT/inbound-payments', { payment_id: 'p', amount: gbp(-1) }, 'bad_request.bad_param.amount.amount'],
    ['ACCOUNT/changes', { change: 'freeze', reason: `lost ${NUMBER}` }, 'bad_request.bad_param.reason'],
    ['ACCOUNT/changes', { change: 'freeze_card' }, 'bad_request.missing_param.card_id'],
    ['ACCOUNT/changes', { change: 'melt' }, 'bad_request.bad_param.change'],
  ])('is refused: %s %j', (path, body, code) =>
    refused(() => bank.post(path.replace('ACCOUNT', account), freshKey(), body), 400, code),
  );

  it('is refused without their token', () =>
    refused(
      () => bank.post('/staff/accounts', freshKey(), { currency: 'GBP' }, { authorization: 'Bearer staff_x' }),
      401,
      'unauthorized.bad_access_token',
    ));

  it('is refused where there is no such account', async () => {
    const nobody = '/staff/accounts/acc_000000000000000000000a';
    await refused(
      () => bank.post(`${nobody}/cards`, freshKey(), { number: '5555555555554444' }),
      404,
      'not_found.account',
    );
    await refused(() => bank.post(`${nobody}/changes`, freshKey(), { change: 'freeze' }), 404, 'not_found.account');
  });
});

describe('what is declined', () => {
  it.each([
    ['another currency than the account has', authorisation({ amount: { amount: 1, currency: 'EUR' } }), '12'],
    ['an amount over the maximum', authorisation({ amount: gbp(Number.MAX_SAFE_INTEGER) }), '13'],
    ['more than is available', authorisation({ amount: gbp(70_000) }), '51'],
  ])('is answered with 200, and an event of its own: %s', async (_, body, code) => {
    const before = await folder.eventCount();
    const answered = await bank.post(AUTHORISE, freshKey(), body);
    expect(answered).toMatchObject({ status: 200, body: { decision: 'declined', response_code: code } });
    expect(await folder.eventCount()).toBe(before + 1);
  });
});

describe('after all of it', () => {
  it('the books are what they were, the bank is ready, and nothing was reported as its fault', async () => {
    expect(await folder.books()).toEqual(books);
    expect((await bank.get('/health/ready')).status).toBe(200);
    expect(bank.log).toBe(`${bank.url}\n${bank.edgeUrl}\n`);
  });
});
