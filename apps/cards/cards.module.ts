import { Module } from '@nestjs/common';
import { cardsContract, ledgerContract } from '@tallystick/contracts';
import { ContractsModule } from '@tallystick/transport/nest';
import { CardsController } from './cards.controller.js';

@Module({
  imports: [ContractsModule.forService({ answers: [cardsContract], calls: [ledgerContract] })],
  providers: [CardsController],
})
export class CardsModule {}
