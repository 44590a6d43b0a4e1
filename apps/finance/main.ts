// The books alone, as a process of its own.
import { runService } from '@tallystick/cluster';
import { FinanceModule } from './finance.module.js';
import { generalLedgerProjection } from './gl.projection.js';

await runService({
  name: 'finance',
  needs: ['journal', 'views'],
  projections: [generalLedgerProjection],
  module: () => FinanceModule,
});
