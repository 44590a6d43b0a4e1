/** Lets so many of its callers in at a time; the others wait in order. */
export class InFlight {
  #free: number;
  readonly #waiting: (() => void)[] = [];

  constructor(limit: number) {
    this.#free = limit;
  }

  async run<Result>(work: () => Promise<Result>): Promise<Result> {
    if (this.#free > 0) this.#free--;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      // Handed over, not given back: a newcomer must not pass those who wait.
      if (next === undefined) this.#free++;
      else next();
    }
  }
}
