// Chance that can be repeated: the same seed gives the same draws anywhere (mulberry32).

export class Seeded {
  private state: number;

  /** @param seed a whole number; its lowest 32 bits count */
  constructor(seed: number) {
    this.state = seed >>> 0;
  }

  /** From 0 up to, not including, 1. */
  next(): number {
    this.state = (this.state + 0x6d2b79f5) >>> 0;
    let mixed = this.state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  }

  /** A whole number, both ends included. */
  between(least: number, most: number): number {
    return least + Math.floor(this.next() * (most - least + 1));
  }

  chance(share: number): boolean {
    return this.next() < share;
  }

  /** @throws RangeError where there is nothing to pick */
  pick<T>(of: readonly T[]): T {
    const picked = of[Math.floor(this.next() * of.length)];
    if (picked === undefined) throw new RangeError('nothing to pick from');
    return picked;
  }
}
