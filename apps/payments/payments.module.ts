// Transfers, at once and on dates, pots, and payments to and from other banks: for other services by contract, for the staff over HTTP.
import { type DynamicModule, Module } from '@nestjs/common';
import {
  accountsContract,
  type BookDate,
  bookTimeIn,
  type ClientOf,
  ledgerContract,
  paymentsContract,
} from '@tallystick/contracts';
import type { Micros } from '@tallystick/ledger-core';
import type { Random, Time } from '@tallystick/transport';
import {
  BOOK_DATE,
  BOOK_ZONE,
  CLOCK,
  ContractsModule,
  clientOf,
  RANDOM,
  RECORDS,
  SECRETS,
  TIME,
} from '@tallystick/transport/nest';
import { HttpRoutes, type Secrets, StaffToken } from '@tallystick/transport/service';
import type { Records } from '@tallystick/views';
import { InboundPayments } from './iso20022/inbound.js';
import { Iso20022Routes } from './iso20022/iso20022.routes.js';
import type { OpenPersonal } from './iso20022/outbound.js';
import { Replies } from './iso20022/replies.js';
import { NamedAccounts } from './named-accounts.js';
import { OPEN_PERSONAL, PaymentsController, SEAL_PERSONAL } from './payments.controller.js';
import { PaymentsProcesses } from './payments.processes.js';
import type { SealPersonal } from './personal.js';
import { ScheduleRoutes } from './schedules.routes.js';
import { StaffRequests } from './staff.requests.js';
import { StaffPaymentRoutes } from './staff.routes.js';

export type { OpenPersonal } from './iso20022/outbound.js';
export type { SealPersonal } from './personal.js';

const PATIENCE_MS = 5_000;

type Ledger = ClientOf<typeof ledgerContract>;
type PaymentsClient = ClientOf<typeof paymentsContract>;

export interface PaymentsOptions {
  /** Who seals references and names under the customers' keys. */
  readonly seal: SealPersonal;
  /** Who opens them again, for the message that goes to the other bank. */
  readonly open: OpenPersonal;
}

const requests = {
  provide: StaffRequests,
  useFactory: (
    ledger: Ledger,
    secrets: Secrets,
    clock: () => Micros,
    bookDate: BookDate,
    time: Time,
    random: Random,
  ) => {
    const scope = { time, random, patienceMs: PATIENCE_MS };
    return new StaffRequests({ ledger, clock, bookDate, staff: new StaffToken(secrets), scope });
  },
  inject: [clientOf(ledgerContract), SECRETS, CLOCK, BOOK_DATE, TIME, RANDOM],
};

const namedAccounts = {
  provide: NamedAccounts,
  useFactory: (accounts: ClientOf<typeof accountsContract>) => new NamedAccounts(accounts),
  inject: [clientOf(accountsContract)],
};

const staffRoutes = {
  provide: StaffPaymentRoutes,
  useFactory: (
    routes: HttpRoutes,
    payments: PaymentsClient,
    staff: StaffRequests,
    named: NamedAccounts,
    bookZone: string,
  ) => new StaffPaymentRoutes(routes, { payments, requests: staff, named, bookTime: bookTimeIn(bookZone) }),
  inject: [HttpRoutes, clientOf(paymentsContract), StaffRequests, NamedAccounts, BOOK_ZONE],
};

const scheduleRoutes = {
  provide: ScheduleRoutes,
  useFactory: (
    routes: HttpRoutes,
    payments: PaymentsClient,
    staff: StaffRequests,
    named: NamedAccounts,
    open: OpenPersonal,
  ) => new ScheduleRoutes(routes, { payments, requests: staff, named, open }),
  inject: [HttpRoutes, clientOf(paymentsContract), StaffRequests, NamedAccounts, OPEN_PERSONAL],
};

const iso20022Routes = {
  provide: Iso20022Routes,
  useFactory: (
    routes: HttpRoutes,
    payments: PaymentsClient,
    staff: StaffRequests,
    ledger: Ledger,
    accounts: ClientOf<typeof accountsContract>,
    records: Records,
    seal: SealPersonal,
    clock: () => Micros,
    bookDate: BookDate,
  ) =>
    new Iso20022Routes(routes, {
      payments,
      requests: staff,
      inbound: new InboundPayments({ ledger, accounts, records, seal, clock, bookDate }),
      replies: new Replies({ ledger, records, clock, bookDate }),
    }),
  inject: [
    HttpRoutes,
    clientOf(paymentsContract),
    StaffRequests,
    clientOf(ledgerContract),
    clientOf(accountsContract),
    RECORDS,
    SEAL_PERSONAL,
    CLOCK,
    BOOK_DATE,
  ],
};

@Module({})
// biome-ignore lint/complexity/noStaticOnlyClass: Nest knows a module by its class
export class PaymentsModule {
  static with({ seal, open }: PaymentsOptions): DynamicModule {
    return {
      module: PaymentsModule,
      imports: [
        ContractsModule.forService({
          answers: [paymentsContract],
          calls: [accountsContract, ledgerContract, paymentsContract],
        }),
      ],
      providers: [
        { provide: SEAL_PERSONAL, useValue: seal },
        { provide: OPEN_PERSONAL, useValue: open },
        PaymentsController,
        PaymentsProcesses,
        requests,
        namedAccounts,
        staffRoutes,
        scheduleRoutes,
        iso20022Routes,
      ],
    };
  }
}
