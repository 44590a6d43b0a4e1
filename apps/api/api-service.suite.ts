// The customer API in a service of its own, over a ledger in memory, with people and tokens.
import { Module } from '@nestjs/common';
import {
  authContract,
  balanceContract,
  type ClientOf,
  defineContract,
  paymentsContract,
  type ResponseOf,
  transactionsContract,
} from '@tallystick/contracts';
import { deriveId } from '@tallystick/events';
import type { AccountCommand, AccountId, PotId } from '@tallystick/ledger-core';
import { fund, issue, open } from '@tallystick/ledger-core/account/commands.suite';
import { pooledRandom } from '@tallystick/transport';
import { ManualTime } from '@tallystick/transport/manual-time.suite';
import {
  BOOK_DATE,
  BOOK_ZONE,
  CLOCK,
  ContractsModule,
  RANDOM,
  RECORDS,
  REPORT,
  RUNS_PROCESSES,
  TIME,
} from '@tallystick/transport/nest';
import { createService, type Service } from '@tallystick/transport/service';
import { Projector } from '@tallystick/views';
import { Registry } from 'prom-client';
import { Balance } from '../balance/balance.js';
import { balanceProjection } from '../balance/balance.projection.js';
import { FeedOverMemory } from '../feed/feed-over-memory.suite.js';
import { bookDate, context, MAY_FIRST, SECOND } from '../ledger/ledger-over-memory.suite.js';
import { Payments } from '../payments/payments.js';
import { transactionsProjection } from '../transactions/transactions.projection.js';
import { TransactionsService } from '../transactions/transactions-service.js';
import { ApiModule } from './api.module.js';
import type { ApiConfiguration } from './configuration.js';

type Authenticated = ResponseOf<(typeof authContract)['methods']['authenticate']>;

const accountNo = (n: number) => deriveId('acc', MAY_FIRST, 'acc', `spec/${n}`) as AccountId;
/** Of user_1. */
export const mine = accountNo(1);
/** Of user_2. */
export const others = accountNo(2);
/** Of user_1 and user_2. */
export const joint = accountNo(3);
export const unknownAccount = accountNo(4);

const known = (userId: string, approved = true): Authenticated => ({
  known: { userId, clientId: 'oauth2client_spec', approved, wholeHistoryUntil: 0n },
  refused: null,
});

/** By the state of the token, as the matrix names them. */
export const tokens: Readonly<Record<string, Authenticated>> = {
  'token-of-1': known('user_1'),
  'token-of-2': known('user_2'),
  'token-of-nobody': known('user_3'),
  unapproved: known('user_1', false),
  expired: { known: null, refused: 'expired' },
  evicted: { known: null, refused: 'evicted' },
};

export interface Sent {
  readonly token?: string | null;
  readonly headers?: Readonly<Record<string, string>>;
  readonly method?: string;
  readonly body?: string;
  readonly type?: string;
}

export class ApiService {
  readonly of = new FeedOverMemory();
  readonly time = new ManualTime();
  readonly reported: unknown[] = [];
  readonly tokens = new Map(Object.entries(tokens));
  url = '';
  private readonly projector = new Projector('api-views', this.of.views, [balanceProjection, transactionsProjection]);
  private service: Service | undefined;
  private payments: ClientOf<typeof paymentsContract> | undefined;
  private keys = 0;

  static async start(
    configuration: ApiConfiguration = { rateLimit: undefined, historyDays: 90, settlingMs: 0 },
  ): Promise<ApiService> {
    const started = new ApiService();
    started.answer();
    const accounts: [AccountId, string[]][] = [
      [mine, ['user_1']],
      [others, ['user_2']],
      [joint, ['user_1', 'user_2']],
    ];
    for (const [accountId, owners] of accounts)
      await started.do(
        accountId,
        open({ accountId, owners }),
        issue({ holder: owners[0] ?? null }),
        fund(100_000n, `to ${accountId}`),
      );
    started.service = await createService({
      module: started.module(configuration),
      title: { title: 'API', version: '1' },
      host: '127.0.0.1',
      port: 0,
      metrics: new Registry(),
      report: (error) => void started.reported.push(error),
    });
    started.url = await started.service.start();
    return started;
  }

  async stop(): Promise<void> {
    await this.service?.stop();
  }

  /** Each a second after the one before; the views have seen them all. */
  async do(accountId: AccountId, ...commands: readonly AccountCommand[]): Promise<void> {
    await this.doUnseen(accountId, ...commands);
    await this.fill();
  }

