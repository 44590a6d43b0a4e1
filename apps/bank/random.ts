// Chance that can be had again: the same seed gives the same numbers.

/** A small generator (mulberry32): quick, and the same on every machine. */
export class Random {
  private state: number;

  constructor(seed: number) {
    this.state = seed >>> 0;
  }

  /** 32 bits. */
  next(): number {
    this.state = (this.state + 0x6d2b79f5) >>> 0;
    let mixed = this.state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  }

  /** A whole number from 0 to `n` - 1. */
  below(n: number): number {
    return Math.floor((this.next() / 2 ** 32) * n);
  }

  /** Both inclusive. */
  between(low: number, high: number): number {
    return low + this.below(high - low + 1);
  }

  /** True in so many of a million cases. */
  happens(perMillion: number): boolean {
    return this.below(1_000_000) < perMillion;
  }

  /** @throws RangeError where there is nothing to pick */
  pick<const T>(of: readonly T[]): T {
    const index = this.below(of.length);
    if (index >= of.length) throw new RangeError('nothing to pick from');
    return of[index] as T; // within the array, so it is there
  }
}
