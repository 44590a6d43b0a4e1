import type { ClusterConfiguration } from '@tallystick/cluster';
import { defaultRateLimit, type RateLimit } from '@tallystick/customer-api';

export interface CardApiConfiguration {
  /** Of each client and user; undefined where an edge counts. */
  readonly rateLimit: RateLimit | undefined;
  /** How long a card is valid that comes in another's place. */
  readonly validYears: number;
}

export const defaultCardApi: CardApiConfiguration = { rateLimit: defaultRateLimit, validYears: 4 };

/** What a cluster's configuration says, and the defaults for the rest. */
export function cardApiOf({ api }: ClusterConfiguration): CardApiConfiguration {
  return api.countsRequests ? defaultCardApi : { ...defaultCardApi, rateLimit: undefined };
}
