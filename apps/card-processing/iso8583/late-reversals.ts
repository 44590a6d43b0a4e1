// An authorisation that was answered with nothing but that it took too long may have been approved all the same: it is taken back, whether an
// approval is found or not (lifecycles, section 5).
import type { CardBody, KeysBody } from '../gateway.schemas.js';

export interface LateAuthorisation {
  /** Idempotency key of the authorisation. */
  readonly key: string;
  readonly card: CardBody;
  readonly keys: KeysBody;
}

export interface LateReversalsPorts {
  /** Resolves with whether it is done; false where it is to be tried again. Never rejects. */
  readonly reverse: (late: LateAuthorisation) => Promise<boolean>;
  readonly pause: (milliseconds: number, signal: AbortSignal) => Promise<void>;
}

const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 5_000;

export class LateReversals {
  readonly #stopping = new AbortController();
  readonly #running = new Set<Promise<void>>();
  #done = 0;

  constructor(private readonly ports: LateReversalsPorts) {}

  /** Not taken back yet. */
  get waiting(): number {
    return this.#running.size;
  }

  /** Taken back since this started. */
  get done(): number {
    return this.#done;
  }

  add(late: LateAuthorisation): void {
    const running = this.#takeBack(late).finally(() => this.#running.delete(running));
    this.#running.add(running);
  }

  /** Waits for those under way, until the signal is aborted. */
  async close(signal: AbortSignal): Promise<void> {
    const stop = () => this.#stopping.abort();
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
    await Promise.all(this.#running);
    signal.removeEventListener('abort', stop);
  }

  async #takeBack(late: LateAuthorisation): Promise<void> {
    const { reverse, pause } = this.ports;
    const { signal } = this.#stopping;
    for (let wait = FIRST_PAUSE_MS; !signal.aborted; wait = Math.min(wait * 2, LONGEST_PAUSE_MS)) {
      if (await reverse(late)) {
        this.#done++;
        return;
      }
      await pause(wait, signal);
    }
  }
}
