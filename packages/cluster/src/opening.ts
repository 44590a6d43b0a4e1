// Servers that are away when a service starts are waited for.
import { pause } from '@tallystick/transport/pause';
import type { Report } from './outages.js';

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 5_000;

export interface Waiting {
  readonly signal: AbortSignal;
  readonly report: Report;
  /** What is waited for now; each is taken out once it is there. */
  readonly awaited?: string[];
}

/**
 * What `open` resolves to, tried again with growing pauses while the server behind it is away or refuses us. Each new reason is reported
 * once, as a sentence, however often it is met.
 * @throws the signal's reason where it is aborted
 */
export async function opened<Opened>(
  what: string,
  open: () => Promise<Opened>,
  { signal, report, awaited = [] }: Waiting,
): Promise<Opened> {
  let told = '';
  awaited.push(what);
  for (let attempt = 0; ; attempt++) {
    signal.throwIfAborted();
    try {
      const found = await open();
      awaited.splice(awaited.indexOf(what), 1);
      return found;
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      if (why !== told) report(new Error(`${what}: ${why}; trying again`, { cause: error }));
      told = why;
    }
    await pause(Math.min(FIRST_PAUSE_MS * 2 ** attempt, LONGEST_PAUSE_MS), signal);
  }
}
