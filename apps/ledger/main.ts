// The ledger alone, as a process of its own.
import { runService } from '@tallystick/cluster';
import { dueProjection } from './due.projection.js';
import { LedgerModule } from './ledger.module.js';

await runService({
  name: 'ledger',
  needs: ['journal', 'bus', 'views', 'records'],
  projections: [dueProjection],
  module: () => LedgerModule,
});
