// The customer API alone, as a process of its own.
import { runService } from '@tallystick/cluster';
import { ApiModule } from './api.module.js';
import { apiOf } from './configuration.js';

await runService({
  name: 'api',
  needs: ['keys'],
  module: (parts) => ApiModule.with({ open: parts.keys().open, configuration: apiOf(parts.configuration) }),
});
