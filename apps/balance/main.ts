// Balances alone, as a process of its own.
import { runService } from '@tallystick/cluster';
import { BalanceModule } from './balance.module.js';
import { balanceProjection } from './balance.projection.js';

await runService({ name: 'balance', needs: ['views'], projections: [balanceProjection], module: () => BalanceModule });
