import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Module } from '@nestjs/common';
import { bookDateIn } from '@tallystick/contracts';
import { MemoryJournal, MemoryStore } from '@tallystick/journal/memory/index';
import { systemTime } from '@tallystick/transport';
import { inProcessTransport } from '@tallystick/transport/in-process';
import {
  BOOK_DATE,
  CLOCK,
  ContractsModule,
  FRESHNESS,
  JOURNAL,
  RANDOM,
  SECRETS,
  TIME,
  VIEWS,
} from '@tallystick/transport/nest';
import { createService, type Secrets, type Service, staffTokenOf } from '@tallystick/transport/service';
import { Projector } from '@tallystick/views';
import { MemoryViews } from '@tallystick/views/memory/index';
import { Registry } from 'prom-client';
import { MAY_FIRST } from '../ledger/ledger-over-memory.suite.js';
import { MerchantModule } from './merchant.module.js';
import { merchantProjection } from './merchant.projection.js';
import { merchantIdOf } from './rules.js';

const secret = { version: 1, bytes: new Uint8Array(32).fill(9) };
const secrets: Secrets = { current: () => secret, version: (_, version) => (version === 1 ? secret : undefined) };
const aldi = merchantIdOf('aldi');
const nobody = merchantIdOf('nobody at all');
const CARD_NUMBER = '5555555555554444';

let service: Service;
let url: string;

beforeEach(async () => {
  const journal = new MemoryJournal(new MemoryStore({ journalId: 'jrnl1' }));
  const views = new MemoryViews();
  const projector = new Projector('views', views, [merchantProjection]);
  await projector.prepare();
  const fill = async () => {
    const events = await journal.readAll({ after: await projector.resumeAfter(0), limit: 1_000 });
    await projector.apply({ partition: 0, events });
  };
  const random = (bytes: number) => new Uint8Array(bytes).fill(1);
  const report = (error: unknown) => {
    throw error;
  };
  const provided: [symbol, unknown][] = [
    [JOURNAL, journal],
    [VIEWS, views],
    [FRESHNESS, { waitUntil: fill }],
    [SECRETS, secrets],
    [CLOCK, () => MAY_FIRST],
    [BOOK_DATE, bookDateIn('Europe/London')],
    [TIME, systemTime],
    [RANDOM, random],
  ];
  class Ports {}
  const ports = {
    module: Ports,
    global: true,
    providers: provided.map(([provide, useValue]) => ({ provide, useValue })),
    exports: provided.map(([provide]) => provide),
  };
  class Bank {}
  const transport = inProcessTransport({ mode: 'bytes', time: systemTime, random, report });
  Module({ imports: [ports, ContractsModule.forRoot({ transport }), MerchantModule] })(Bank);
  service = await createService({
    module: Bank,
    title: { title: 'Merchants', version: '1' },
    host: '127.0.0.1',
    port: 0,
    metrics: new Registry(),
    report,
  });
  url = await service.start();
});

afterEach(() => service.stop());

interface How {
  readonly key?: string | null;
  readonly token?: string;
  readonly body?: unknown;
  readonly after?: string;
}

async function ask(path: string, { key = 'k1', token = staffTokenOf(secrets), body, after }: How = {}) {
  const response = await fetch(`${url}/staff/merchants/${path}`, {
    method: body === undefined ? 'GET' : 'POST',
    headers: {
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(token === '' ? {} : { authorization: `Bearer ${token}` }),
      ...(key === null ? {} : { 'idempotency-key': key }),
      ...(after === undefined ? {} : { 'x-min-ledger-position': after }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const answer: Readonly<Record<string, unknown>> = JSON.parse(await response.text());
  return { status: response.status, body: answer, position: response.headers.get('x-ledger-position') };
}

describe('a correction by the staff', () => {
  const correction = {
    name: 'Aldi Süd',
    location: { city: 'Leeds', country: 'GBR', latitude: 53.8, longitude: -1.55 },
    reason: 'a customer wrote',
  };

  it('is made once, and read back with the position that it answered with', async () => {
    expect((await ask(aldi)).body).toEqual({
      id: aldi,
      name: 'Aldi',
      category: 'groceries',
      location: null,
      corrected: false,
    });
    const first = await ask(`${aldi}/corrections`, { body: correction });
    expect(first).toEqual({
      status: 200,
      position: 'jrnl1.1',
      body: {
        id: aldi,
        name: 'Aldi Süd',
        category: 'groceries',
        location: {
          address: null,
          city: 'Leeds',
          region: null,
          country: 'GBR',
          postcode: null,
          latitude: 53.8,
          longitude: -1.55,
        },
        corrected: true,
      },
    });
    expect(await ask(`${aldi}/corrections`, { body: correction })).toEqual(first);
    expect(await ask(aldi, { after: 'jrnl1.1' })).toEqual(first);
  });

  it.each([
    ['nobody', nobody, {}, 404, 'not_found.merchant'],
    ['no key', aldi, { key: null }, 400, 'bad_request.missing_param.idempotency_key'],
    ['no token', aldi, { token: '' }, 401, 'unauthorized.auth_required'],
    ['an unknown category', aldi, { body: { ...correction, category: 'fun' } }, 400, 'bad_request.bad_param.category'],
    ['no reason', aldi, { body: { name: 'Aldi' } }, 400, 'bad_request.missing_param.reason'],
    ['a card number as name', aldi, { body: { ...correction, name: CARD_NUMBER } }, 400, 'bad_request.bad_param.name'],
    [
      'a card number as address',
      aldi,
      { body: { ...correction, location: { address: CARD_NUMBER } } },
      400,
      'bad_request.bad_param.address',
    ],
  ])('of %s is refused', async (_, merchantId, how, status, code) => {
    const refused = await ask(`${merchantId}/corrections`, { body: correction, ...how });
    expect([refused.status, refused.body.code]).toEqual([status, code]);
  });

  it('with the key of another is a conflict', async () => {
    await ask(`${aldi}/corrections`, { body: correction });
    const refused = await ask(`${aldi}/corrections`, { body: { ...correction, name: 'Lidl' } });
    expect([refused.status, refused.body.code]).toEqual([409, 'conflict.idempotency_key_reused']);
  });
});

describe('a merchant', () => {
  it('that nobody knows is not found, and a token of another ledger is refused', async () => {
    expect((await ask(nobody)).status).toBe(404);
    expect((await ask(aldi, { after: 'other.1' })).status).toBe(400);
    expect((await ask(aldi, { token: 'wrong' })).status).toBe(401);
  });
});
