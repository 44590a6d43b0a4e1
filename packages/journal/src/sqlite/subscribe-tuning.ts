import { setImmediate } from 'node:timers/promises';

export const PAGE_SIZE = 512;
export const POLL_MS = 50;

export interface SubscribeTuning {
  /** Events per batch of a subscription, at most; 512 by default. */
  readonly pageSize?: number;
  /** How often a waiting subscription looks for what another process appended, in milliseconds; 50 by default. */
  readonly pollMs?: number;
}

/** SQLite reads on the calling thread: between two pages, let the event loop have its turn. */
export async function breathe(): Promise<void> {
  await setImmediate();
}
