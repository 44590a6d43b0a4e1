// Enrichment alone, as a process of its own.
import { runService } from '@tallystick/cluster';
import { TransactionEnrichmentModule } from './transaction-enrichment.module.js';

await runService({
  name: 'transaction-enrichment',
  needs: ['journal', 'bus', 'records'],
  module: () => TransactionEnrichmentModule,
});
