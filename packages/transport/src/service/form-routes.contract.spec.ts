// What routes for other people's programs need of the chassis: forms, who asks before what is asked, slashes, and a name for each answer.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Injectable, Module } from '@nestjs/common';
import { Type } from '@sinclair/typebox';
import { Registry } from 'prom-client';
import { createService, HttpRoutes, ProblemError, type Service } from './index.js';

const FORM = 'application/x-www-form-urlencoded';
const response = { 200: Type.Object({ given: Type.Record(Type.String(), Type.Unknown()) }) };

@Injectable()
class Routes {
  constructor(routes: HttpRoutes) {
    const body = Type.Object({ name: Type.String() });
    const handle = async (request: { readonly body: object }) => ({ given: { ...request.body } });
    routes.add({
      method: 'PUT',
      url: '/forms',
      summary: 'Takes a form',
      form: true,
      schemas: { body, response },
      handle,
    });
    routes.add({ method: 'PUT', url: '/json', summary: 'Takes no form', schemas: { body, response }, handle });
    routes.add({
      method: 'PUT',
      url: '/guarded',
      summary: 'Asks who is there',
      form: true,
      before: async () => {
        const problem = { status: 401, code: 'unauthorized.auth_required', message: 'who is there?' };
        throw new ProblemError({ ...problem, oauthError: 'invalid_token' });
      },
      schemas: { body, response },
      handle,
    });
  }
}

@Module({ providers: [Routes] })
class FormsModule {}

let service: Service;
let url: string;

beforeAll(async () => {
  service = await createService({
    module: FormsModule,
    title: { title: 'forms', version: '1' },
    host: '127.0.0.1',
    port: 0,
    metrics: new Registry(),
    report: () => undefined,
    random: (bytes) => new Uint8Array(bytes).fill(7),
  });
  url = await service.start();
});

afterAll(() => service.stop());

async function put(path: string, body: string | undefined, headers: Record<string, string> = {}) {
  const answer = await fetch(url + path, { method: 'PUT', headers, ...(body === undefined ? {} : { body }) });
  return { status: answer.status, body: JSON.parse(await answer.text()), trace: answer.headers.get('trace-id') };
}

describe('a route that takes forms', () => {
  it.each([
    [FORM, 'name=a%20b&params%5Btitle%5D=1&params[body]=2&'],
    ['application/json', '{"name":"a b","params[title]":"1","params[body]":"2"}'],
  ])('reads its fields from %s', async (type, body) => {
    const given = { name: 'a b', 'params[title]': '1', 'params[body]': '2' };
    expect(await put('/forms', body, { 'content-type': type })).toMatchObject({ status: 200, body: { given } });
  });

  it('has all of the fields whose name says that there may be several, and of others the last', async () => {
    const given = { name: 'b', 'types[]': ['x', 'y'], 'one[]': 'z' };
    const form = 'name=a&types[]=x&name=b&types%5B%5D=y&one[]=z';
    expect(await put('/forms', form, { 'content-type': FORM })).toMatchObject({ status: 200, body: { given } });
  });

  it.each([undefined, ''])('names the field that is missing from the body %p', async (body) => {
    const headers: Record<string, string> = body === undefined ? {} : { 'content-type': FORM };
    expect(await put('/forms', body, headers)).toMatchObject({
      status: 400,
      body: { code: 'bad_request.missing_param.name' },
    });
  });

  it('is described with both types, and leaves the other routes as they are', async () => {
    const { paths } = (await (await fetch(`${url}/openapi.json`)).json()) as {
      paths: Record<string, { put: { requestBody: { content: object } } }>;
    }; // as it is described
    expect(Object.keys(paths['/forms']?.put.requestBody.content ?? {})).toEqual([FORM, 'application/json']);
    expect(Object.keys(paths['/json']?.put.requestBody.content ?? {})).toEqual(['application/json']);
    expect((await put('/json', 'name=a', { 'content-type': FORM })).status).toBe(415);
  });
});

describe('a route that asks who is there', () => {
  it('asks before it reads a body, and answers as OAuth does', async () => {
    expect(await put('/guarded', '{', { 'content-type': 'application/json' })).toMatchObject({
      status: 401,
      body: {
        code: 'unauthorized.auth_required',
        message: 'who is there?',
        error: 'invalid_token',
        error_description: 'who is there?',
      },
    });
  });
});

describe('a path with slashes too many', () => {
  it.each(['/forms/', '//forms', '//forms//'])('is the path without them: %s', async (path) => {
    expect((await put(path, 'name=a', { 'content-type': FORM })).status).toBe(200);
    expect((await fetch(url + path)).status).toBe(405);
  });
});

describe('every answer', () => {
  it('says the id of its trace, the caller’s or one of its own', async () => {
    const own = 'a7070707'.repeat(4);
    expect((await put('/forms', 'name=a', { 'content-type': FORM })).trace).toBe(own);
    expect((await put('/nowhere', undefined)).trace).toBe(own);
    const traceparent = `00-${'ab'.repeat(16)}-${'cd'.repeat(8)}-01`;
    expect((await put('/nowhere', undefined, { traceparent })).trace).toBe('ab'.repeat(16));
    expect((await put('/nowhere', undefined, { traceparent: 'nonsense' })).trace).toBe(own);
  });
});
