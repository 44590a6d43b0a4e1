// The gateway over a request topic: what HTTP answers is answered here, by the same keys, once.
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Module } from '@nestjs/common';
import type { ReceivedRequest } from '@tallystick/bus';
import { MemoryRequestTopic } from '@tallystick/bus/memory/index';
import { bookDateIn } from '@tallystick/contracts';
import { ContractsModule, REPORT } from '@tallystick/transport/nest';
import { createService, type Service } from '@tallystick/transport/service';
import { Registry } from 'prom-client';
import { CardProcessingModule } from './card-processing.module.js';
import { defaultCardProcessing } from './configuration.js';
import {
  type Asking,
  byId,
  byToken,
  gbp,
  readResponse,
  refusals,
  requestBytes,
  type Sent,
  SHOP,
} from './gateway-kafka.suite.js';
import { gatewayOverMemory, NUMBER, type OverMemory, UNKNOWN_NUMBER } from './gateway-over-memory.suite.js';

let over: OverMemory;
let topic: MemoryRequestTopic;
let service: Service;
let url: string;
let metrics: Registry;
let reported: string[];

beforeEach(async () => {
  over = await gatewayOverMemory();
  reported = [];
  metrics = new Registry();
  topic = new MemoryRequestTopic({
    pause: () => new Promise(setImmediate),
    onFailure: (error) => reported.push(`topic: ${error}`),
  });
  const { secrets, clock, time, random, transport } = over;
  const bookDate = bookDateIn('Europe/London');
  const configuration = defaultCardProcessing;
  const cardProcessing = CardProcessingModule.with({
    configuration,
    secrets,
    clock,
    bookDate,
    time,
    random,
    requests: topic,
  });
  class Ports {}
  Module({
    providers: [{ provide: REPORT, useValue: (error: unknown) => reported.push(String(error)) }],
    exports: [REPORT],
  })(Ports);
  class Bank {}
  Module({ imports: [{ module: Ports, global: true }, ContractsModule.forRoot({ transport }), cardProcessing] })(Bank);
  service = await createService({
    module: Bank,
    title: { title: 'Gateway', version: '1' },
    host: '127.0.0.1',
    port: 0,
    metrics,
    report: (error, where) => reported.push(`${where}: ${String(error)}`),
  });
  url = await service.start();
});

afterEach(async () => {
  await service.stop();
  expect(reported).toEqual([]);
});

const request = (value: Uint8Array | null, { key = 'acc-1', headers = {} }: Sent = {}): ReceivedRequest => ({
  key: key === null ? null : Buffer.from(key),
  value,
  headers,
});

/** The responses to what is sent now, in their order. */
async function ask(...requests: readonly ReceivedRequest[]) {
  const before = topic.responses.length + topic.deadLetters.length;
  const answered = topic.responses.length;
  topic.send(...requests);
  await topic.hasReplied(before + requests.length);
  return topic.responses.slice(answered);
}

async function askFor(asking: Asking, sent?: Sent) {
  const [response] = await ask(request(requestBytes(asking), sent));
  if (response === undefined) throw new Error('there is no response');
  return { ...response, body: readResponse(response.value) };
}

async function overHttp(body: object, key: string) {
  const response = await fetch(`${url}/gateway/authorisations`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'idempotency-key': key },
    body: JSON.stringify(body),
  });
  return response.json();
}

const ours = () => ({ card: byToken(over.tokens.tokenOf(NUMBER)) });
const KEYS = { acquirer: '1', stan: '000001', rrn: 'r1', transmitted_at: '0501120000' };

describe('a good request', () => {
  it('is answered with the decision, under its key and with its id', async () => {
    const { body, key, headers } = await askFor(ours());
    expect(body).toEqual({
      request_id: 'request-1',
      answer: {
        decision: 'approved',
        reason: null,
        response_code: '00',
        authorisation_id: body.answer?.transaction_id,
        transaction_id: expect.stringMatching(/^tx_/),
        account_id: over.accountId,
        amount: gbp(1_250n),
        available: 98_750n,
        position: expect.stringMatching(/^jrnl1\.\d+$/),
      },
      error: null,
    });
    expect(Buffer.from(key).toString()).toBe('acc-1');
    expect(headers).toEqual({ 'request-id': 'request-1' });
  });

  it('without a key is answered under its id', async () => {
    const { key } = await askFor(ours(), { key: null });
    expect(Buffer.from(key).toString()).toBe('request-1');
  });

  it('may name the card by its id', async () => {
    const { body } = await askFor({ card: byId(over.cardId) });
    expect(body.answer?.decision).toBe('approved');
  });

  it('is recorded in its own trace, which the response carries on', async () => {
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    const { headers } = await askFor(ours(), { headers: { traceparent } });
    expect(headers).toEqual({ 'request-id': 'request-1', traceparent });
    expect(await over.journalText()).toContain('0af7651916cd43dd8448eb211c80319c');
  });

  it('counts at the time that it gives', async () => {
    await askFor({ ...ours(), at: 1_777_000_000_123_456n });
    expect(await over.journalText()).toContain('2026-04-24');
  });

  it('is counted with those over HTTP', async () => {
    await askFor(ours());
    await overHttp({ card: { number: NUMBER }, amount: { amount: 1, currency: 'GBP' }, merchant: SHOP }, 'http');
    expect(await metrics.metrics()).toContain('gateway_answers_total{decision="approved",reason=""} 1');
  });
});