  /** … and no view has seen any of them. */
  async doUnseen(accountId: AccountId, ...commands: readonly AccountCommand[]): Promise<void> {
    for (const command of commands) {
      this.of.world.now += SECOND;
      const outcome = await this.of.ledger.do(accountId, command, { effectiveAt: this.of.world.now });
      if (outcome.kind === 'rejected') throw new Error(`${command.type}: ${outcome.rejection}`);
    }
  }

  async openPot(accountId: AccountId, name?: string, goal?: bigint): Promise<PotId> {
    const potId = await this.openUnseenPot(accountId, name, goal);
    await this.fill();
    return potId;
  }

  /** No view has seen it yet. */
  async openUnseenPot(accountId: AccountId, name = 'Holidays', goal: bigint | null = null): Promise<PotId> {
    this.of.world.now += SECOND;
    const { now } = this.of.world;
    const circumstances = { caller: 'spec', key: `pot-${this.keys++}`, effectiveAt: now, localDate: bookDate(now) };
    if (this.payments === undefined) throw new Error('not started');
    const { potId } = await this.payments.openPot({ ...circumstances, accountId, name, goal, style: 'beach' }, context);
    return potId;
  }

  async fill(): Promise<void> {
    const { views, journal } = this.of;
    await this.of.fill();
    await this.projector.prepare();
    await this.projector.resumeAfter(0);
    for (;;) {
      const after = await views.progress('api-views', 0);
      const events = await journal.readAll({ after, limit: 100_000 });
      if (events.length === 0) return;
      await this.projector.apply({ partition: 0, events });
    }
  }

  get(path: string, how: Sent = {}) {
    return this.send(path, how);
  }

  form(method: string, path: string, fields: Readonly<Record<string, string>>, how: Sent = {}) {
    const body = new URLSearchParams(fields).toString();
    return this.send(path, { method, body, type: 'application/x-www-form-urlencoded', ...how });
  }

  json(method: string, path: string, body: unknown, how: Sent = {}) {
    return this.send(path, { method, body: JSON.stringify(body), type: 'application/json', ...how });
  }

  async send(path: string, { token = 'token-of-1', headers = {}, method = 'GET', body, type }: Sent = {}) {
    const response = await fetch(this.url + path, {
      method,
      headers: {
        ...(token === null ? {} : { authorization: `Bearer ${token}` }),
        ...(type === undefined ? {} : { 'content-type': type }),
        ...headers,
      },
      ...(body === undefined ? {} : { body }),
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, text, body: JSON.parse(text) };
  }

  private answer(): void {
    const { ledger, views, seal, journal } = this.of;
    const { transport } = ledger;
    const freshness = { waitUntil: () => this.fill() };
    transport.answer(balanceContract, new Balance(views, freshness));
    const clock = () => this.of.world.now;
    const writing = { journal, personal: this.of, clock, bookDate };
    transport.answer(transactionsContract, new TransactionsService({ views, freshness, ...writing }));
    const payments = new Payments({ ledger: ledger.client, records: ledger.records, seal });
    const { openPot, movePot } = paymentsContract.methods;
    transport.answer(defineContract('payments', { openPot, movePot }), payments);
    this.payments = transport.client(paymentsContract);
    const unknown: Authenticated = { known: null, refused: 'unknown' };
    // As much of the contract as is asked here.
    const { authenticate } = authContract.methods;
    transport.answer(defineContract('auth', { authenticate }), {
      authenticate: async ({ token }) => this.tokens.get(token) ?? unknown,
    });
  }

  private module(configuration: ApiConfiguration) {
    const { of, time } = this;
    const provided: [symbol, unknown][] = [
      [CLOCK, () => of.world.now],
      [BOOK_DATE, bookDate],
      [BOOK_ZONE, 'Europe/London'],
      [TIME, time],
      [RANDOM, pooledRandom()],
      [RECORDS, of.ledger.records],
      [RUNS_PROCESSES, false],
      [REPORT, (error: unknown) => void this.reported.push(error)],
    ];
    class Ports {}
    const ports = {
      module: Ports,
      global: true,
      providers: provided.map(([provide, useValue]) => ({ provide, useValue })),
      exports: provided.map(([provide]) => provide),
    };
    const api = ApiModule.with({ keys: of, configuration });
    class Bank {}
    Module({ imports: [ports, ContractsModule.forRoot({ transport: of.ledger.transport }), api] })(Bank);
    return Bank;
  }
}
