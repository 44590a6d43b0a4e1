// Requests and responses in one process: for tests.
import type { Pause } from '../port.js';
import {
  REQUESTS_AT_ONCE,
  type ReceivedRequest,
  type RequestHandler,
  type RequestTopic,
  type Response,
} from '../requests.js';

export interface MemoryRequestTopicOptions {
  readonly pause: Pause;
  /** Told of every failure, before the pause. */
  readonly onFailure?: (error: unknown) => void;
}

export interface MemoryDeadLetter {
  readonly reason: string;
  /** Null where it must not be copied. */
  readonly request: ReceivedRequest | null;
}

const PAUSE_MS = 100;
const NOTHING = () => undefined;

/** All requests are of one partition. */
export class MemoryRequestTopic implements RequestTopic {
  readonly responses: Response[] = [];
  readonly deadLetters: MemoryDeadLetter[] = [];
  readonly #requests: ReceivedRequest[] = [];
  #answered = 0;
  #wake: () => void = NOTHING;
  #watchers: (() => void)[] = [];

  constructor(private readonly options: MemoryRequestTopicOptions) {}

  send(...requests: readonly ReceivedRequest[]): void {
    this.#requests.push(...requests);
    this.#wake();
  }

  /** Resolves once there are so many responses and dead letters. */
  hasReplied(count: number): Promise<void> {
    return new Promise((resolve) => {
      const watch = () => {
        if (this.responses.length + this.deadLetters.length >= count) resolve();
      };
      this.#watchers.push(watch);
      watch();
    });
  }

  /** Everything is given once more, as after a crash before it was known to be answered. */
  redeliver(): void {
    this.#answered = 0;
    this.#wake();
  }

  async serve(handler: RequestHandler, signal: AbortSignal): Promise<void> {
    const { pause, onFailure } = this.options;
    let failures = 0;
    while (!signal.aborted) {
      if (this.#answered === this.#requests.length) {
        await this.#more(signal);
        continue;
      }
      try {
        await this.#answer(handler);
        failures = 0;
      } catch (error) {
        onFailure?.(error);
        await pause(PAUSE_MS * 2 ** failures++, signal);
      }
    }
  }

  async #answer(handler: RequestHandler): Promise<void> {
    const requests = this.#requests.slice(this.#answered, this.#answered + REQUESTS_AT_ONCE);
    const answered = this.#answered + requests.length;
    const replies = await handler(requests);
    for (const [index, request] of requests.entries()) {
      const reply = replies[index];
      if (reply === undefined) throw new Error('a request has no reply');
      if (reply.kind === 'response') this.responses.push(reply);
      else this.deadLetters.push({ reason: reply.reason, request: reply.copied ? request : null });
    }
    this.#answered = answered;
    for (const watch of this.#watchers) watch();
  }

  async #more(signal: AbortSignal): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
      signal.addEventListener('abort', () => resolve(), { once: true });
    });
    this.#wake = NOTHING;
  }
}
