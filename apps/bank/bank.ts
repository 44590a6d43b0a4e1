// All services in one process on the embedded engine.
import 'reflect-metadata';
import { randomBytes } from 'node:crypto';
import { type DynamicModule, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import {
  accountsContract,
  balanceContract,
  type CallContext,
  type ClientOf,
  cardProcessingContract,
  cardsContract,
  financeContract,
  ledgerContract,
  paymentsContract,
  transactionsContract,
} from '@tallystick/contracts';
import { sealPersonal } from '@tallystick/events';
import { contextsOf, systemTime, type Transport } from '@tallystick/transport';
import { inProcessTransport } from '@tallystick/transport/in-process';
import { ContractsModule } from '@tallystick/transport/nest';
import {
  createService,
  HttpRoutes,
  Readiness,
  type Service,
  STAFF_SECRET,
  staffTokenOf,
} from '@tallystick/transport/service';
import { collectDefaultMetrics, Registry } from 'prom-client';
import { AccountsModule } from '../accounts/accounts.module.js';
import { BalanceModule } from '../balance/balance.module.js';
import { CARD_TOKEN_SECRET, CardProcessingModule } from '../card-processing/card-processing.module.js';
import { defaultCardProcessing } from '../card-processing/configuration.js';
import { CardsModule } from '../cards/cards.module.js';
import { FinanceModule } from '../finance/finance.module.js';
import { LedgerModule } from '../ledger/ledger.module.js';
import { PaymentsModule, type SealPersonal } from '../payments/payments.module.js';
import { TransactionsModule } from '../transactions/transactions.module.js';
import { Engine, now, random } from './engine.js';
import { RecordKeys } from './record-keys.js';

export interface BankOptions {
  /** The data folder. */
  readonly folder: string;
  /** IANA name of the book's time zone. */
  readonly bookZone: string;
  /** `bytes` forces every call between services through encode and decode. */
  readonly calls: 'direct' | 'bytes';
  readonly report: (error: unknown) => void;
}

export interface ServeOptions extends BankOptions {
  readonly host: string;
  /** 0 for any free one. */
  readonly port: number;
}

export interface BankClients {
  readonly accounts: ClientOf<typeof accountsContract>;
  readonly balance: ClientOf<typeof balanceContract>;
  readonly cardProcessing: ClientOf<typeof cardProcessingContract>;
  readonly cards: ClientOf<typeof cardsContract>;
  readonly finance: ClientOf<typeof financeContract>;
  readonly ledger: ClientOf<typeof ledgerContract>;
  readonly payments: ClientOf<typeof paymentsContract>;
  readonly transactions: ClientOf<typeof transactionsContract>;
}

export interface OfflineBank {
  readonly clients: BankClients;
  readonly context: () => CallContext;
  /** Resolves when the views have seen all that the journal holds. */
  viewsCaughtUp(signal: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

export interface ServedBank {
  readonly url: string;
  readonly staffToken: string;
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
  const contextFor = contextsOf('operator');
  return {
    clients: clientsOf(transport),
    context: () => contextFor('command', Buffer.from(random(16)).toString('hex')),
    viewsCaughtUp: (signal) => engine.viewsCaughtUp(signal),
    async close() {
      await app.close();
      await engine.close();
    },
  };
}

/** The bank as it runs: HTTP, processes and timers. @throws FolderInUse */
export async function serveBank(options: ServeOptions): Promise<ServedBank> {
  const engine = await openEngine(options, true);
  const metrics = new Registry();
  collectDefaultMetrics({ register: metrics });
  let service: Service;
  let url: string;
  try {
    service = await createService({
      module: bankModule(engine, transportOf(options)),
      title: { title: 'Tallystick', version: '0.1.0' },
      host: options.host,
      port: options.port,
      metrics,
      report: options.report,
    });
    service.app.get(Readiness).register('views', () => engine.viewsCaughtUp(AbortSignal.timeout(1_000)));
    url = await service.start();
  } catch (error) {
    await engine.close();
    throw error;
  }
  engine.lock.announce({ pid: process.pid, url });
  return {
    url,
    staffToken: staffTokenOf(engine.secrets),
    async close() {
      await service.stop();
      await engine.close();
    },
  };
}

function openEngine({ folder, bookZone, report }: BankOptions, runsProcesses: boolean): Promise<Engine> {
  return Engine.open({ folder, bookZone, report, runsProcesses, secretNames: [CARD_TOKEN_SECRET, STAFF_SECRET] });
}

function transportOf({ calls, report }: BankOptions): Transport {
  return inProcessTransport({ mode: calls, time: systemTime, random, report });
}

@Module({})
class BankModule {}

/** The very modules that the apps' own main.ts files start. */
function bankModule(engine: Engine, transport: Transport): DynamicModule {
  const { secrets, bookDate } = engine;
  const keys = new RecordKeys(engine.records, randomBytes);
  // A customer's text is sealed under the key of the account that it stands on.
  const seal: SealPersonal = async (accountId, commandId, text) => {
    await keys.create(accountId);
    return sealPersonal(keys, accountId, commandId, text);
  };
  const cardProcessing = CardProcessingModule.with({
    configuration: defaultCardProcessing,
    secrets,
    clock: now,
    bookDate,
    time: systemTime,
    random,
  });
  return {
    module: BankModule,
    imports: [
      engine.module(),
      ContractsModule.forRoot({ transport }),
      LedgerModule,
      AccountsModule,
      CardsModule,
      cardProcessing,
      PaymentsModule.with({ seal }),
      BalanceModule,
      TransactionsModule,
      FinanceModule,
    ],
  };
}

@Module({})
class WithoutDoorsModule {}

/** Where there is no HTTP, the routes that modules add go nowhere. */
function withoutDoors(bank: DynamicModule): DynamicModule {
  const nowhere = { add: () => {} };
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

function clientsOf(transport: Transport): BankClients {
  return {
    accounts: transport.client(accountsContract),
    balance: transport.client(balanceContract),
    cardProcessing: transport.client(cardProcessingContract),
    cards: transport.client(cardsContract),
    finance: transport.client(financeContract),
    ledger: transport.client(ledgerContract),
    payments: transport.client(paymentsContract),
    transactions: transport.client(transactionsContract),
  };
}
