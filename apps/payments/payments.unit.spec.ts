import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Module } from '@nestjs/common';
import { bookDateIn, type ClientOf, paymentsContract } from '@tallystick/contracts';
import { deriveId } from '@tallystick/events';
import type { AccountId, CurrencyCode, Micros } from '@tallystick/ledger-core';
import { contextsOf } from '@tallystick/transport';
import {
  BOOK_DATE,
  BOOK_ZONE,
  BUS,
  CLOCK,
  CONTEXT_FOR,
  ContractsModule,
  FRESHNESS,
  RANDOM,
  RECORDS,
  RUNS_PROCESSES,
  SECRETS,
  TIME,
  VIEWS,
} from '@tallystick/transport/nest';
import { createService, type Service, staffTokenOf } from '@tallystick/transport/service';
import { MemoryRecords, MemoryViews } from '@tallystick/views/memory/index';
import { Registry } from 'prom-client';
import { gatewayOverMemory, MAY_FIRST, NUMBER, type OverMemory } from '../card-processing/gateway-over-memory.suite.js';
import { PaymentsModule } from './payments.module.js';

const GBP = 'GBP' as CurrencyCode;
const friend = deriveId('acc', MAY_FIRST, 'acc', 'spec/2') as AccountId;
const stranger = deriveId('acc', MAY_FIRST, 'acc', 'spec/3') as AccountId;

let over: OverMemory;
let payments: ClientOf<typeof paymentsContract>;
let service: Service;
let url: string;
let now: Micros;

async function open(accountId: AccountId, currency: string) {
  const command = {
    type: 'OpenAccount' as const,
    accountId,
    owners: [],
    currency: currency as CurrencyCode,
    product: 'current',
    overdraftLimit: 0n,
    externalReference: null,
    personal: null,
  };
  const at = { effectiveAt: MAY_FIRST, localDate: bookDateIn('Europe/London')(MAY_FIRST), causedAt: 0n };
  await over.ledger.execute({ accountId, caller: 'spec', commands: [{ ...at, key: 'open', command }] }, over.context);
}

beforeEach(async () => {
  over = await gatewayOverMemory();
  now = MAY_FIRST;
  const seal = async (_account: AccountId, _commandId: string, text: Readonly<Record<string, string>>) =>
    new Uint8Array(Buffer.from(JSON.stringify(text)).map((byte) => byte ^ 0xff));
  class Ports {}
  const provided: [symbol, unknown][] = [
    [RECORDS, new MemoryRecords()],
    [SECRETS, over.secrets],
    [CLOCK, () => now],
    [BOOK_DATE, bookDateIn('Europe/London')],
    [BOOK_ZONE, 'Europe/London'],
    [VIEWS, new MemoryViews()],
    [FRESHNESS, { waitUntil: async () => {} }],
    [TIME, over.time],
    [BUS, { run: async () => {} }],
    [CONTEXT_FOR, contextsOf('service:spec')],
    [RUNS_PROCESSES, false],
    [RANDOM, over.random],
  ];
  const ports = {
    module: Ports,
    global: true,
    providers: provided.map(([provide, useValue]) => ({ provide, useValue })),
    exports: provided.map(([provide]) => provide),
  };
  class Bank {}
  Module({
    imports: [
      ports,
      ContractsModule.forRoot({ transport: over.transport }),
      PaymentsModule.with({ seal, open: async () => 'erased' }),
    ],
  })(Bank);
  service = await createService({
    module: Bank,
    title: { title: 'Payments', version: '1' },
    host: '127.0.0.1',
    port: 0,
    metrics: new Registry(),
    report: (error) => {
      throw error;
    },
  });
  url = await service.start();
  payments = over.transport.client(paymentsContract);
  await open(friend, 'GBP');
});

afterEach(() => service.stop());

async function post(path: string, body: unknown, key: string | null = 'k1', token = staffTokenOf(over.secrets)) {
  const response = await fetch(url + path, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(token === '' ? {} : { authorization: `Bearer ${token}` }),
      ...(key === null ? {} : { 'idempotency-key': key }),
    },
    body: JSON.stringify(body),
  });
  const answer: Readonly<Record<string, string>> = JSON.parse(await response.text());
  return { status: response.status, body: answer, position: response.headers.get('x-ledger-position') };
}

async function available(): Promise<bigint | undefined> {
  return (await over.ledger.account({ accountId: over.accountId }, over.context)).found?.balances.available;
}

const transfer = (over2: Readonly<Record<string, unknown>> = {}) => ({
  source_account_id: over.accountId,
  destination_account_id: friend,
  amount: { amount: 300, currency: 'GBP' },
  reference: 'for lunch',
  ...over2,
});

