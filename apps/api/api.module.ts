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
import { ContractsModule } from '@tallystick/transport/nest';
import { API_CONFIGURATION, ApiHttp, OPEN_PERSONAL } from './api.http.js';
import { type ApiConfiguration, defaultApi } from './configuration.js';
import type { OpenPersonal } from './pot-names.js';

export type { ApiConfiguration } from './configuration.js';
export type { OpenPersonal } from './pot-names.js';

export interface ApiOptions {
  /** Who opens names that were sealed under the customers' keys. */
  readonly open: OpenPersonal;
  readonly configuration?: ApiConfiguration;
}

@Module({})
// biome-ignore lint/complexity/noStaticOnlyClass: Nest knows a module by its class
export class ApiModule {
  static with({ open, configuration = defaultApi }: ApiOptions): DynamicModule {
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
        { provide: OPEN_PERSONAL, useValue: open },
        { provide: API_CONFIGURATION, useValue: configuration },
        ApiHttp,
      ],
    };
  }
}
