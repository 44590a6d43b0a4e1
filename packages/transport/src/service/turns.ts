// Long requests take turns.

/**
 * Lets one of those that wait go on for each turn of the event loop, in the order in which they came. Node accepts one new connection for
 * each turn: without this, whoever connects while many long requests are under way waits for all of them, again and again.
 */
export class Turns {
  private readonly waiting: (() => void)[] = [];

  /** Resolves when it is the caller's turn. */
  next(): Promise<void> {
    return new Promise((resolve) => {
      this.waiting.push(resolve);
      if (this.waiting.length === 1) setImmediate(this.give);
    });
  }

  private readonly give = () => {
    this.waiting.shift()?.();
    if (this.waiting.length > 0) setImmediate(this.give);
  };
}
