import { connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Body, Controller, HttpCode, Injectable, Module, NotFoundException, Post } from '@nestjs/common';
import { RouteSchema } from '@nestjs/platform-fastify';
import { Type } from '@sinclair/typebox';
import { Registry } from 'prom-client';
import { CallFailed, DeadlineExceeded } from '../call-failed.js';
import { createService, HttpRoutes, ProblemError, Readiness, SafeInteger, type Service } from './index.js';

const closed = { additionalProperties: false };
const Money = Type.Object({ amount: SafeInteger, currency: Type.String({ pattern: '^[A-Z]{3}$' }) }, closed);
const body = Type.Object({ id: Type.String(), money: Money, items: Type.Optional(Type.Array(Money)) }, closed);
const response = { 200: Type.Object({ id: Type.String(), amount: Type.Integer() }) };

const failures: Readonly<Record<string, () => Error>> = {
  deadline: () => new DeadlineExceeded(),
  unavailable: () => new CallFailed({ code: 'unavailable', message: 'ledger does not answer here', retryable: true }),
  contract: () => new CallFailed({ code: 'bad_request.contract', message: '/x: wrong', retryable: false }),
  problem: () =>
    new ProblemError({ status: 409, code: 'conflict.key', message: 'the key is taken', params: { key: 'a' } }),
  bug: () => new Error('password is 123'),
  hidden: () => new CallFailed({ code: 'internal_service', message: 'x.y failed', retryable: false }),
};

@Injectable()
class DirectRoutes {
  constructor(routes: HttpRoutes) {
    routes.add({
      method: 'POST',
      url: '/direct',
      summary: 'Moves money',
      schemas: { body, response },
      handle: async ({ body: { id, money } }) => ({ id, amount: money.amount, secret: 'not in the schema' }),
    });
    routes.add({
      method: 'GET',
      url: '/fail/:how',
      summary: 'Fails',
      schemas: { params: Type.Object({ how: Type.String() }), response: {} },
      handle: async ({ params }) => {
        throw failures[params.how]?.() ?? new Error('unknown');
      },
    });
  }
}

@Controller()
class NestRoutes {
  @Post('/nest')
  @HttpCode(200)
  @RouteSchema({ body, response, summary: 'Moves money' })
  async move(@Body() { id, money }: { id: string; money: { amount: number } }) {
    if (id === 'missing') throw new NotFoundException('secret detail');
    if (id === 'bug') throw new Error('password is 123');
    return { id, amount: money.amount };
  }
}

@Module({ controllers: [NestRoutes], providers: [DirectRoutes] })
class ExampleModule {}

