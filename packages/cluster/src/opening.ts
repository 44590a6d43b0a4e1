import { pause } from '@tallystick/transport/pause';

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 5_000;

/**
 * What `open` resolves to, tried again with growing pauses while the server behind it is away or refuses us. Each new reason is reported
 * once, however often it is met.
 * @throws the signal's reason where it is aborted
 */
export async function opened<Opened>(
  what: string,
  open: () => Promise<Opened>,
  { signal, report }: { readonly signal: AbortSignal; readonly report: (error: unknown) => void },
): Promise<Opened> {
  let told = '';
  for (let attempt = 0; ; attempt++) {
    signal.throwIfAborted();
    try {
      return await open();
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      if (why !== told) report(new Error(`${what}: ${why}; trying again`, { cause: error }));
      told = why;
    }
    await pause(Math.min(FIRST_PAUSE_MS * 2 ** attempt, LONGEST_PAUSE_MS), signal);
  }
}
