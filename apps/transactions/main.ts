// Transactions alone, as a process of its own.
import { runService } from '@tallystick/cluster';
import { TransactionsModule } from './transactions.module.js';
import { transactionsProjection } from './transactions.projection.js';

await runService({
  name: 'transactions',
  needs: ['journal', 'views', 'keys'],
  projections: [transactionsProjection],
  module: (parts) => TransactionsModule.with(parts.keys()),
});
