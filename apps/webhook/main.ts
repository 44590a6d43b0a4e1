// The webhook service alone, as a process of its own.
import { randomBytes } from 'node:crypto';
import { runService } from '@tallystick/cluster';
import { webhookOf } from './configuration.js';
import { WebhookModule } from './webhook.module.js';

const INSTANCE_BYTES = 12;

await runService({
  name: 'webhook',
  needs: ['bus', 'records', 'keys'],
  module: ({ configuration, keys }) =>
    WebhookModule.with({
      configuration: webhookOf(configuration),
      instance: randomBytes(INSTANCE_BYTES).toString('base64url'),
      random: randomBytes,
      openAll: keys().openAll,
    }),
});
