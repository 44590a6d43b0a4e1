// Transfers, pots and payments alone, as a process of its own.
import { runService } from '@tallystick/cluster';
import { PaymentsModule } from './payments.module.js';
import { schedulesProjection } from './schedules.projection.js';

await runService({
  name: 'payments',
  needs: ['bus', 'records', 'views', 'keys'],
  projections: [schedulesProjection],
  module: (parts) => {
    const { seal, open } = parts.keys();
    return PaymentsModule.with({ seal, open });
  },
});
