// The webhook API and the webhook service behind HTTP, over a ledger in memory, with people and tokens.
import { randomBytes } from 'node:crypto';
import { Module } from '@nestjs/common';
import { EmbeddedBus } from '@tallystick/bus/embedded/index';
import { authContract, defineContract, type ResponseOf, transactionsContract } from '@tallystick/contracts';
import type { AccountCommand, AccountId } from '@tallystick/ledger-core';
import { fund, open } from '@tallystick/ledger-core/account/commands.suite';
import { pooledRandom } from '@tallystick/transport';
import { ManualTime } from '@tallystick/transport/manual-time.suite';
import {
  BUS,
  CLOCK,
  CONTEXT_FOR,
  ContractsModule,
  PARTITION_OF,
  RANDOM,
  RECORDS,
  REPORT,
  RUNS_PROCESSES,
  TIME,
} from '@tallystick/transport/nest';
import { pause } from '@tallystick/transport/pause';
import { createService, type Service } from '@tallystick/transport/service';
import { Projector } from '@tallystick/views';
import { MemoryRecords } from '@tallystick/views/memory/index';
import { Registry } from 'prom-client';
import { joint, mine, others, type Sent, tokens } from '../api/api-service.suite.js';
import { FeedOverMemory } from '../feed/feed-over-memory.suite.js';
import { bookDate, contextFor, SECOND } from '../ledger/ledger-over-memory.suite.js';
import { transactionsProjection } from '../transactions/transactions.projection.js';
import { TransactionsService } from '../transactions/transactions-service.js';
import type { WebhookConfiguration } from '../webhook/configuration.js';
import { WebhookModule } from '../webhook/webhook.module.js';
import type { WebhookApiConfiguration } from './configuration.js';
import { WebhookApiModule } from './webhook-api.module.js';

type Authenticated = ResponseOf<(typeof authContract)['methods']['authenticate']>;

/** Of user_1, given to another program. */
export const OTHER_CLIENT = 'token-of-1-elsewhere';
const elsewhere: Authenticated = {
  known: { userId: 'user_1', clientId: 'oauth2client_other', approved: true, wholeHistoryUntil: 0n },
  refused: null,
};

export interface ServedWith {
  readonly api?: WebhookApiConfiguration;
  readonly webhooks?: WebhookConfiguration;
}

export class WebhookApiService {
  readonly of = new FeedOverMemory();
  readonly time = new ManualTime(Number(this.of.world.now / 1_000n) + 3_600_000);
  readonly reported: unknown[] = [];
  url = '';
  private readonly tokens = new Map<string, Authenticated>([...Object.entries(tokens), [OTHER_CLIENT, elsewhere]]);
  private readonly projector = new Projector('transactions', this.of.views, [transactionsProjection]);
  private service: Service | undefined;
  private filling: Promise<void> = Promise.resolve();
  private paid = 0;

  static async start(how: ServedWith = {}): Promise<WebhookApiService> {
    const started = new WebhookApiService();
    started.answer();
    const accounts: [AccountId, string[]][] = [
      [mine, ['user_1']],
      [others, ['user_2']],
      [joint, ['user_1', 'user_2']],
    ];
    for (const [accountId, owners] of accounts) await started.do(accountId, open({ accountId, owners }));
    await started.fill();
    started.service = await createService({
      module: started.module(how),
      title: { title: 'Webhook API', version: '1' },
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

  async do(accountId: AccountId, command: AccountCommand): Promise<void> {
    this.of.world.now += SECOND;
    const outcome = await this.of.ledger.do(accountId, command, { effectiveAt: this.of.world.now });
    if (outcome.kind === 'rejected') throw new Error(`${command.type}: ${outcome.rejection}`);
  }

  /** One penny more for somebody. */
  payIn(accountId: AccountId): Promise<void> {
    return this.do(accountId, fund(1n, `in-${this.paid++}`));
  }

  get(path: string, how: Sent = {}) {
    return this.send(path, how);
  }

  form(path: string, fields: string | Readonly<Record<string, string>>, how: Sent = {}) {
    const body = new URLSearchParams(fields).toString();
    return this.send(path, { method: 'POST', body, type: 'application/x-www-form-urlencoded', ...how });
  }

  json(path: string, body: unknown, how: Sent = {}) {
    return this.send(path, { method: 'POST', body: JSON.stringify(body), type: 'application/json', ...how });
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

  /** The id of a new webhook. */
  async register(account: string, url = 'https://hooks.example/', token = 'token-of-1'): Promise<string> {
    const { status, text, body } = await this.form('/webhooks', { account_id: account, url }, { token });
    if (status !== 200) throw new Error(text);
    return body.webhook.id;
  }

  private answer(): void {
    const { ledger, views, journal } = this.of;
    const { transport } = ledger;
    const freshness = { waitUntil: () => this.fill() };
    const writing = { journal, personal: this.of, clock: () => this.of.world.now, bookDate };
    transport.answer(transactionsContract, new TransactionsService({ views, freshness, ...writing }));
    const unknown: Authenticated = { known: null, refused: 'unknown' };
    // As much of the contract as is asked here.
    const { authenticate, isApproved } = authContract.methods;
    transport.answer(defineContract('auth', { authenticate, isApproved }), {
      authenticate: async ({ token }) => this.tokens.get(token) ?? unknown,
      isApproved: async () => ({ approved: true }),
    });
  }

  private fill(): Promise<void> {
    this.filling = this.filling.then(() => this.fillOnce());
    return this.filling;
  }

  private async fillOnce(): Promise<void> {
    const { views, journal } = this.of;
    await this.of.fill();
    await this.projector.prepare();
    await this.projector.resumeAfter(0);
    for (;;) {
      const after = await views.progress('transactions', 0);
      const events = await journal.readAll({ after, limit: 100_000 });
      if (events.length === 0) return;
      await this.projector.apply({ partition: 0, events });
    }
  }

  private module({ api = { rateLimit: undefined }, webhooks }: ServedWith) {
    const { of, time } = this;
    const report = (error: unknown) => void this.reported.push(error);
    const provided: [symbol, unknown][] = [
      [CLOCK, () => of.world.now],
      [TIME, time],
      [RANDOM, pooledRandom()],
      [RECORDS, new MemoryRecords(of.world.recordStore)],
      [BUS, new EmbeddedBus({ journal: of.journal, pause, onFailure: ({ error }) => report(error) })],
      [PARTITION_OF, () => 0],
      [CONTEXT_FOR, contextFor],
      [REPORT, report],
      [RUNS_PROCESSES, true],
    ];
    class Ports {}
    const ports = {
      module: Ports,
      global: true,
      providers: provided.map(([provide, useValue]) => ({ provide, useValue })),
      exports: provided.map(([provide]) => provide),
    };
    const configuration = webhooks ?? { allowPrivateAddresses: true, allowedNetworks: [] };
    const webhook = WebhookModule.with({
      configuration,
      instance: 'spec',
      random: randomBytes,
      openAll: this.of.openAll,
      addressesOf: async () => ['127.0.0.1'],
    });
    class Bank {}
    const transport = ContractsModule.forRoot({ transport: of.ledger.transport });
    Module({ imports: [ports, transport, webhook, WebhookApiModule.with(api)] })(Bank);
    return Bank;
  }
}
