// Tells customers' programs of transactions: who wants to hear, what was sent, and the sending.
import { type DynamicModule, Module } from '@nestjs/common';
import type { Bus } from '@tallystick/bus';
import {
  accountsContract,
  authContract,
  type ClientOf,
  ledgerContract,
  transactionsContract,
  webhookContract,
} from '@tallystick/contracts';
import type { OpenAll } from '@tallystick/customer-api';
import type { AccountId } from '@tallystick/ledger-core';
import type { ContextFor, Random, Time } from '@tallystick/transport';
import {
  BUS,
  CONTEXT_FOR,
  ContractsModule,
  clientOf,
  PARTITION_OF,
  RECORDS,
  REPORT,
  TIME,
} from '@tallystick/transport/nest';
import type { Records } from '@tallystick/views';
import { Registry } from 'prom-client';
import { AddressPolicy } from './address-policy.js';
import type { WebhookConfiguration } from './configuration.js';
import { type AddressesOf, addressesOf } from './host-addresses.js';
import { WebhookController } from './webhook.controller.js';
import { WebhookRunner } from './webhook-runner.js';
import { WebhookService } from './webhook-service.js';

export interface WebhookModulePorts {
  readonly configuration: WebhookConfiguration;
  /** Names this process among those that share the records; the same after a restart where there is but one. */
  readonly instance: string;
  /** Fit for secrets: node:crypto's randomBytes. */
  readonly random: Random;
  /** Opens what clients wrote beside transactions. */
  readonly openAll: OpenAll;
  /** This machine's name servers where it is left out. */
  readonly addressesOf?: AddressesOf;
}

/** A receiver has so long to answer (customer API, section 11). */
const ATTEMPT_TIMEOUT_MS = 10_000;

@Module({})
// biome-ignore lint/complexity/noStaticOnlyClass: Nest knows a module by its class
export class WebhookModule {
  /** @throws ConfigurationError */
  static with({
    configuration,
    instance,
    random,
    openAll,
    addressesOf: asked = addressesOf,
  }: WebhookModulePorts): DynamicModule {
    const policy = new AddressPolicy(configuration);
    const service = {
      provide: WebhookService,
      useFactory: (
        accounts: ClientOf<typeof accountsContract>,
        auth: ClientOf<typeof authContract>,
        ledger: ClientOf<typeof ledgerContract>,
        transactions: ClientOf<typeof transactionsContract>,
        bus: Bus,
        records: Records,
        partitionOf: (accountId: AccountId) => number,
        time: Time,
        contextFor: ContextFor,
        metrics: Registry,
        report: (error: unknown) => void,
      ) =>
        new WebhookService({
          ...{ policy, instance, random, openAll, accounts, auth, ledger, transactions, bus, records, partitionOf },
          ...{ time, contextFor, metrics, report, addressesOf: asked, attemptTimeoutMs: ATTEMPT_TIMEOUT_MS },
          elapsed: () => performance.now(),
        }),
      inject: [
        ...[accountsContract, authContract, ledgerContract, transactionsContract].map(clientOf),
        ...[BUS, RECORDS, PARTITION_OF, TIME, CONTEXT_FOR, Registry, REPORT],
      ],
    };
    const calls = [accountsContract, authContract, ledgerContract, transactionsContract];
    return {
      module: WebhookModule,
      imports: [ContractsModule.forService({ answers: [webhookContract], calls })],
      providers: [service, WebhookController, WebhookRunner],
    };
  }
}
