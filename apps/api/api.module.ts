// The public API for customers' programs.
import { type DynamicModule, Module } from '@nestjs/common';
import {
  accountsContract,
  authContract,
  balanceContract,
  feedGeneratorContract,
  ledgerContract,
  paymentsContract,
  transactionsContract,
} from '@tallystick/contracts';
import type { Time } from '@tallystick/transport';
import { ContractsModule, RECORDS, REPORT, RUNS_PROCESSES, TIME } from '@tallystick/transport/nest';
import type { Records } from '@tallystick/views';
import { API_CONFIGURATION, ApiHttp, CUSTOMER_KEYS } from './api.http.js';
import { type ApiConfiguration, defaultApi } from './configuration.js';
import type { CustomerKeys } from './customer-keys.js';
import { UploadsSweep } from './uploads.process.js';

export type { ApiConfiguration } from './configuration.js';

export interface ApiOptions {
  /** Who seals and opens texts under the customers' keys. */
  readonly keys: CustomerKeys;
  readonly configuration?: ApiConfiguration;
}

@Module({})
// biome-ignore lint/complexity/noStaticOnlyClass: Nest knows a module by its class
export class ApiModule {
  static with({ keys, configuration = defaultApi }: ApiOptions): DynamicModule {
    const calls = [
      accountsContract,
      authContract,
      balanceContract,
      feedGeneratorContract,
      ledgerContract,
      paymentsContract,
      transactionsContract,
    ];
    return {
      module: ApiModule,
      imports: [ContractsModule.forService({ answers: [], calls })],
      providers: [
        { provide: CUSTOMER_KEYS, useValue: keys },
        { provide: API_CONFIGURATION, useValue: configuration },
        ApiHttp,
        {
          provide: UploadsSweep,
          useFactory: (records: Records, time: Time, runs: boolean, report: (error: unknown) => void) =>
            new UploadsSweep({ records, time, runs, report }),
          inject: [RECORDS, TIME, RUNS_PROCESSES, REPORT],
        },
      ],
    };
  }
}
