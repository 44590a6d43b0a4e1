// The staff's routes about customers and owners, over HTTP.
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Module } from '@nestjs/common';
import { authContract, defineContract } from '@tallystick/contracts';
import type { AccountId } from '@tallystick/ledger-core';
import { issue, open } from '@tallystick/ledger-core/account/commands.suite';
import { pooledRandom } from '@tallystick/transport';
import { ManualTime } from '@tallystick/transport/manual-time.suite';
import {
  BOOK_DATE,
  BUS,
  CLOCK,
  CONTEXT_FOR,
  ContractsModule,
  FRESHNESS,
  JOURNAL,
  RANDOM,
  RECORDS,
  RUNS_PROCESSES,
  SECRETS,
  TIME,
  VIEWS,
} from '@tallystick/transport/nest';
import { createService, type Secrets, type Service, staffTokenOf } from '@tallystick/transport/service';
import { Registry } from 'prom-client';
import { bookDate, context, contextFor, World } from '../ledger/ledger-over-memory.suite.js';
import { AccountsModule } from './accounts.module.js';
import { loginsOfNobody, usersOver } from './users-over-memory.suite.js';

const secret = { version: 1, bytes: new Uint8Array(32).fill(9) };
const secrets: Secrets = { current: () => secret, version: () => secret };
const ada = { name: 'Ada Lovelace', email: 'ada@example.com', date_of_birth: '1815-12-10' };

let world: World;
let service: Service;
let url: string;
let reported: unknown[];

beforeEach(async () => {
  reported = [];
  world = new World();
  const ledger = world.ledger();
  const over = usersOver(ledger);
  await over.fill();
  const { forget } = authContract.methods;
  ledger.transport.answer(defineContract('auth', { forget }), loginsOfNobody().auth);
  const provided: [symbol, unknown][] = [
    [RECORDS, ledger.records],
    [VIEWS, over.views],
    [FRESHNESS, { waitUntil: over.fill }],
    [JOURNAL, ledger.journal],
    [SECRETS, secrets],
    [CLOCK, () => world.now],
    [BOOK_DATE, bookDate],
    [TIME, new ManualTime()],
    [RANDOM, pooledRandom()],
    [CONTEXT_FOR, contextFor],
    [BUS, { run: async () => {} }],
    [RUNS_PROCESSES, false],
  ];
  class Ports {}
  const ports = {
    module: Ports,
    global: true,
    providers: provided.map(([provide, useValue]) => ({ provide, useValue })),
    exports: provided.map(([provide]) => provide),
  };
  class Bank {}
  const contracts = ContractsModule.forRoot({ transport: ledger.transport });
  Module({ imports: [ports, contracts, AccountsModule.with({ keys: over.keys })] })(Bank);
  service = await createService({
    module: Bank,
    title: { title: 'Accounts', version: '1' },
    host: '127.0.0.1',
    port: 0,
    metrics: new Registry(),
    report: (error) => void reported.push(error),
  });
  url = await service.start();
});

afterEach(async () => {
  await service.stop();
  expect(reported).toEqual([]);
});

