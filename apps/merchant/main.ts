// Merchants alone, as a process of its own.
import { runService } from '@tallystick/cluster';
import { MerchantModule } from './merchant.module.js';
import { merchantProjection } from './merchant.projection.js';

await runService({
  name: 'merchant',
  needs: ['journal', 'views'],
  projections: [merchantProjection],
  module: () => MerchantModule,
});
