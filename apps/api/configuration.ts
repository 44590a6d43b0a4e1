import type { ClusterConfiguration } from '@tallystick/cluster';
import { defaultRateLimit, type RateLimit } from '@tallystick/customer-api';

export interface ApiConfiguration {
  /** Of each client and user; undefined where an edge counts. */
  readonly rateLimit: RateLimit | undefined;
  /** How many days back transactions are shown when the user's approval is some minutes old (customer API, 7.2). */
  readonly historyDays: number;
  /**
   * How long a transaction may take, in milliseconds, from the time that it says of itself to the ledger, which then knows of it: a page
   * that comes nearer to now than this waits, so that none appears later in a place that a reader has gone past.
   */
  readonly settlingMs: number;
  /** What a user may upload in 24 hours; 100 MiB where it is left out. */
  readonly uploadBytesPerDay?: number;
  /** Where programs find this API, `https://api.example`: URLs that are told begin with it. Undefined: where the request went. */
  readonly publicUrl?: string | undefined;
  /** The bank's own, shown with IBANs; none where it is left out. */
  readonly bic?: string;
}

export const defaultApi: ApiConfiguration = { rateLimit: defaultRateLimit, historyDays: 90, settlingMs: 100 };

/** What a cluster's configuration says, and the defaults for the rest. */
export function apiOf({ api }: ClusterConfiguration): ApiConfiguration {
  const { countsRequests, ...rest } = api;
  return { ...defaultApi, ...rest, ...(countsRequests ? {} : { rateLimit: undefined }) };
}