describe('a service', () => {
  let service: Service;
  let url: string;
  let reported: unknown[];
  const valid = { id: 'a', money: { amount: 5, currency: 'GBP' } };

  beforeEach(async () => {
    reported = [];
    service = await createService({
      module: ExampleModule,
      title: { title: 'example', version: '1' },
      host: '127.0.0.1',
      port: 0,
      metrics: new Registry(),
      report: (error) => reported.push(error),
      bodyLimitBytes: 2000,
    });
    url = await service.start();
  });
  afterEach(() => service.stop());

  async function send(
    path: string,
    text: string,
    headers: Record<string, string> = { 'content-type': 'application/json' },
  ) {
    const answer = await fetch(url + path, { method: 'POST', body: text, headers });
    return { status: answer.status, body: JSON.parse(await answer.text()) };
  }

  async function get(path: string, method = 'GET') {
    const answer = await fetch(url + path, { method });
    const text = await answer.text();
    const type = answer.headers.get('content-type') ?? '';
    return {
      status: answer.status,
      text,
      body: type.startsWith('application/json') ? JSON.parse(text) : undefined,
      answer,
    };
  }

  describe.each(['/direct', '/nest'])('at %s', (path) => {
    it('answers with what the response schema names and nothing else', async () => {
      expect(await send(path, JSON.stringify(valid))).toEqual({ status: 200, body: { id: 'a', amount: 5 } });
    });

    it.each([
      ['invalid JSON', '{', 'bad_request.invalid_json'],
      ['an empty body', '', 'bad_request.invalid_json'],
      ['half of a surrogate pair', String.raw`{"a":[{"b":"\uDfFf"}]}`, 'bad_request.ill_formed_text'],
      ['half of a surrogate pair in a name', String.raw`{"\ud800x":1}`, 'bad_request.ill_formed_text'],
      ['a prototype in the body', '{"__proto__":{}}', 'bad_request.invalid_json'],
      ['a body nested beyond reason', '['.repeat(1900), 'bad_request.invalid_json'],
      ['a body that is no object', '[]', 'bad_request.bad_body'],
      ['an unknown field', { ...valid, surprise: 1 }, 'bad_request.unknown_field.surprise'],
      ['an unknown field within', { ...valid, money: { ...valid.money, x: 1 } }, 'bad_request.unknown_field.money.x'],
      ['a card number for a field', { ...valid, '4111111111111111': 1 }, 'bad_request.unknown_field'],
      ['a missing field', { money: valid.money }, 'bad_request.missing_param.id'],
      ['a missing field within', { id: 'a', money: { amount: 5 } }, 'bad_request.missing_param.money.currency'],
      ['a missing field of an item', { ...valid, items: [valid.money, {}] }, 'bad_request.missing_param.items.amount'],
      [
        'a number as a text',
        { ...valid, money: { ...valid.money, amount: '5' } },
        'bad_request.bad_param.money.amount',
      ],
      ['a fraction', { ...valid, money: { ...valid.money, amount: 5.5 } }, 'bad_request.bad_param.money.amount'],
      [
        'an integer beyond 2^53−1',
        '{"id":"a","money":{"amount":9007199254740993,"currency":"GBP"}}',
        'bad_request.bad_param.money.amount',
      ],
      [
        'a number beyond all',
        '{"id":"a","money":{"amount":1e999,"currency":"GBP"}}',
        'bad_request.bad_param.money.amount',
      ],
      ['a wrong currency', { ...valid, money: { amount: 5, currency: 'gbp' } }, 'bad_request.bad_param.money.currency'],
    ])('refuses %s', async (_name, sent, code) => {
      const answer = await send(path, typeof sent === 'string' ? sent : JSON.stringify(sent));
      expect(answer).toMatchObject({ status: 400, body: { code, retryable: {} } });
      expect(Object.keys(answer.body)).toEqual(['code', 'message', 'params', 'retryable']);
      expect(JSON.stringify(answer.body)).not.toContain('4111');
      expect(reported).toEqual([]);
    });

    it('names the field and the item it is in', async () => {
      const answer = await send(path, JSON.stringify({ ...valid, items: [valid.money, {}] }));
      expect(answer.body.params).toEqual({ param: 'items.amount', path: '/items/1/amount' });
      expect(answer.body.message).toBe('items.amount must be given');
    });

    it('refuses a body over the limit, said or found to be', async () => {
      const large = JSON.stringify({ ...valid, id: 'x'.repeat(2000) });
      expect(await send(path, large)).toMatchObject({ status: 413, body: { code: 'bad_request.body_too_large' } });
      const chunked = new ReadableStream({
        start(controller) {
          controller.enqueue(new TextEncoder().encode(large));
          controller.close();
        },
      });
      const options = {
        method: 'POST',
        body: chunked,
        duplex: 'half' as const,
        headers: { 'content-type': 'application/json' },
      };
      expect((await fetch(url + path, options)).status).toBe(413);
    });

    it.each([{ 'content-type': 'text/plain' }, { 'content-type': 'application/x-www-form-urlencoded' }])(
      'refuses a body that is not JSON: %s',
      async (headers) => {
        const answer = await send(path, 'a=b', headers);
        expect(answer).toMatchObject({ status: 415, body: { code: 'bad_request.unsupported_media_type' } });
      },
    );

    it('says which methods a path answers', async () => {
      const { status, body: problem, answer } = await get(path);
      expect(status).toBe(405);
      expect(problem).toMatchObject({ code: 'method_not_allowed', message: 'this path answers POST' });
      expect(answer.headers.get('allow')).toBe('POST');
    });
  });

  it.each([
    ['deadline', 504, 'deadline_exceeded', { value: true }],
    ['unavailable', 503, 'unavailable', { value: true }],
    ['contract', 400, 'bad_request.contract', {}],
    ['problem', 409, 'conflict.key', {}],
    ['bug', 500, 'internal_service', {}],
    ['hidden', 500, 'internal_service', {}],
  ])('answers a failure: %s', async (how, status, code, retryable) => {
    const { body: problem, ...answer } = await get(`/fail/${how}`);
    expect(answer.status).toBe(status);
    expect(problem).toMatchObject({ code, retryable });
    expect(answer.text).not.toContain('password');
    expect(reported).toHaveLength(how === 'bug' ? 1 : 0);
  });

  it('answers what a controller throws without its text', async () => {
    const missing = await send('/nest', JSON.stringify({ ...valid, id: 'missing' }));
    expect(missing).toMatchObject({
      status: 404,
      body: { code: 'not_found', message: 'there is nothing at this path' },
    });
    expect((await send('/nest', JSON.stringify({ ...valid, id: 'bug' }))).body.code).toBe('internal_service');
    expect(reported).toEqual([new Error('password is 123')]);
  });

  it('has nothing at other paths, and says so for a path that can not be read', async () => {
    expect(await get('/nowhere?x=1')).toMatchObject({ status: 404, body: { code: 'not_found' } });
    expect(await get('/%E0%A4%A')).toMatchObject({ status: 400, body: { code: 'bad_request.bad_url' } });
    expect(await get(`/fail/${'x'.repeat(200)}`)).toMatchObject({
      status: 414,
      body: { code: 'bad_request.url_too_long' },
    });
  });

  it('answers bytes that are not HTTP', async () => {
    const { port } = new URL(url);
    const text = await new Promise<string>((resolve, reject) => {
      let received = '';
      const socket = connect(Number(port), '127.0.0.1', () => socket.write('NOT HTTP\r\n\r\n'));
      socket.on('data', (chunk) => {
        received += chunk.toString();
      });
      socket.on('close', () => resolve(received));
      socket.on('error', reject);
    });
    expect(text).toContain('"code":"bad_request.not_http"');
  });

  it('ends though somebody has connected and asked nothing', async () => {
    const { port, hostname } = new URL(url);
    const socket = connect(Number(port), hostname).resume();
    const ended = new Promise((resolve) => socket.once('close', resolve));
    await new Promise((resolve) => socket.once('connect', resolve));
    await get('/health/live');
    await service.stop();
    await ended;
  });

  it('is live, and ready while its probes pass', async () => {
    expect((await get('/health/live')).body).toEqual({ status: 'live' });
    let journal = true;
    service.app.get(Readiness).register('journal', () => {
      if (!journal) throw new Error('away');
    });
    expect((await get('/health/ready')).body).toEqual({ status: 'ready' });
    journal = false;
    const unready = await get('/health/ready');
    expect(unready).toMatchObject({ status: 503, body: { code: 'not_ready', params: { failing: 'journal' } } });
  });

  it('counts requests by route and class of status', async () => {
    await send('/direct', JSON.stringify(valid));
    await send('/direct', '{');
    await send('/nest', JSON.stringify(valid));
    await get('/nowhere');
    const { text } = await get('/metrics');
    for (const labels of [
      'method="POST",route="/direct",status="2xx"',
      'method="POST",route="/direct",status="4xx"',
      'method="POST",route="/nest",status="2xx"',
      'method="*",route="unmatched",status="4xx"',
    ]) {
      expect(text).toContain(`http_request_duration_seconds_count{${labels}} 1`);
      expect(text).toContain(`http_request_duration_seconds_bucket{${labels},le="+Inf"} 1`);
    }
  });

  it('describes its routes, whichever way they were registered', async () => {
    const { body: description } = await get('/openapi.json');
    expect(Object.keys(description.paths).sort()).toEqual(
      ['/direct', '/fail/{how}', '/health/live', '/health/ready', '/metrics', '/nest', '/openapi.json'].sort(),
    );
    for (const path of ['/direct', '/nest']) {
      const { post } = description.paths[path];
      expect(post.summary).toBe('Moves money');
      expect(post.requestBody.content['application/json'].schema.required).toEqual(['id', 'money']);
      expect(post.responses['200'].content['application/json'].schema.properties.amount).toEqual({ type: 'integer' });
    }
    expect(description.paths['/fail/{how}'].get.parameters).toMatchObject([
      { name: 'how', in: 'path', required: true },
    ]);
  });
});
