import { Module } from '@nestjs/common';
import { merchantContract } from '@tallystick/contracts';
import { ContractsModule } from '@tallystick/transport/nest';
import { EnrichmentRunner } from './enrichment-runner.js';

export { EnrichmentRunner } from './enrichment-runner.js';

@Module({
  imports: [ContractsModule.forService({ answers: [], calls: [merchantContract] })],
  providers: [EnrichmentRunner],
  exports: [EnrichmentRunner],
})
export class TransactionEnrichmentModule {}