describe('a transfer by the staff', () => {
  it('leaves the source, once, whenever it is sent again', async () => {
    const first = await post('/staff/transfers', transfer());
    expect(first).toEqual({
      status: 200,
      position: first.body.position,
      body: {
        id: expect.stringMatching(/^transfer_[a-p]{32}$/),
        account_id: over.accountId,
        position: expect.stringMatching(/^jrnl1\.\d+$/),
      },
    });
    now += 3_600_000_000n;
    expect(await post('/staff/transfers', transfer())).toEqual(first);
    expect(await available()).toBe(99_700n);
    expect(await over.journalText()).not.toContain('for lunch');
  });

  it.each([
    ['other content', { amount: { amount: 301, currency: 'GBP' } }, 'k1', 409, 'conflict.idempotency_key_reused'],
    ['no key', {}, null, 400, 'bad_request.missing_param.idempotency_key'],
    ['a card number as key', {}, NUMBER, 400, 'bad_request.bad_param.idempotency_key'],
    ['a card number as reference', { reference: `to ${NUMBER}` }, 'k2', 400, 'bad_request.bad_param.reference'],
    ['an unknown currency', { amount: { amount: 1, currency: 'XYZ' } }, 'k2', 400, 'bad_request.bad_param.currency'],
    [
      'another currency',
      { amount: { amount: 1, currency: 'EUR' } },
      'k2',
      412,
      'precondition_failed.currency_mismatch',
    ],
    ['a destination nobody knows', { destination_account_id: stranger }, 'k2', 404, 'not_found.account'],
    [
      'too much money',
      { amount: { amount: 1_000_000, currency: 'GBP' } },
      'k2',
      412,
      'precondition_failed.insufficient_funds',
    ],
    ['an unknown field', { tip: 1 }, 'k2', 400, 'bad_request.unknown_field.tip'],
  ])('is refused with %s', async (_, changed, key, status, code) => {
    await post('/staff/transfers', transfer());
    const before = await over.journal.head();
    const answer = await post('/staff/transfers', transfer(changed), key);
    expect([answer.status, answer.body.code]).toEqual([status, code]);
    expect(await over.journal.head()).toBe(before);
  });

  it.each([
    ['a negative amount', -1],
    ['an amount beyond 2^53 - 1', 2 ** 53],
    ['an amount with a fraction', 1.5],
    ['no money', 0],
  ])('is refused with %s', async (_, amount) => {
    const { status, body } = await post('/staff/transfers', transfer({ amount: { amount, currency: 'GBP' } }));
    expect([status, body.code]).toEqual([400, expect.stringMatching(/^bad_request\.bad_param\.amount/)]);
  });

  it('is not for strangers', async () => {
    expect((await post('/staff/transfers', transfer(), 'k1', '')).body.code).toBe('unauthorized.auth_required');
    expect((await post('/staff/transfers', transfer(), 'k1', 'guess')).status).toBe(401);
    expect(await available()).toBe(100_000n);
  });
});

describe('a pot', () => {
  it('has one id for ever, and takes and gives money', async () => {
    const request = { account_id: over.accountId, name: 'Holiday', goal: 50_000 };
    const opened = await post('/staff/pots', request, 'p');
    now += 3_600_000_000n;
    expect(await post('/staff/pots', request, 'p')).toEqual(opened);
    const move = { account_id: over.accountId, amount: { amount: 400, currency: 'GBP' } };
    const { id } = opened.body;
    expect((await post(`/staff/pots/${id}/deposit`, move, 'd')).status).toBe(200);
    expect(await available()).toBe(99_600n);
    expect(
      (await post(`/staff/pots/${id}/withdraw`, { ...move, amount: { amount: 100, currency: 'GBP' } }, 'w')).status,
    ).toBe(200);
    expect(await available()).toBe(99_700n);
    expect(
      (await post(`/staff/pots/${id}/withdraw`, { ...move, amount: { amount: 301, currency: 'GBP' } }, 'x')).body.code,
    ).toBe('precondition_failed.insufficient_funds');
    expect((await post('/staff/pots/pot_0000nothing/deposit', move, 'y')).body.code).toBe('not_found.pot');
    expect(await over.journalText()).not.toContain('Holiday');
  });
});

describe('a transfer by contract', () => {
  it('needs no reference', async () => {
    const request = {
      caller: 'api',
      key: 'k',
      effectiveAt: MAY_FIRST,
      localDate: bookDateIn('Europe/London')(MAY_FIRST),
      sourceAccountId: over.accountId,
      destinationAccountId: friend,
      amount: 5n,
      currency: GBP,
      reference: null,
    };
    const { transferId, outcomes } = await payments.transfer(request, over.context);
    expect(transferId).toMatch(/^transfer_/);
    expect(outcomes).toMatchObject([{ kind: 'answered', answer: { decision: 'recorded', type: 'TransferSent' } }]);
  });
});
