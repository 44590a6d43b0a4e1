import { defaultRateLimit, type RateLimit } from '@tallystick/customer-api';

export interface ApiConfiguration {
  /** Of each client and user; undefined where an edge counts. */
  readonly rateLimit: RateLimit | undefined;
  /** How many days back transactions are shown when the user's approval is some minutes old (customer API, 7.2). */
  readonly historyDays: number;
  /**
   * How long a transaction may take, in milliseconds, from the time that it says of itself to the journal: a page that comes nearer to
   * now than this waits, so that none appears later in a place that a reader has gone past.
   */
  readonly settlingMs: number;
  /** The bank's own, shown with IBANs; none where it is left out. */
  readonly bic?: string;
}

export const defaultApi: ApiConfiguration = { rateLimit: defaultRateLimit, historyDays: 90, settlingMs: 100 };
