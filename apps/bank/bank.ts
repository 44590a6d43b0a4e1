// All services in one process on the embedded engine.
import 'reflect-metadata';
import { randomBytes } from 'node:crypto';
import { type DynamicModule, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { BookDate, CallContext } from '@tallystick/contracts';
import { contextsOf, systemTime, type Transport } from '@tallystick/transport';
import { inProcessTransport } from '@tallystick/transport/in-process';
import { ContractsModule } from '@tallystick/transport/nest';
import {
  CUSTOMER_SECRET,
  createService,
  customerTokenOf,
  HttpRoutes,
  Readiness,
  type Service,
  STAFF_SECRET,
  StaffToken,
  staffTokenOf,
} from '@tallystick/transport/service';
import { RecordKeys } from '@tallystick/views/record-keys';
import { collectDefaultMetrics, Registry } from 'prom-client';
import { AccountsModule } from '../accounts/accounts.module.js';
import { AuthModule } from '../auth/auth.module.js';
import { BalanceModule } from '../balance/balance.module.js';
import {
  CARD_TOKEN_SECRET,
  CardProcessingModule,
  GatewayOverIso8583,
} from '../card-processing/card-processing.module.js';
import { defaultCardProcessing } from '../card-processing/configuration.js';
import { iso8583 as iso8583Options } from '../card-processing/iso8583/configuration.js';
import { CardsModule } from '../cards/cards.module.js';
import { FeedModule } from '../feed/feed.module.js';
import { FeedGeneratorModule } from '../feed-generator/feed-generator.module.js';
import { FinanceModule } from '../finance/finance.module.js';
import { LedgerModule, LedgerProcesses } from '../ledger/ledger.module.js';
import { MerchantModule } from '../merchant/merchant.module.js';
import { PaymentsModule } from '../payments/payments.module.js';
import {
  EnrichmentRunner,
  TransactionEnrichmentModule,
} from '../transaction-enrichment/transaction-enrichment.module.js';
import { TransactionsModule } from '../transactions/transactions.module.js';
import { defaultWebhook, type WebhookConfiguration } from '../webhook/configuration.js';
import { WebhookModule } from '../webhook/webhook.module.js';
import { type BankClients, clientsOf } from './clients.js';
import { addClockRoutes } from './clock.routes.js';
import { authBehind, customerModules, type EdgeOptions, type OpenEdge, openEdge } from './edge.js';
import { Engine, random } from './engine.js';
import { VIEWS_CONSUMER } from './projections.js';

/** How long a probe of readiness waits for the views. */
const READY_MS = 1_000;

/** There is one bank on a folder: after a restart it goes on with what it had begun. */
const WEBHOOK_INSTANCE = 'bank';

export interface BankOptions {
  /** The data folder. */
  readonly folder: string;
  /** IANA name of the book's time zone. */
  readonly bookZone: string;
  /** `bytes` forces every call between services through encode and decode. */
  readonly calls: 'direct' | 'bytes';
  readonly report: (error: unknown) => void;
}

export interface ServeOptions extends BankOptions, EdgeOptions {
  /** 0 for any free one. */
  readonly port: number;
  /** Where card networks connect; 0 for any free one. */
  readonly iso8583Port: number;
  /** Whether staff may drive the bank's clock ahead: for trying it out. */
  readonly drivableClock?: boolean;
  /** Where customers' webhooks may be sent; not into private networks where it is left out. */
  readonly webhooks?: WebhookConfiguration;
  /** HTML by path. */
  readonly pages?: Readonly<Record<string, string>>;
}

export interface OfflineBank {
  readonly clients: BankClients;
  readonly context: () => CallContext;
  /** Resolves when the views have seen all that the journal holds. */
  viewsCaughtUp(signal: AbortSignal): Promise<void>;
  /** Resolves when every transaction that the journal holds says who was paid, and the views have seen it. */
  enriched(signal: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

export interface ServedBank {
  readonly url: string;
  /** `host:port` where card networks connect. */
  readonly iso8583: string;
  /** Where customers' programs call; the bank's own address where there is no edge. */
  readonly edgeUrl: string;
  readonly staffToken: string;
  readonly clients: BankClients;
  readonly context: () => CallContext;
  readonly bookDate: BookDate;
  /** What a customer sends as a bearer token. */
  customerToken(userId: string): string;
  close(): Promise<void>;
}

/** The bank without its doors: for commands that write to a folder that no bank runs on. @throws FolderInUse */
export async function openBank(options: BankOptions): Promise<OfflineBank> {
  const engine = await openEngine(options, false);
  const transport = transportOf(options);
  const app = await startWithoutDoors(engine, transport).catch(async (error) => {
    await engine.close();
    throw error;
  });
  return {
    clients: clientsOf(transport),
    context: operatorContext,
    viewsCaughtUp: (signal) => engine.viewsCaughtUp(signal),
    async enriched(signal) {
      await app.get(EnrichmentRunner, { strict: false }).catchUp(signal);
      await engine.viewsCaughtUp(signal);
    },
    async close() {
      await app.close();
      await engine.close();
    },
  };
}

const contextFor = contextsOf('operator');

function operatorContext(): CallContext {
  return contextFor('command', Buffer.from(random(16)).toString('hex'));
}

/** The bank as it runs: HTTP, processes and timers. @throws FolderInUse */
export async function serveBank(options: ServeOptions): Promise<ServedBank> {
  const engine = await openEngine(options, true);
  const transport = transportOf(options);
  const metrics = new Registry();
  collectDefaultMetrics({ register: metrics });
  let service: Service;
  let url: string;
  let edge: OpenEdge | undefined;
  try {
    service = await createService({
      module: bankModule(engine, transport, options),
      title: { title: 'Tallystick', version: '0.1.0' },
      host: options.host,
      port: options.port,
      metrics,
      report: options.report,
    });
    const readiness = service.app.get(Readiness);
    readiness.register('journal', () => engine.journal.checkWritable());
    readiness.register('records', () => engine.records.checkWritable());
    readiness.register('views', () => engine.viewsCaughtUp(AbortSignal.timeout(READY_MS)));
    for (const [path, html] of Object.entries(options.pages ?? {})) addPage(service.app.get(HttpRoutes), path, html);
    if (options.drivableClock === true) {
      const processes = service.app.get(LedgerProcesses, { strict: false });
      addClockRoutes({
        routes: service.app.get(HttpRoutes),
        staff: new StaffToken(engine.secrets),
        clock: engine.clock,
        runDue: () => processes.runDue(),
      });
    }
    url = await service.start();
    edge = await openEdge(service, url, { engine, transport, options }).catch(async (error) => {
      await service.stop();
      throw error;
    });
  } catch (error) {
    await engine.close();
    throw error;
  }
  const iso8583 = `${options.host}:${service.app.get(GatewayOverIso8583, { strict: false }).port}`;
  engine.lock.announce({ pid: process.pid, url, iso8583, ...(edge && { edge: edge.url }) });
  return {
    url,
    iso8583,
    edgeUrl: edge?.url ?? url,
    staffToken: staffTokenOf(engine.secrets),
    clients: clientsOf(transport),
    context: operatorContext,
    bookDate: engine.bookDate,
    customerToken: (userId) => customerTokenOf(engine.secrets, userId),
    async close() {
      await edge?.close();
      await service.stop();
      await engine.close();
    },
  };
}

function openEngine({ folder, bookZone, report }: BankOptions, runsProcesses: boolean): Promise<Engine> {
  return Engine.open({
    folder,
    bookZone,
    report,
    runsProcesses,
    secretNames: [CARD_TOKEN_SECRET, STAFF_SECRET, CUSTOMER_SECRET],
  });
}

function transportOf({ calls, report }: BankOptions): Transport {
  return inProcessTransport({ mode: calls, time: systemTime, random, report });
}

@Module({})
class BankModule {}

/** The very modules that the apps' own main.ts files start. */
function bankModule(engine: Engine, transport: Transport, doors?: ServeOptions): DynamicModule {
  const { secrets, bookDate } = engine;
  const keys = new RecordKeys(engine.answeringRecords, randomBytes);
  const { seal, open } = keys;
  const progress = { consumer: VIEWS_CONSUMER, partitionOf: () => 0 };
  const cardProcessing = CardProcessingModule.with({
    configuration: defaultCardProcessing,
    secrets,
    clock: engine.clock.now,
    bookDate,
    time: systemTime,
    random,
    iso8583: doors && iso8583Options(doors.host, doors.iso8583Port),
  });
  return {
    module: BankModule,
    imports: [
      engine.module(),
      ContractsModule.forRoot({ transport }),
      LedgerModule,
      AccountsModule.with({ keys }),
      AuthModule.with({ configuration: authBehind(doors), random: randomBytes }),
      CardsModule,
      cardProcessing,
      PaymentsModule.with({ seal, open }),
      BalanceModule,
      TransactionsModule.with(keys),
      MerchantModule,
      TransactionEnrichmentModule,
      FeedGeneratorModule.with({ seal }),
      FeedModule.with({ open, progress }),
      ...customerModules(keys, doors),
      WebhookModule.with({
        configuration: doors?.webhooks ?? defaultWebhook,
        instance: WEBHOOK_INSTANCE,
        random: randomBytes,
        openAll: keys.openAll,
      }),
      FinanceModule,
    ],
  };
}

/** Everything of a page is in it: whatever else it names is not fetched. */
const PAGE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; connect-src 'self'";

function addPage(routes: HttpRoutes, url: string, html: string): void {
  routes.add({
    method: 'GET',
    url,
    summary: 'A page for people',
    schemas: { response: {} },
    handle: async (_, reply) => {
      reply.type('text/html; charset=utf-8').header('content-security-policy', PAGE_POLICY);
      return html;
    },
  });
}

@Module({})
class WithoutDoorsModule {}

/** Where there is no HTTP, the routes that modules add go nowhere. */
function withoutDoors(bank: DynamicModule): DynamicModule {
  const nowhere = { add: () => {}, addOfBytes: () => {} };
  const provided = [
    { provide: HttpRoutes, useValue: nowhere },
    { provide: Readiness, useValue: new Readiness() },
    { provide: Registry, useValue: new Registry() },
  ];
  return {
    module: WithoutDoorsModule,
    global: true,
    imports: [bank],
    providers: provided,
    exports: provided.map(({ provide }) => provide),
  };
}

function startWithoutDoors(engine: Engine, transport: Transport) {
  return NestFactory.createApplicationContext(withoutDoors(bankModule(engine, transport)), {
    logger: ['warn', 'error', 'fatal'],
    abortOnError: false,
  });
}
