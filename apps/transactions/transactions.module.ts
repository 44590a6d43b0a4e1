import { type DynamicModule, Module } from '@nestjs/common';
import { transactionsContract } from '@tallystick/contracts';
import { ContractsModule } from '@tallystick/transport/nest';
import type { Personal } from './personal.js';
import { PERSONAL, TransactionsController } from './transactions.controller.js';

@Module({})
// biome-ignore lint/complexity/noStaticOnlyClass: Nest knows a module by its class
export class TransactionsModule {
  /** @param personal who seals and opens what customers' programs write, under the customers' keys */
  static with(personal: Personal): DynamicModule {
    return {
      module: TransactionsModule,
      imports: [ContractsModule.forService({ answers: [transactionsContract], calls: [] })],
      providers: [{ provide: PERSONAL, useValue: personal }, TransactionsController],
    };
  }
}