describe('a key that was answered before', () => {
  const body = () => ({
    card: { number: NUMBER },
    amount: { amount: 1_250, currency: 'GBP' },
    merchant: { name: 'Corner shop', mcc: '5411' },
  });

  it('over HTTP, has the same answer, and nothing new in the books', async () => {
    const first = await overHttp(body(), 'key-1');
    const head = await over.journal.head();
    const { answer } = (await askFor(ours())).body;
    expect({ ...answer, amount: { amount: 1_250, currency: 'GBP' }, available: Number(answer?.available) }).toEqual(
      first,
    );
    expect(await over.journal.head()).toBe(head);
  });

  it('here, has the same answer over HTTP', async () => {
    const { answer } = (await askFor(ours())).body;
    const head = await over.journal.head();
    expect(await overHttp(body(), 'key-1')).toMatchObject({
      transaction_id: answer?.transaction_id,
      available: 98_750,
    });
    expect(await over.journal.head()).toBe(head);
  });

  it('is a conflict with other content', async () => {
    await overHttp(body(), 'key-1');
    const head = await over.journal.head();
    const { error } = (await askFor({ ...ours(), amount: gbp(7n) })).body;
    expect([error?.status, error?.code]).toEqual([409, 'conflict.idempotency_key_reused']);
    expect(await over.journal.head()).toBe(head);
  });

  it('has the same answer when it is delivered again, of the same position or a later one', async () => {
    const many = Array.from({ length: 50 }, (_, i) =>
      request(requestBytes({ ...ours(), request_id: `r${i}`, idempotency_key: `k${i}`, amount: gbp(BigInt(i + 1)) })),
    );
    const first = await ask(...many);
    const head = await over.journal.head();
    topic.redeliver();
    await topic.hasReplied(100);
    const answerOf = ({ value }: { value: Uint8Array }) => {
      const { request_id: id, answer } = readResponse(value);
      return { id, ...answer, position: '' };
    };
    expect(topic.responses.slice(50).map(answerOf)).toEqual(first.map(answerOf));
    expect(await over.journal.head()).toBe(head);
  });
});

describe('messages about one authorisation, sent together', () => {
  it('are decided in the order of their key', async () => {
    const about = { ...ours(), original_keys: KEYS };
    const responses = await ask(
      request(requestBytes({ ...ours(), idempotency_key: 'a', keys: KEYS })),
      request(requestBytes({ ...about, idempotency_key: 'b', message: 'increment', amount: gbp(250n) })),
      request(requestBytes({ ...about, idempotency_key: 'c', message: 'reversal', replacement_amount: gbp(500n) })),
      request(requestBytes({ ...ours(), idempotency_key: 'd', message: 'advice', response_code: '00' })),
      request(requestBytes({ ...ours(), idempotency_key: 'e' })),
    );
    const answers = responses.map(({ value }) => readResponse(value).answer);
    expect(answers.map((answer) => answer?.decision)).toEqual([
      'approved',
      'approved',
      'recorded',
      'recorded',
      'approved',
    ]);
    expect(answers.map((answer) => answer?.available)).toEqual([98_750n, 98_500n, 99_500n, 98_250n, 97_000n]);
    expect(new Set(answers.slice(0, 3).map((answer) => answer?.transaction_id)).size).toBe(1);
  });
});

describe.each(refusals)('%s', (_, asking, code, sent) => {
  it(`is refused with ${code}, and the books stay as they are`, async () => {
    const before = await over.journal.head();
    const { body, key, value, headers } = await askFor({ ...ours(), ...asking() }, sent);
    expect(body.answer).toBeNull();
    expect(body.error?.code).toBe(code);
    expect(
      [body.error?.message, JSON.stringify(headers), Buffer.from(key), Buffer.from(value)].join(' '),
    ).not.toContain(NUMBER);
    expect(await over.journal.head()).toBe(before);
    expect(topic.deadLetters).toEqual([]);
  });
});

describe('a card that nobody issued', () => {
  it('is declined with 14', async () => {
    const { answer } = (await askFor({ card: byToken(over.tokens.tokenOf(UNKNOWN_NUMBER)) })).body;
    expect(answer).toMatchObject({ decision: 'declined', response_code: '14', account_id: null });
  });
});

describe('a ledger that does not answer', () => {
  it('has the request answered as unknown, to be asked again with its key', async () => {
    await over.transport.close();
    const { error } = (await askFor(ours())).body;
    expect(error).toMatchObject({ code: 'timeout', status: 504, retryable: true });
  });
});

describe('requests that can not be decoded', () => {
  it('are set aside and counted, and the others are answered', async () => {
    const good = requestBytes(ours());
    const responses = await ask(
      request(good),
      request(null),
      request(Buffer.from('{"card":{"id":"card_1"}}')),
      request(Buffer.from(`{"card":{"number":"${NUMBER}"}}`)),
      request(good.subarray(0, -1), { headers: { note: NUMBER } }),
      request(requestBytes({ ...ours(), idempotency_key: 'key-2' })),
    );
    expect(responses.map(({ value }) => readResponse(value).answer?.decision)).toEqual(['approved', 'approved']);
    expect(topic.deadLetters.map(({ reason, request: copy }) => [reason, copy !== null])).toEqual([
      ['it has no value', true],
      ['not the bytes of a released AuthorisationRequest', true],
      ['not the bytes of a released AuthorisationRequest', false],
      ['AuthorisationRequest: bytes are missing at the end', false],
    ]);
    expect(await metrics.metrics()).toContain('gateway_requests_set_aside_total 4');
  });
});
