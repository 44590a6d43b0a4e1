import { type DynamicModule, Module } from '@nestjs/common';
import {
  accountsContract,
  authContract,
  type BookDate,
  balanceContract,
  type ClientOf,
  cardProcessingContract,
  cardsContract,
  ledgerContract,
  transactionsContract,
} from '@tallystick/contracts';
import type { KeyPort } from '@tallystick/events';
import type { Journal } from '@tallystick/journal';
import type { Micros } from '@tallystick/ledger-core';
import { BOOK_DATE, CLOCK, ContractsModule, clientOf, FRESHNESS, JOURNAL, VIEWS } from '@tallystick/transport/nest';
import type { Freshness, ViewReader } from '@tallystick/views';
import { AccountsController } from './accounts.controller.js';
import { ErasureRunner } from './erasure-runner.js';
import { StaffRoutes } from './staff.routes.js';
import { Users } from './users.js';

@Module({})
// biome-ignore lint/complexity/noStaticOnlyClass: Nest knows a module by its class
export class AccountsModule {
  /** @param keys the customers' and their accounts', under which their text is sealed */
  static with({ keys }: { readonly keys: KeyPort }): DynamicModule {
    const calls = [
      accountsContract,
      authContract,
      balanceContract,
      cardProcessingContract,
      cardsContract,
      ledgerContract,
      transactionsContract,
    ];
    const users = {
      provide: Users,
      useFactory: (
        ledger: ClientOf<typeof ledgerContract>,
        auth: ClientOf<typeof authContract>,
        journal: Journal,
        views: ViewReader,
        freshness: Freshness,
        clock: () => Micros,
        bookDate: BookDate,
      ) => new Users({ ledger, auth, journal, keys, views, freshness, clock, bookDate }),
      inject: [clientOf(ledgerContract), clientOf(authContract), JOURNAL, VIEWS, FRESHNESS, CLOCK, BOOK_DATE],
    };
    return {
      module: AccountsModule,
      imports: [ContractsModule.forService({ answers: [accountsContract], calls })],
      providers: [users, AccountsController, ErasureRunner, StaffRoutes],
    };
  }
}
