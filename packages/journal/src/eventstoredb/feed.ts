// One subscription call to $all: what has arrived is taken in batches, and the server is held up while nobody takes.
import type { ClientReadableStream } from '@grpc/grpc-js';
import type { Position, RecordedEvent } from '../port.js';
import type { Connection, Line } from './connection.js';
import { startRead } from './read-call.js';
import { encodeSubscription, type ReadAnswer } from './read-messages.js';

/** Events that wait to be taken; the call is paused at so many, or so many bytes. */
const EVENTS_WAITING_MAX = 1_024;
const BYTES_WAITING_MAX = 4 * 1024 * 1024;

export interface FeedOptions {
  readonly after: Position;
  /** How long the server may say nothing before it is asked whether there is anything to say, in ms. */
  readonly silenceMs: number;
  /** Newest position of the journal. @throws where the server does not answer */
  readonly head: () => Promise<Position>;
  /** The feed is connected, or has been for another stretch of `silenceMs`. */
  readonly onAlive: () => void;
}

export class Feed {
  readonly #options: FeedOptions;
  readonly #call: ClientReadableStream<ReadAnswer>;
  #waiting: RecordedEvent[] = [];
  #bytes = 0;
  #newest: Position;
  #confirmed = false;
  #failure: { readonly error: unknown } | undefined;
  /** Resolves the take that waits for an event, a failure or the end of waiting. */
  #wake: (() => void) | undefined;
  readonly #silence: NodeJS.Timeout;

  constructor(connection: Connection, line: Line, options: FeedOptions) {
    this.#options = options;
    this.#newest = options.after;
    // Not only from the leader: a node that follows goes on feeding while another one is elected.
    this.#call = startRead(connection, line, encodeSubscription(options.after), false);
    this.#call.on('data', (answer: ReadAnswer) => this.#arrived(answer));
    this.#call.on('error', (error) => this.#fail(error));
    this.#call.on('end', () => this.#fail(new Error('the server has ended the subscription')));
    this.#silence = setTimeout(() => void this.#checkSilence(), options.silenceMs);
  }

  /**
   * What has arrived, at least one event; waits for it where nothing has. What had arrived before a failure comes first.
   * @returns nothing where the feed was stopped
   * @throws what ended the call
   */
  async take(): Promise<readonly RecordedEvent[]> {
    while (this.#waiting.length === 0) {
      if (this.#failure !== undefined) throw this.#failure.error;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    const events = this.#waiting;
    this.#waiting = [];
    this.#bytes = 0;
    if (this.#call.isPaused()) this.#call.resume();
    return events;
  }

  stop(): void {
    clearTimeout(this.#silence);
    this.#fail(new Error('the subscription was stopped'));
    this.#call.cancel();
  }

  #arrived(answer: ReadAnswer): void {
    this.#silence.refresh();
    if (typeof answer === 'string') {
      if (answer === 'confirmation') {
        this.#confirmed = true;
        this.#options.onAlive();
      }
      return;
    }
    this.#newest = answer.position;
    this.#bytes += answer.payload.length + answer.metadata.length;
    const taken = this.#waiting.push(answer);
    if (taken >= EVENTS_WAITING_MAX || this.#bytes >= BYTES_WAITING_MAX) this.#call.pause();
    // Not at once: what else this turn of the event loop reads from the socket joins the batch.
    if (taken === 1 && this.#wake !== undefined) setImmediate(() => this.#wakeUp());
  }

  #wakeUp(): void {
    const wake = this.#wake;
    this.#wake = undefined;
    wake?.();
  }

  #fail(error: unknown): void {
    this.#failure ??= { error };
    clearTimeout(this.#silence);
    this.#wakeUp();
  }

  /** A server that has nothing to say and one that has fallen silent look alike: the head tells them apart. */
  async #checkSilence(): Promise<void> {
    const { silenceMs, head, onAlive } = this.#options;
    if (!this.#confirmed) return this.#fail(new Error(`the subscription was not confirmed within ${silenceMs} ms`));
    if (!this.#call.isPaused()) {
      const before = this.#newest;
      try {
        const newest = await head();
        if (this.#failure !== undefined) return;
        if (newest > before && this.#newest === before && !this.#call.isPaused())
          return this.#fail(new Error(`nothing within ${silenceMs} ms, though there are newer events`));
      } catch (error) {
        return this.#fail(error);
      }
    }
    onAlive();
    this.#silence.refresh();
  }
}
