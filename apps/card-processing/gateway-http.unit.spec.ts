// The gateway over real HTTP: what is sent wrongly gets one clear error with a stable code, and leaves the books as they were.
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Module } from '@nestjs/common';
import { bookDateIn } from '@tallystick/contracts';
import { ContractsModule } from '@tallystick/transport/nest';
import { createService, type Service } from '@tallystick/transport/service';
import { Registry } from 'prom-client';
import { CardProcessingModule } from './card-processing.module.js';
import { defaultCardProcessing } from './configuration.js';
import { gatewayOverMemory, NUMBER, type OverMemory, UNKNOWN_NUMBER } from './gateway-over-memory.suite.js';

const AUTHORISE = '/gateway/authorisations';
const good = {
  card: { number: NUMBER },
  amount: { amount: 1_250, currency: 'GBP' },
  merchant: { name: 'Corner shop', mcc: '5411' },
};

let over: OverMemory;
let service: Service;
let url: string;
let reported: string[];

beforeEach(async () => {
  over = await gatewayOverMemory();
  reported = [];
  const { secrets, clock, time, random, transport } = over;
  const cardProcessing = CardProcessingModule.with({
    configuration: defaultCardProcessing,
    secrets,
    clock,
    bookDate: bookDateIn('Europe/London'),
    time,
    random,
  });
  class Bank {}
  Module({ imports: [ContractsModule.forRoot({ transport }), cardProcessing] })(Bank);
  service = await createService({
    module: Bank,
    title: { title: 'Gateway', version: '1' },
    host: '127.0.0.1',
    port: 0,
    metrics: new Registry(),
    report: (error, where) => reported.push(`${where}: ${String(error)}`),
  });
  url = await service.start();
});

afterEach(() => service.stop());

interface Sent {
  readonly path?: string;
  readonly key?: string | null;
  readonly headers?: Readonly<Record<string, string>>;
}

