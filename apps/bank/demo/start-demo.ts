// Moves the demo's customer into a bank that runs.
import { randomInt } from 'node:crypto';
import { pause } from '@tallystick/transport/pause';
import type { ServedBank } from '../bank.js';
import { Demo } from './demo.js';
import { CUSTOMER } from './household.js';

/** Whom the token is given to that is printed at the start. */
const API_CLIENT = 'oauth2client_0000demo';
const API_TOKEN_SECONDS = 30 * 86_400;

export { FEED_PAGE } from './feed-page.js';

/** What the demo needs of a bank, in one process or many. */
export type DemoBank = Pick<ServedBank, 'url' | 'clients' | 'context' | 'bookDate' | 'customerToken'>;

export interface StartedDemo {
  readonly accountId: string;
  readonly cardId: string;
  /** The customer's bearer token for the feed and its page. */
  readonly token: string;
  /** The same for the customer API: approved, with the whole history. Each start makes another, and the one before is no longer good. */
  readonly apiToken: string;
  /** Resolves when nothing of it is under way any more. */
  stop(): Promise<void>;
}

/** @param folder where it keeps what it must not forget: the bank's data folder */
export async function startDemo(
  bank: DemoBank,
  folder: string,
  report: (error: unknown) => void,
): Promise<StartedDemo> {
  const { url, clients, context, bookDate } = bank;
  const stopping = new AbortController();
  const ports = { url, folder, clients, context, bookDate, now: Date.now, pause, report };
  const apiToken = { userId: CUSTOMER, clientId: API_CLIENT, lifetimeSeconds: API_TOKEN_SECONDS };
  const demo = await Demo.open({ ...ports, seed: randomInt(2 ** 32) }, stopping.signal);
  const running = demo.run(stopping.signal);
  return {
    accountId: demo.household.accountId,
    cardId: demo.household.cardId,
    token: bank.customerToken(CUSTOMER),
    apiToken: (await clients.auth.issue(apiToken, context())).token,
    async stop() {
      stopping.abort();
      await running;
    },
  };
}
