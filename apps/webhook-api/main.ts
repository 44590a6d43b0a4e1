// The webhook API alone, as a process of its own.
import { runService } from '@tallystick/cluster';
import { webhookApiOf } from './configuration.js';
import { WebhookApiModule } from './webhook-api.module.js';

await runService({
  name: 'webhook-api',
  needs: [],
  module: ({ configuration }) => WebhookApiModule.with(webhookApiOf(configuration)),
});
