// Chance that follows from a seed and a name, so that what one call meets does not depend on which other calls there were.

import { Random } from '../random.js';

export { Random };

/** 32 bits that follow from the seed and the text alone (FNV-1a, then MurmurHash3's finaliser). */
export function keyed(seed: number, key: string): number {
  let hash = (seed ^ 0x811c9dc5) >>> 0;
  for (let i = 0; i < key.length; i++) hash = Math.imul(hash ^ key.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** Draws for calls that are named: the n-th call of a name always meets the same chance. */
export class Draws {
  private readonly times = new Map<string, number>();

  constructor(private readonly seed: number) {}

  of(key: string): Random {
    const time = this.times.get(key) ?? 0;
    this.times.set(key, time + 1);
    return new Random((keyed(this.seed, key) + Math.imul(time, 0x9e3779b1)) >>> 0);
  }
}
