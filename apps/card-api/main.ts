// Customers' control of their cards alone, as a process of its own.
import { runService } from '@tallystick/cluster';
import { CardApiModule } from './card-api.module.js';
import { cardApiOf } from './configuration.js';

await runService({
  name: 'card-api',
  needs: ['records'],
  module: ({ configuration }) => CardApiModule.with(cardApiOf(configuration)),
});
