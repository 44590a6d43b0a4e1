import { defaultRateLimit, type RateLimit } from '@tallystick/customer-api';

export interface WebhookApiConfiguration {
  /** Of each client and user; undefined where an edge counts. */
  readonly rateLimit: RateLimit | undefined;
}

export const defaultWebhookApi: WebhookApiConfiguration = { rateLimit: defaultRateLimit };
