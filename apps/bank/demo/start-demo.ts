// Moves the demo's customer into a bank that runs.
import { randomInt } from 'node:crypto';
import { pause } from '@tallystick/transport/pause';
import type { ServedBank } from '../bank.js';
import { Demo } from './demo.js';
import { CUSTOMER } from './household.js';

export { FEED_PAGE } from './feed-page.js';

/** What the demo needs of a bank, in one process or many. */
export type DemoBank = Pick<ServedBank, 'url' | 'clients' | 'context' | 'bookDate' | 'customerToken'>;

export interface StartedDemo {
  readonly accountId: string;
  readonly cardId: string;
  /** The customer's bearer token. */
  readonly token: string;
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
  const demo = await Demo.open({ ...ports, seed: randomInt(2 ** 32) }, stopping.signal);
  const running = demo.run(stopping.signal);
  return {
    accountId: demo.household.accountId,
    cardId: demo.household.cardId,
    token: bank.customerToken(CUSTOMER),
    async stop() {
      stopping.abort();
      await running;
    },
  };
}
