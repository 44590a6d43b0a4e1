// What is still to be done, in order of time: what lies in the past is done at once, the rest when its time comes.

export interface Errand {
  /** Milliseconds since 1970. */
  readonly at: number;
  /** What follows from it. */
  readonly run: () => Promise<readonly Errand[]>;
}

export class Errands {
  private readonly waiting: Errand[] = [];

  add(errands: readonly Errand[]): void {
    this.waiting.push(...errands);
    // Newest first, so that the next one is taken from the end; there are hundreds, not millions.
    this.waiting.sort((a, b) => b.at - a.at);
  }

  /** When the next one is due; undefined where there is none. */
  get next(): number | undefined {
    return this.waiting.at(-1)?.at;
  }

  /** Does all that is due by then, and what follows from that. */
  async runUntil(now: number, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const errand = this.waiting.at(-1);
      if (errand === undefined || errand.at > now) return;
      this.waiting.pop();
      this.add(await errand.run());
    }
  }
}
