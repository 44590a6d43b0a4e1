// Which authorisations were answered with nothing but that they took too long, or that something went wrong: a repeat hears the same.

const REMEMBERED = 100_000;

export class AnsweredLate {
  readonly #responseCodes = new Map<string, string>();

  get isEmpty(): boolean {
    return this.#responseCodes.size === 0;
  }

  /** @param name of the authorisation, the same for its repeats, without a card number */
  remember(name: string, responseCode: string): void {
    for (const oldest of this.#responseCodes.keys()) {
      if (this.#responseCodes.size < REMEMBERED) break;
      this.#responseCodes.delete(oldest);
    }
    this.#responseCodes.set(name, responseCode);
  }

  responseCodeOf(name: string): string | undefined {
    return this.#responseCodes.get(name);
  }
}
