// Answer times in a space of their own, however many there are.

const BUCKET_MS = 0.1;
const BUCKETS = 100_000;

export class Latencies {
  readonly #buckets = new Uint32Array(BUCKETS);
  #count = 0;
  #longest = 0;

  get count(): number {
    return this.#count;
  }

  /** Milliseconds. */
  get longest(): number {
    return this.#longest;
  }

  add(milliseconds: number): void {
    const bucket = Math.min(BUCKETS - 1, Math.floor(milliseconds / BUCKET_MS));
    this.#buckets[bucket] = (this.#buckets[bucket] ?? 0) + 1;
    this.#count++;
    if (milliseconds > this.#longest) this.#longest = milliseconds;
  }

  /** Milliseconds, to a tenth; 0 of nothing. @param share 0.5 for the median */
  quantile(share: number): number {
    let left = Math.ceil(this.#count * share);
    if (left === 0) return 0;
    for (let bucket = 0; bucket < BUCKETS; bucket++) {
      left -= this.#buckets[bucket] ?? 0;
      if (left <= 0) return Math.round((bucket + 1) * BUCKET_MS * 10) / 10;
    }
    return this.#longest;
  }
}
