import { type DynamicModule, Module } from '@nestjs/common';
import {
  accountsContract,
  balanceContract,
  cardProcessingContract,
  cardsContract,
  ledgerContract,
  transactionsContract,
} from '@tallystick/contracts';
import type { KeyPort } from '@tallystick/events';
import { ContractsModule } from '@tallystick/transport/nest';
import { AccountsController, USER_KEYS } from './accounts.controller.js';
import { StaffRoutes } from './staff.routes.js';

@Module({})
// biome-ignore lint/complexity/noStaticOnlyClass: Nest knows a module by its class
export class AccountsModule {
  /** @param keys the customers', under which their details are sealed */
  static with({ keys }: { readonly keys: KeyPort }): DynamicModule {
    const calls = [
      accountsContract,
      balanceContract,
      cardProcessingContract,
      cardsContract,
      ledgerContract,
      transactionsContract,
    ];
    return {
      module: AccountsModule,
      imports: [ContractsModule.forService({ answers: [accountsContract], calls })],
      providers: [{ provide: USER_KEYS, useValue: keys }, AccountsController, StaffRoutes],
    };
  }
}
