import { type DynamicModule, Module } from '@nestjs/common';
import { feedGeneratorContract, ledgerContract } from '@tallystick/contracts';
import { ContractsModule } from '@tallystick/transport/nest';
import { FeedGeneratorController, SEAL_PERSONAL } from './feed-generator.controller.js';
import type { SealPersonal } from './feed-generator.js';

@Module({})
// biome-ignore lint/complexity/noStaticOnlyClass: Nest knows a module by its class
export class FeedGeneratorModule {
  /** @param seal who seals posted text under the customers' keys */
  static with({ seal }: { readonly seal: SealPersonal }): DynamicModule {
    return {
      module: FeedGeneratorModule,
      imports: [ContractsModule.forService({ answers: [feedGeneratorContract], calls: [ledgerContract] })],
      providers: [{ provide: SEAL_PERSONAL, useValue: seal }, FeedGeneratorController],
    };
  }
}
