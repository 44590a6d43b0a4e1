// Commands of all kinds from several senders at once, for as long as a round's load lasts, whatever is away meanwhile.
import type { Generator } from '../generator.js';
import type { Random } from '../random.js';
import type { Destination, Sender } from '../sender.js';
import { Unanswered } from './cluster-destination.js';

const PAUSE_MS = { least: 50, most: 200 };
/** So often is a command without an answer sent again at once; else its sender goes on with another. */
const SHARE_SENT_AGAIN = 0.5;
/** Beyond it senders insist: what is under way must all be asked for again at the end. */
const UNDER_WAY_MOST = 400;

export interface LoadParts {
  readonly sender: Sender;
  readonly generator: Generator;
  readonly to: Destination;
}

export class Load {
  answered = 0;
  /** How often which reason was met. */
  readonly failures = new Map<string, number>();
  /** Milliseconds without any answer, at most. */
  longestSilence = 0;
  #lastAnswer = performance.now();
  #ending = false;
  readonly #senders: Promise<unknown>;

  /** @param randoms one for each sender */
  constructor(
    private readonly parts: LoadParts,
    randoms: readonly Random[],
  ) {
    this.#senders = Promise.all(randoms.map((random) => this.#send(random)));
    // Whoever ends the load is told.
    this.#senders.catch(() => undefined);
  }

  /** @throws what a sender failed with, other than having no answer */
  async end(): Promise<void> {
    this.#ending = true;
    await this.#senders;
  }

  async #send(random: Random): Promise<void> {
    const { sender, generator, to } = this.parts;
    let again = generator.next(random);
    while (!this.#ending) {
      try {
        await sender.send(again, to);
        this.#heard();
        again = generator.next(random);
      } catch (error) {
        if (!(error instanceof Unanswered)) throw error;
        this.failures.set(error.reason, (this.failures.get(error.reason) ?? 0) + 1);
        const insists = sender.underWay.size > UNDER_WAY_MOST || random.next() < SHARE_SENT_AGAIN;
        if (!insists) again = generator.next(random);
        await new Promise((resolve) => setTimeout(resolve, random.integer(PAUSE_MS.least, PAUSE_MS.most)));
      }
    }
  }

  #heard(): void {
    this.answered++;
    const now = performance.now();
    this.longestSilence = Math.max(this.longestSilence, now - this.#lastAnswer);
    this.#lastAnswer = now;
  }
}
