// Which authorisations were answered with nothing but that they took too long, or that something went wrong: a repeat hears the same.

const REMEMBERED = 100_000;

export class AnsweredLate {
  readonly #responseCodes = new Map<string, string>();

  /** @param key of the authorisation, the same for its repeats */
  remember(key: string, responseCode: string): void {
    for (const oldest of this.#responseCodes.keys()) {
      if (this.#responseCodes.size < REMEMBERED) break;
      this.#responseCodes.delete(oldest);
    }
    this.#responseCodes.set(key, responseCode);
  }

  responseCodeOf(key: string): string | undefined {
    return this.#responseCodes.get(key);
  }
}