async function send(body: unknown, { path = AUTHORISE, key = 'key-1', headers = {} }: Sent = {}) {
  const response = await fetch(url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(key === null ? {} : { 'idempotency-key': key }), ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  const text = await response.text();
  return { status: response.status, text, body: JSON.parse(text), position: response.headers.get('x-ledger-position') };
}

describe('a good message', () => {
  it('is answered with the decision, and with its position for later reads', async () => {
    const { status, body, position } = await send(good);
    expect(status).toBe(200);
    expect(body).toEqual({
      decision: 'approved',
      reason: null,
      response_code: '00',
      authorisation_id: body.transaction_id,
      transaction_id: expect.stringMatching(/^tx_/),
      account_id: over.accountId,
      amount: { amount: 1_250, currency: 'GBP' },
      available: 98_750,
      position,
    });
  });

  it('has its later messages below its authorisation or on their own', async () => {
    const { body } = await send(good);
    const id = body.authorisation_id;
    const below = await send(
      { card: good.card, amount: good.amount, merchant: good.merchant, clearing_key: 'c1' },
      { path: `${AUTHORISE}/${id}/clearings`, key: 'k2' },
    );
    expect(below.body).toMatchObject({ decision: 'recorded', transaction_id: id });
    const own = await send(
      { card: good.card, amount: good.amount, merchant: good.merchant, refund_key: 'r1', authorisation_id: id },
      { path: '/gateway/refunds', key: 'k3' },
    );
    expect(own.body).toMatchObject({ decision: 'recorded', available: 100_000 });
    const back = await send({ card: good.card }, { path: '/gateway/refunds/r1/reversals', key: 'k4' });
    expect(back.body).toMatchObject({ decision: 'recorded', available: 98_750 });
    const again = await send({ card: good.card }, { path: '/gateway/clearings/c1/reversals', key: 'k5' });
    expect(again.body).toMatchObject({ decision: 'recorded', available: 100_000 });
  });

  it('is answered by 504 where the ledger does not answer in time', async () => {
    await over.transport.close();
    const { status, body } = await send(good);
    expect([status, body.code, body.retryable]).toEqual([504, 'timeout', { value: true }]);
  });

  it('is described and counted', async () => {
    await send(good);
    await send({ ...good, amount: { amount: 9_999_999, currency: 'GBP' } }, { key: 'other' });
    const api = JSON.stringify(await (await fetch(`${url}/openapi.json`)).json());
    expect(api).toContain('pre_authorisation');
    const metrics = await (await fetch(`${url}/metrics`)).text();
    expect(metrics).toContain('gateway_answers_total{decision="approved",reason=""} 1');
    expect(metrics).toContain('gateway_answers_total{decision="declined",reason="insufficient_funds"} 1');
  });
});

const withAmount = (amount: unknown) => ({ ...good, amount: { amount, currency: 'GBP' } });
const original = { card: good.card, authorisation_id: 'tx_0000abcdefghi' };

/** What is sent, the status, the code. */
const refusals: readonly (readonly [string, unknown, number, string, Sent?])[] = [
  ['no idempotency key', good, 400, 'bad_request.missing_param.idempotency_key', { key: null }],
  ['a long idempotency key', good, 400, 'bad_request.bad_param.idempotency_key', { key: 'k'.repeat(256) }],
  ['a card number as idempotency key', good, 400, 'bad_request.bad_param.idempotency_key', { key: `order ${NUMBER}` }],
  ['broken JSON', '{"card":', 400, 'bad_request.invalid_json'],
  ['no JSON object', '[]', 400, 'bad_request.bad_body'],
  [
    'another media type',
    good,
    415,
    'bad_request.unsupported_media_type',
    { headers: { 'content-type': 'text/plain' } },
  ],
  ['an oversized body', { ...good, merchant: { name: 'x'.repeat(2_000_000) } }, 413, 'bad_request.body_too_large'],
  ['an unknown field', { ...good, tip: 5 }, 400, 'bad_request.unknown_field.tip'],
  [
    'an unknown field below',
    { ...good, merchant: { name: 'a', rating: 5 } },
    400,
    'bad_request.unknown_field.merchant.rating',
  ],
  ['a card number as field', { ...good, [NUMBER]: 5 }, 400, 'bad_request.unknown_field'],
  ['no amount', { card: good.card, merchant: good.merchant }, 400, 'bad_request.missing_param.amount'],
  ['a negative amount', withAmount(-1), 400, 'bad_request.bad_param.amount'],
  ['an amount with a fraction', withAmount(12.5), 400, 'bad_request.bad_param.amount'],
  ['an amount as text', withAmount('1250'), 400, 'bad_request.bad_param.amount'],
  ['no money', withAmount(0), 400, 'bad_request.bad_param.amount'],
  ['an amount of 2^53', JSON.stringify(good).replace('1250', '9007199254740992'), 400, 'bad_request.bad_param.amount'],
  [
    'an amount of 2^53 + 1',
    JSON.stringify(good).replace('1250', '9007199254740993'),
    400,
    'bad_request.bad_param.amount',
  ],
  ['an unknown currency', { ...good, amount: { amount: 1, currency: 'XYZ' } }, 400, 'bad_request.bad_param.currency'],
  [
    'a currency in small letters',
    { ...good, amount: { amount: 1, currency: 'gbp' } },
    400,
    'bad_request.bad_param.currency',
  ],
  [
    'an unknown local currency',
    { ...good, local_amount: { amount: 1, currency: 'XYZ' } },
    400,
    'bad_request.bad_param.local_amount.currency',
  ],
  [
    'more cash than money',
    { ...good, cash_amount: { amount: 1_251, currency: 'GBP' } },
    400,
    'bad_request.bad_param.cash_amount',
  ],
  ['a wrong kind', { ...good, kind: 'gift' }, 400, 'bad_request.bad_param.kind'],
  ['a wrong time', { ...good, at: '2026-02-30T00:00:00Z' }, 400, 'bad_request.bad_param.at'],
  ['a time before 1970', { ...good, at: '1969-12-31T23:59:59Z' }, 400, 'bad_request.bad_param.at'],
  ['no card', { ...good, card: {} }, 400, 'bad_request.missing_param.card.number'],
  ['two cards', { ...good, card: { number: NUMBER, id: 'card_0000x' } }, 400, 'bad_request.bad_param.card'],
  ['a wrong check digit', { ...good, card: { number: '5555555555554445' } }, 400, 'bad_request.bad_param.card.number'],
  ['a card number as token', { ...good, card: { token: NUMBER } }, 400, 'bad_request.bad_param.card.token'],
  ['a card number as card id', { ...good, card: { id: NUMBER } }, 400, 'bad_request.bad_param.card.id'],
  ['a card id that nobody knows', { ...good, card: { id: 'card_0000nobody' } }, 404, 'not_found.card'],
  [
    'a deadline that is no time',
    good,
    400,
    'bad_request.bad_param.x-request-deadline',
    { headers: { 'x-request-deadline': 'soon' } },
  ],
  [
    'a reversal of nothing',
    { card: good.card },
    400,
    'bad_request.missing_param.authorisation_id',
    { path: '/gateway/reversals' },
  ],
  [
    'a transaction that nobody knows',
    { ...original, amount: good.amount, merchant: good.merchant, clearing_key: 'c1' },
    404,
    'not_found.transaction',
    { path: '/gateway/clearings' },
  ],
  [
    'a presentment that nobody knows',
    { card: good.card },
    404,
    'not_found.presentment',
    { path: '/gateway/clearings/c9/reversals' },
  ],
  [
    'two authorisations',
    original,
    400,
    'bad_request.bad_param.authorisation_id',
    { path: `${AUTHORISE}/tx_0000other/reversals` },
  ],
  [
    'a sequence beyond its count',
    {
      ...original,
      amount: good.amount,
      merchant: good.merchant,
      clearing_key: 'c1',
      sequence: { number: 3, count: 2 },
    },
    400,
    'bad_request.bad_param.sequence.number',
    { path: '/gateway/clearings' },
  ],
  [
    'a batch of 1,001',
    { authorisations: new Array(1_001).fill(1) },
    400,
    'bad_request.bad_param.authorisations',
    { path: `${AUTHORISE}/batch` },
  ],
];

describe.each(refusals)('%s', (_, body, status, code, sent) => {
  it(`is refused with ${code}, and the books stay as they are`, async () => {
    const before = await over.journal.head();
    const answer = await send(body, sent);
    expect([answer.status, answer.body.code]).toEqual([status, code]);
    expect(Object.keys(answer.body)).toEqual(['code', 'message', 'params', 'retryable']);
    expect(answer.text).not.toContain(NUMBER);
    expect(await over.journal.head()).toBe(before);
    expect(reported).toEqual([]);
  });
});

describe('a key that was used with other content', () => {
  it('is a conflict', async () => {
    await send(good);
    const before = await over.journal.head();
    const { status, body } = await send(withAmount(7));
    expect([status, body.code]).toEqual([409, 'conflict.idempotency_key_reused']);
    expect(await over.journal.head()).toBe(before);
  });
});

describe('a batch with good and bad items', () => {
  it('answers each in its place', async () => {
    const authorisations = [
      { ...good, idempotency_key: 'a' },
      { ...withAmount(-1), idempotency_key: 'b' },
      good,
      { ...good, card: { number: UNKNOWN_NUMBER }, idempotency_key: 'd' },
      7,
      { ...good, idempotency_key: NUMBER },
      { ...good, idempotency_key: 'a' },
    ];
    const { status, body, text, position } = await send({ authorisations }, { path: `${AUTHORISE}/batch`, key: null });
    expect(status).toBe(200);
    expect(
      body.answers.map((one: { decision?: string; error?: { code: string } }) => one.decision ?? one.error?.code),
    ).toEqual([
      'approved',
      'bad_request.bad_param.amount',
      'bad_request.missing_param.idempotency_key',
      'declined',
      'bad_request.bad_body',
      'bad_request.bad_param.idempotency_key',
      'approved',
    ]);
    expect(body.answers[6]).toEqual(body.answers[0]);
    expect(position).toMatch(/^jrnl1\.\d+$/);
    for (const number of [NUMBER, UNKNOWN_NUMBER]) expect(text + (await over.journalText())).not.toContain(number);
  });

  it('may be empty', async () => {
    expect((await send({ authorisations: [] }, { path: `${AUTHORISE}/batch`, key: null })).body).toEqual({
      answers: [],
    });
  });
});
