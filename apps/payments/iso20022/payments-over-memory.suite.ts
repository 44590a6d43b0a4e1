// Accounts and payments over one ledger in memory, behind HTTP as the staff have it.
import { Module } from '@nestjs/common';
import { bookDateIn } from '@tallystick/contracts';
import { InMemoryKeys, type KeyPort, sealPersonal, unsealPersonal } from '@tallystick/events';
import type { Micros } from '@tallystick/ledger-core';
import { contextsOf } from '@tallystick/transport';
import {
  BOOK_DATE,
  BOOK_ZONE,
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
import { createService, staffTokenOf } from '@tallystick/transport/service';
import { Projector } from '@tallystick/views';
import { MemoryRecords, MemoryViews } from '@tallystick/views/memory/index';
import { Registry } from 'prom-client';
import { AccountsModule } from '../../accounts/accounts.module.js';
import { gatewayOverMemory, MAY_FIRST, type OverMemory } from '../../card-processing/gateway-over-memory.suite.js';
import { type OpenPersonal, PaymentsModule, type SealPersonal } from '../payments.module.js';
import { schedulesProjection } from '../schedules.projection.js';
import { ScheduledPaymentsProcess } from './scheduled-payments.process.js';

const flipped = (bytes: Uint8Array) => Buffer.from(bytes.map((byte) => byte ^ 0xff));
export const seal = async (_account: string, _commandId: string, text: Readonly<Record<string, string>>) =>
  new Uint8Array(flipped(Buffer.from(JSON.stringify(text))));
export const open = async (_account: string, sealed: Uint8Array): Promise<Readonly<Record<string, string>>> =>
  JSON.parse(flipped(sealed).toString());

/** What any of the answers has; each has some of it. */
export interface AnswerBody {
  readonly code?: string;
  readonly message: string;
  readonly params: { readonly path?: string };
  readonly id: string;
  readonly account_id: string;
  readonly state: string;
  readonly returned_by: string | null;
  readonly position: string;
  readonly schedules: readonly Readonly<Record<string, unknown>>[];
  readonly payments: readonly { readonly id: string; readonly message: string | null }[];
  readonly next: string | null;
}

export interface Answer {
  readonly status: number;
  readonly text: string;
  readonly body: AnswerBody;
}

export interface PaymentsOverMemory {
  readonly over: OverMemory;
  readonly records: MemoryRecords;
  /** The customers' and their accounts'. */
  readonly keys: KeyPort;
  readonly now: () => Micros;
  /** @param body bytes or text are a message; anything else is JSON */
  post(path: string, body: unknown, key?: string): Promise<Answer>;
  get(path: string, token?: string, headers?: Readonly<Record<string, string>>): Promise<Answer>;
  remove(path: string): Promise<Answer>;
  /** @returns the id of the account, opened with these fields */
  openAccount(fields: Readonly<Record<string, unknown>>, key: string): Promise<string>;
  ledgerBalance(accountId: string): Promise<number>;
  /** What the service does by itself, once; its views have seen everything then. */
  runProcesses(): Promise<void>;
  stop(): Promise<void>;
}

export async function paymentsOverMemory(): Promise<PaymentsOverMemory> {
  const over = await gatewayOverMemory();
  const records = new MemoryRecords();
  let now = MAY_FIRST;
  const views = new MemoryViews();
  const projector = new Projector('views', views, [schedulesProjection]);
  await projector.prepare();
  /** Whoever waits for the views has them filled. */
  const fill = async () => {
    const after = await projector.resumeAfter(0);
    await projector.apply({ partition: 0, events: await over.journal.readAll({ after, limit: 100_000 }) });
  };
  class Ports {}
  const provided: [symbol, unknown][] = [
    [RECORDS, records],
    [VIEWS, views],
    [JOURNAL, over.journal],
    [FRESHNESS, { waitUntil: async () => {} }],
    [SECRETS, over.secrets],
    // Each request at a time of its own: answers must not follow the clock.
    [CLOCK, () => (now += 1_000_000n)],
    [BOOK_DATE, bookDateIn('Europe/London')],
    [BOOK_ZONE, 'Europe/London'],
    [FRESHNESS, { waitUntil: fill }],
    [TIME, over.time],
    [BUS, { run: async () => {} }],
    [RUNS_PROCESSES, false],
    [RANDOM, over.random],
    [CONTEXT_FOR, contextsOf('service:spec')],
    [BUS, { run: async () => {} }],
    [RUNS_PROCESSES, false],
  ];
  const ports = {
    module: Ports,
    global: true,
    providers: provided.map(([provide, useValue]) => ({ provide, useValue })),
    exports: provided.map(([provide]) => provide),
  };
  const keys = new InMemoryKeys(over.random);
  const sealed: SealPersonal = async (accountId, commandId, text) => {
    await keys.create(accountId);
    return sealPersonal(keys, accountId, commandId, text);
  };
  const opened: OpenPersonal = (accountId, bytes) => unsealPersonal(keys, accountId, bytes);
  const payments = PaymentsModule.with({ seal: sealed, open: opened });
  class Bank {}
  const contracts = ContractsModule.forRoot({ transport: over.transport });
  Module({ imports: [ports, contracts, AccountsModule.with({ keys }), payments] })(Bank);
  const service = await createService({
    module: Bank,
    title: { title: 'Payments', version: '1' },
    host: '127.0.0.1',
    port: 0,
    metrics: new Registry(),
    report: (error) => {
      throw error;
    },
  });
  const url = await service.start();
  const authorization = `Bearer ${staffTokenOf(over.secrets)}`;

  async function send(path: string, init: RequestInit): Promise<Answer> {
    const response = await fetch(url + path, init);
    const text = await response.text();
    const json = response.headers.get('content-type')?.includes('json') === true;
    return { status: response.status, text, body: json ? JSON.parse(text) : {} };
  }
  const post: PaymentsOverMemory['post'] = (path, body, key = 'k1') => {
    const isMessage = typeof body === 'string' || body instanceof Uint8Array;
    return send(path, {
      method: 'POST',
      headers: {
        authorization,
        'idempotency-key': key,
        'content-type': isMessage ? 'application/xml' : 'application/json',
      },
      body: isMessage ? Buffer.from(body) : JSON.stringify(body),
    });
  };
  return {
    over,
    records,
    keys,
    post,
    now: () => now,
    get: (path, token = authorization, headers = {}) => send(path, { headers: { ...headers, authorization: token } }),
    remove: (path) => send(path, { method: 'DELETE', headers: { authorization } }),
    openAccount: async (fields, key) => (await post('/staff/accounts', fields, key)).body.account_id,
    async ledgerBalance(accountId) {
      const { found } = await over.ledger.account({ accountId: accountId as OverMemory['accountId'] }, over.context);
      return Number(found?.balances.ledger);
    },
    async runProcesses() {
      await fill();
      const contextFor = contextsOf('service:spec');
      const bookDate = bookDateIn('Europe/London');
      const clock = () => (now += 1_000_000n);
      const process = new ScheduledPaymentsProcess({
        ...{ records, ledger: over.ledger, open: opened, contextFor, clock, bookDate },
      });
      const after = await process.resumeAfter(0);
      await process.apply({ partition: 0, events: await over.journal.readAll({ after, limit: 100_000 }) });
    },
    stop: () => service.stop(),
  };
}
