// Transfers and pots alone, as a process of its own.
import { runService } from '@tallystick/cluster';
import { PaymentsModule } from './payments.module.js';

await runService({
  name: 'payments',
  needs: ['records', 'keys'],
  module: (parts) => {
    const { seal, open } = parts.keys();
    return PaymentsModule.with({ seal, open });
  },
});
