// How many requests one token may make: a bucket of tokens each, refilled steadily (customer API, section 12).

export interface RateLimit {
  /** Requests at once after a pause. */
  readonly burst: number;
  readonly perSecond: number;
}

export const defaultRateLimit: RateLimit = { burst: 100, perSecond: 10 };

const BUCKETS_MAX = 100_000;

interface Bucket {
  left: number;
  /** Milliseconds since 1970. */
  at: number;
}

/** Of one process: several instances let through as many times more. */
export class RateLimiter {
  private readonly buckets = new Map<string, Bucket>();

  constructor(
    private readonly limit: RateLimit,
    /** Milliseconds since 1970. */
    private readonly now: () => number,
  ) {}

  /** Takes one request; 0 where it may go on, else the whole seconds after which one may. */
  secondsToWait(who: string): number {
    const { burst, perSecond } = this.limit;
    const now = this.now();
    let bucket = this.buckets.get(who);
    if (bucket === undefined) {
      // Who is forgotten has a full bucket again: that errs for the caller.
      if (this.buckets.size >= BUCKETS_MAX) this.buckets.clear();
      bucket = { left: burst, at: now };
      this.buckets.set(who, bucket);
    }
    bucket.left = Math.min(burst, bucket.left + (Math.max(0, now - bucket.at) / 1_000) * perSecond);
    bucket.at = now;
    if (bucket.left < 1) return Math.max(1, Math.ceil((1 - bucket.left) / perSecond));
    bucket.left -= 1;
    return 0;
  }
}
