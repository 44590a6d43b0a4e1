import { Module } from '@nestjs/common';
import { balanceContract } from '@tallystick/contracts';
import { ContractsModule } from '@tallystick/transport/nest';
import { BalanceController } from './balance.controller.js';

@Module({
  imports: [ContractsModule.forService({ answers: [balanceContract], calls: [] })],
  providers: [BalanceController],
})
export class BalanceModule {}
