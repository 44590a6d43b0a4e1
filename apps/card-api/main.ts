// Customers' control of their cards alone, as a process of its own.
import { runService } from '@tallystick/cluster';
import { CardApiModule } from './card-api.module.js';

await runService({ name: 'card-api', needs: ['records'], module: () => CardApiModule.with() });
