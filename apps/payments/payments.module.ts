// Transfers and pots: for other services by contract, for the staff over HTTP.
import { type DynamicModule, Module } from '@nestjs/common';
import { type BookDate, type ClientOf, ledgerContract, paymentsContract } from '@tallystick/contracts';
import type { Micros } from '@tallystick/ledger-core';
import type { Random, Time } from '@tallystick/transport';
import { BOOK_DATE, CLOCK, ContractsModule, clientOf, RANDOM, SECRETS, TIME } from '@tallystick/transport/nest';
import { HttpRoutes, type Secrets, StaffToken } from '@tallystick/transport/service';
import { PaymentsController, SEAL_PERSONAL } from './payments.controller.js';
import type { SealPersonal } from './payments.js';
import { StaffPaymentRoutes } from './staff.routes.js';

export type { SealPersonal } from './payments.js';

const PATIENCE_MS = 5_000;

type Ledger = ClientOf<typeof ledgerContract>;

@Module({})
// biome-ignore lint/complexity/noStaticOnlyClass: Nest knows a module by its class
export class PaymentsModule {
  /** @param seal who seals references and names under the customers' keys */
  static with({ seal }: { readonly seal: SealPersonal }): DynamicModule {
    return {
      module: PaymentsModule,
      imports: [ContractsModule.forService({ answers: [paymentsContract], calls: [ledgerContract, paymentsContract] })],
      providers: [
        { provide: SEAL_PERSONAL, useValue: seal },
        PaymentsController,
        {
          provide: StaffPaymentRoutes,
          useFactory: (
            routes: HttpRoutes,
            ledger: Ledger,
            payments: ClientOf<typeof paymentsContract>,
            secrets: Secrets,
            clock: () => Micros,
            bookDate: BookDate,
            time: Time,
            random: Random,
          ) =>
            new StaffPaymentRoutes(routes, {
              ledger,
              payments,
              clock,
              bookDate,
              staff: new StaffToken(secrets),
              scope: { time, random, patienceMs: PATIENCE_MS },
            }),
          inject: [
            HttpRoutes,
            clientOf(ledgerContract),
            clientOf(paymentsContract),
            SECRETS,
            CLOCK,
            BOOK_DATE,
            TIME,
            RANDOM,
          ],
        },
      ],
    };
  }
}
