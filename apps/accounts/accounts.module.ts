import { Module } from '@nestjs/common';
import {
  accountsContract,
  balanceContract,
  cardProcessingContract,
  cardsContract,
  ledgerContract,
  transactionsContract,
} from '@tallystick/contracts';
import { ContractsModule } from '@tallystick/transport/nest';
import { AccountsController } from './accounts.controller.js';
import { StaffRoutes } from './staff.routes.js';

@Module({
  imports: [
    ContractsModule.forService({
      answers: [accountsContract],
      calls: [
        accountsContract,
        balanceContract,
        cardProcessingContract,
        cardsContract,
        ledgerContract,
        transactionsContract,
      ],
    }),
  ],
  providers: [AccountsController, StaffRoutes],
})
export class AccountsModule {}
