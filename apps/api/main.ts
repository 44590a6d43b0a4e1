// The customer API alone, as a process of its own.
import { runService } from '@tallystick/cluster';
import { ApiModule } from './api.module.js';
import { apiOf } from './configuration.js';

await runService({
  name: 'api',
  needs: ['records', 'keys'],
  module: (parts) => ApiModule.with({ keys: parts.keys(), configuration: apiOf(parts.configuration) }),
});
