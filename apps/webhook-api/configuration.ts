import type { ClusterConfiguration } from '@tallystick/cluster';
import { defaultRateLimit, type RateLimit } from '@tallystick/customer-api';

export interface WebhookApiConfiguration {
  /** Of each client and user; undefined where an edge counts. */
  readonly rateLimit: RateLimit | undefined;
}

export const defaultWebhookApi: WebhookApiConfiguration = { rateLimit: defaultRateLimit };

/** What a cluster's configuration says, and the defaults for the rest. */
export function webhookApiOf({ api }: ClusterConfiguration): WebhookApiConfiguration {
  return api.countsRequests ? defaultWebhookApi : { rateLimit: undefined };
}
