// What customers do with their own cards.
import { type DynamicModule, Module } from '@nestjs/common';
import {
  accountsContract,
  authContract,
  cardProcessingContract,
  cardsContract,
  ledgerContract,
} from '@tallystick/contracts';
import { ContractsModule } from '@tallystick/transport/nest';
import { CARD_API_CONFIGURATION, CardApiHttp } from './card-api.http.js';
import { type CardApiConfiguration, defaultCardApi } from './configuration.js';

export type { CardApiConfiguration } from './configuration.js';

@Module({})
// biome-ignore lint/complexity/noStaticOnlyClass: Nest knows a module by its class
export class CardApiModule {
  static with(configuration: CardApiConfiguration = defaultCardApi): DynamicModule {
    const calls = [accountsContract, authContract, cardProcessingContract, cardsContract, ledgerContract];
    return {
      module: CardApiModule,
      imports: [ContractsModule.forService({ answers: [], calls })],
      providers: [{ provide: CARD_API_CONFIGURATION, useValue: configuration }, CardApiHttp],
    };
  }
}
