// Where webhooks may be sent.
import type { ClusterConfiguration } from '@tallystick/cluster';

export interface WebhookConfiguration {
  /** Whether to addresses of private networks and of this machine, too: for a bank on one's own machine, and for tests. */
  readonly allowPrivateAddresses: boolean;
  /** Networks (`10.1.0.0/16`, `::1/128`) that are allowed though they are private. */
  readonly allowedNetworks: readonly string[];
}

export const defaultWebhook: WebhookConfiguration = { allowPrivateAddresses: false, allowedNetworks: [] };

export function webhookOf({ webhooks }: ClusterConfiguration): WebhookConfiguration {
  return webhooks;
}
