// Collects what acquirers present and brings it to the bank on the day that is due. A day of the network passes quickly.
import type { ClearingDelivery, ClearingLine, LineOutcome } from './clearing-lines.js';

interface Entry {
  readonly line: ClearingLine;
  readonly tell: (outcome: LineOutcome) => void;
  readonly fail: (error: unknown) => void;
}

const DAY_MS = 250;

export class ClearingHouse {
  readonly #due = new Map<number, Entry[]>();
  readonly #clock: NodeJS.Timeout;
  #day = 0;
  #hurrying = false;
  #lines = 0;
  #files = 0;

  constructor(private readonly delivery: ClearingDelivery) {
    this.#clock = setInterval(() => this.#nextDay(), DAY_MS);
  }

  get lines(): number {
    return this.#lines;
  }

  get files(): number {
    return this.#files;
  }

  /** @param days from now, 1 for the next day @throws what the delivery throws */
  present(line: ClearingLine, days = 1): Promise<LineOutcome> {
    this.#lines++;
    return new Promise((tell, fail) => {
      // In a hurry the day is over before a line that is brought to it can wait.
      const day = this.#day + (this.#hurrying ? 1 : days);
      const entry = { line, tell, fail };
      const file = this.#due.get(day);
      if (file === undefined) this.#due.set(day, [entry]);
      else file.push(entry);
    });
  }

  /** From now on nothing waits for more than a day: the run ends. */
  hurry(): void {
    this.#hurrying = true;
    const waiting = [...this.#due.values()].flat();
    this.#due.clear();
    this.#due.set(this.#day + 1, waiting);
  }

  close(): void {
    clearInterval(this.#clock);
  }

  #nextDay(): void {
    const file = this.#due.get(++this.#day);
    if (file === undefined) return;
    this.#due.delete(this.#day);
    if (file.length > 0) void this.#deliver(file);
  }

  async #deliver(file: readonly Entry[]): Promise<void> {
    this.#files++;
    try {
      const outcomes = await this.delivery.deliver(file.map(({ line }) => line));
      for (const [index, { tell, fail }] of file.entries()) {
        const outcome = outcomes[index];
        if (outcome === undefined) fail(new Error('a line of a clearing file has no outcome'));
        else tell(outcome);
      }
    } catch (error) {
      for (const { fail } of file) fail(error);
    }
  }
}
