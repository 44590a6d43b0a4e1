// Who customers and their programs are: for other services by contract, for browsers, programs and the staff over HTTP.
import { type DynamicModule, Module } from '@nestjs/common';
import { authContract } from '@tallystick/contracts';
import type { Micros } from '@tallystick/ledger-core';
import type { Random, Time } from '@tallystick/transport';
import { CLOCK, ContractsModule, RECORDS, REPORT, RUNS_PROCESSES, SECRETS, TIME } from '@tallystick/transport/nest';
import { type Secrets, StaffToken } from '@tallystick/transport/service';
import type { Records } from '@tallystick/views';
import { Registry } from 'prom-client';
import { AuthController } from './auth.controller.js';
import { AuthHttp } from './auth.http.js';
import { Auth } from './auth.js';
import type { AuthConfiguration } from './configuration.js';
import { SweepProcess } from './sweep.process.js';

export interface AuthModulePorts {
  readonly configuration: AuthConfiguration;
  /** Fit for secrets: node:crypto's randomBytes. */
  readonly random: Random;
}

@Module({})
// biome-ignore lint/complexity/noStaticOnlyClass: Nest knows a module by its class
export class AuthModule {
  static with({ configuration, random }: AuthModulePorts): DynamicModule {
    return {
      module: AuthModule,
      imports: [ContractsModule.forService({ answers: [authContract], calls: [] })],
      providers: [
        {
          provide: Auth,
          useFactory: (
            records: Records,
            clock: () => Micros,
            time: Time,
            secrets: Secrets,
            metrics: Registry,
            report: (error: unknown) => void,
            runsProcesses: boolean,
          ) =>
            new Auth({
              configuration,
              records,
              clock,
              time,
              elapsed: () => performance.now(),
              random,
              staff: new StaffToken(secrets),
              metrics,
              report,
              runsProcesses,
            }),
          inject: [RECORDS, CLOCK, TIME, SECRETS, Registry, REPORT, RUNS_PROCESSES],
        },
        { provide: SweepProcess, useFactory: ({ sweep }: Auth) => sweep, inject: [Auth] },
        AuthController,
        AuthHttp,
      ],
    };
  }
}