async function ask(method: string, path: string, body?: unknown, headers: Record<string, string> = {}) {
  const answer = await fetch(url + path, {
    method,
    headers: {
      authorization: `Bearer ${staffTokenOf(secrets)}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const json = JSON.parse(await answer.text());
  return { status: answer.status, code: json.code, body: json, position: answer.headers.get('x-ledger-position') };
}

const key = (name: string) => ({ 'idempotency-key': name });
const register = (body: object = ada, name = 'r') => ask('POST', '/staff/users', body, key(name));
const at = (position: string | null) => ({ 'x-min-ledger-position': position ?? '' });

describe('a customer', () => {
  it('is registered, shown, changed and erased', async () => {
    const registered = await register();
    const { user_id: id, position } = registered.body;
    expect(registered).toMatchObject({ status: 200, position });
    const nothing = { preferred_name: null, preferred_first_name: null, phone: null, address: null };
    expect((await ask('GET', `/staff/users/${id}`, undefined, at(position))).body).toEqual({
      user_id: id,
      registered: '2026-05-01T00:00:00.000Z',
      changed: '2026-05-01T00:00:00.000Z',
      erased: false,
      ...ada,
      ...nothing,
    });
    const changed = await ask('PATCH', `/staff/users/${id}`, { email: null, phone: '+442079460000' }, key('c'));
    expect((await ask('GET', `/staff/users/${id}`, undefined, at(changed.position))).body).toMatchObject({
      ...ada,
      email: null,
      phone: '+442079460000',
    });
    const erased = await ask('DELETE', `/staff/users/${id}`);
    expect(erased).toMatchObject({ status: 200, body: { user_id: id } });
    expect(await ask('DELETE', `/staff/users/${id}`)).toEqual(erased);
    expect((await ask('GET', `/staff/users/${id}`, undefined, at(erased.position))).body).toMatchObject({
      erased: true,
      name: null,
      date_of_birth: null,
    });
    expect(await ask('PATCH', `/staff/users/${id}`, { name: 'Ada' }, key('d'))).toMatchObject({
      status: 412,
      code: 'precondition_failed.user_erased',
    });
  });

  it('is the same one for the same key, and none for the same key with other details', async () => {
    const { body } = await register();
    world.now += 60_000_000n;
    expect((await register()).body).toEqual(body);
    expect(await register({ ...ada, name: 'Eve' })).toMatchObject({
      status: 409,
      code: 'conflict.idempotency_key_reused',
    });
  });

  it('may be registered under an id that owns accounts already, once', async () => {
    const body = { ...ada, user_id: 'user_0000Ada' };
    expect((await register(body)).body.user_id).toBe('user_0000Ada');
    expect(await register(body, 'again')).toMatchObject({ status: 409, code: 'conflict.id_in_use' });
  });

  it.each<[string, object, string]>([
    ['no name', { email: 'a@b' }, 'bad_request.missing_param.name'],
    ['an empty name', { name: '' }, 'bad_request.bad_param.name'],
    ['a name over two lines', { name: 'Ada\nKing' }, 'bad_request.bad_param.name'],
    ['a name that hides', { name: 'Ada \u202eevil' }, 'bad_request.bad_param.name'],
    ['a card number', { name: '5555 5555 5555 4444' }, 'bad_request.bad_param.name'],
    ['no address of mail', { ...ada, email: 'ada' }, 'bad_request.bad_param.email'],
    ['no number to call', { ...ada, phone: '020 7946' }, 'bad_request.bad_param.phone'],
    ['no day', { ...ada, date_of_birth: '2026-02-30' }, 'bad_request.bad_param.date_of_birth'],
    ['another field', { ...ada, shoes: '38' }, 'bad_request.unknown_field.shoes'],
    ['an id like a card number', { ...ada, user_id: 'user_4111111111111111' }, 'bad_request.bad_param.user_id'],
    ['another kind of id', { ...ada, user_id: 'acc_0000Ada' }, 'bad_request.bad_param.user_id'],
  ])('with %s is refused', async (_, body, code) => {
    expect(await register(body)).toMatchObject({ status: 400, code });
  });

  it('may be called at a number that a card could have', async () => {
    expect((await register({ ...ada, phone: '+4915112345678' })).status).toBe(200);
  });

  it('may have an address of several lines', async () => {
    expect((await register({ ...ada, address: '12 St James Square\nLondon' })).status).toBe(200);
  });

  it.each([
    ['GET', undefined],
    ['PATCH', { name: 'Eve' }],
    ['DELETE', undefined],
  ])('who is not there is 404 for %s', async (method, body) => {
    const answer = await ask(method, '/staff/users/user_0000nobody', body, key('k'));
    expect(answer).toMatchObject({ status: 404, code: 'not_found.user' });
  });

  it('needs a key for what a repeat would do again, and something to change', async () => {
    expect(await ask('POST', '/staff/users', ada)).toMatchObject({ code: 'bad_request.missing_param.idempotency_key' });
    expect(await ask('PATCH', '/staff/users/user_0000Ada', {}, key('k'))).toMatchObject({ status: 400 });
  });

  it('is nobody’s business but the staff’s', async () => {
    const nobody = { authorization: 'Bearer nobody', ...key('k') };
    for (const [method, path, body] of [
      ['POST', '/staff/users', ada],
      ['GET', '/staff/users/user_0000Ada', undefined],
      ['PATCH', '/staff/users/user_0000Ada', ada],
      ['DELETE', '/staff/users/user_0000Ada', undefined],
    ] as const)
      expect(await ask(method, path, body, nobody)).toMatchObject({
        status: 401,
        code: 'unauthorized.bad_access_token',
      });
  });
});

describe('the owners of an account', () => {
  const id = 'acc_0000joint' as AccountId;
  const change = (body: object, name: string) => ask('POST', `/staff/accounts/${id}/changes`, body, key(name));

  it('are added and removed by the staff', async () => {
    const ledger = world.ledger();
    await ledger.given(id, open({ accountId: id, owners: ['user_1'] }), issue());
    expect((await change({ change: 'add_owner', user_id: 'user_2' }, '1')).status).toBe(200);
    expect(await change({ change: 'add_owner', user_id: 'user_2' }, '2')).toMatchObject({
      status: 412,
      code: 'precondition_failed.already_owner',
    });
    expect((await change({ change: 'remove_owner', user_id: 'user_1' }, '3')).status).toBe(200);
    expect((await ledger.client.account({ accountId: id }, context)).found?.owners).toEqual(['user_2']);
    expect(await change({ change: 'remove_owner', user_id: 'user_2' }, '4')).toMatchObject({
      code: 'precondition_failed.last_owner',
    });
    expect(await change({ change: 'add_owner' }, '5')).toMatchObject({ code: 'bad_request.missing_param.user_id' });
  });

  it('are nobody who was erased, and none where all who were are', async () => {
    const ledger = world.ledger();
    await ledger.given(id, open({ accountId: id, owners: ['user_0000Ada'] }));
    for (const user_id of ['user_0000Ada', 'user_0000Eve', 'user_0000Bob'])
      await ask('POST', '/staff/users', { user_id, name: user_id }, key(user_id));
    await ask('DELETE', '/staff/users/user_0000Eve');
    expect(await change({ change: 'add_owner', user_id: 'user_0000Eve' }, '1')).toMatchObject({
      status: 412,
      code: 'precondition_failed.user_erased',
    });
    await ask('DELETE', '/staff/users/user_0000Ada');
    expect(await change({ change: 'add_owner', user_id: 'user_0000Bob' }, '2')).toMatchObject({
      status: 412,
      code: 'precondition_failed.customer_erased',
    });
    const opened = await ask('POST', '/staff/accounts', { currency: 'GBP', owners: ['user_0000Ada'] }, key('o'));
    expect(opened).toMatchObject({ status: 412, code: 'precondition_failed.user_erased' });
  });

  it('have their account told again, though one of them was erased since', async () => {
    await ask('POST', '/staff/users', { user_id: 'user_0000Ada', name: 'Ada' }, key('r'));
    const body = { currency: 'GBP', owners: ['user_0000Ada'] };
    const opened = await ask('POST', '/staff/accounts', body, key('o'));
    expect(opened.status).toBe(200);
    await ask('DELETE', '/staff/users/user_0000Ada');
    expect(await ask('POST', '/staff/accounts', body, key('o'))).toEqual(opened);
  });
});
