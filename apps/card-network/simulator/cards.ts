// The cards of a run: what is believed of each, and what was said about it lately.
import { CardBelief } from './belief.js';

const DIARY_LINES = 80;
const SHOWN_DIGITS = 4;

export class Card {
  readonly belief: CardBelief;
  /** The bank answered so many authorisations with 91 or 96: it takes them back by itself, when it can. */
  takenBack = 0;
  readonly #diary: string[] = [];
  #lines = 0;

  constructor(
    readonly number: string,
    readonly accountId: string,
    overdraft: bigint,
    before: { readonly ledger: bigint; readonly held: bigint },
  ) {
    this.belief = new CardBelief(overdraft, before);
  }

  get masked(): string {
    return this.number.slice(-SHOWN_DIGITS).padStart(this.number.length, '*');
  }

  /** The last of them are kept. */
  note(line: string): void {
    this.#diary[this.#lines++ % DIARY_LINES] = line;
  }

  /** In the order in which they were noted. */
  get diary(): string[] {
    const oldest = this.#lines % DIARY_LINES;
    return this.#lines <= DIARY_LINES
      ? [...this.#diary]
      : [...this.#diary.slice(oldest), ...this.#diary.slice(0, oldest)];
  }
}
