import { Module } from '@nestjs/common';
import { transactionsContract } from '@tallystick/contracts';
import { ContractsModule } from '@tallystick/transport/nest';
import { TransactionsController } from './transactions.controller.js';

@Module({
  imports: [ContractsModule.forService({ answers: [transactionsContract], calls: [] })],
  providers: [TransactionsController],
})
export class TransactionsModule {}
