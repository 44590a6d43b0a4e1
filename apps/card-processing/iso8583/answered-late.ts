// Which authorisations were answered with nothing but that they took too long, or that something went wrong: a repeat hears the same.
import { Recent } from '../recent.js';

const REMEMBERED = 100_000;

export class AnsweredLate {
  readonly #responseCodes = new Recent<string, string>(REMEMBERED);

  get isEmpty(): boolean {
    return this.#responseCodes.isEmpty;
  }

  /** @param name of the authorisation, the same for its repeats, without a card number */
  remember(name: string, responseCode: string): void {
    this.#responseCodes.set(name, responseCode);
  }

  responseCodeOf(name: string): string | undefined {
    return this.#responseCodes.get(name);
  }
}
