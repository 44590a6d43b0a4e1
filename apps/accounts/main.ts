// Accounts alone, as a process of its own.
import { runService } from '@tallystick/cluster';
import { AccountsModule } from './accounts.module.js';
import { accountsProjection } from './accounts.projection.js';

await runService({
  name: 'accounts',
  needs: ['journal', 'bus', 'views', 'keys'],
  projections: [accountsProjection],
  module: (parts) => AccountsModule.with({ keys: parts.keys() }),
});
