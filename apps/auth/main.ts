// The auth service alone, as a process of its own.
import { randomBytes } from 'node:crypto';
import { runService } from '@tallystick/cluster';
import { AuthModule } from './auth.module.js';
import { authOf } from './configuration.js';

await runService({
  name: 'auth',
  needs: ['records'],
  module: ({ configuration }) => AuthModule.with({ configuration: authOf(configuration), random: randomBytes }),
});
