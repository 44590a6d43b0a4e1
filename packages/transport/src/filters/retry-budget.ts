import type { Time } from '../time.js';

export interface BudgetSettings {
  /** What each call adds: 0.1 allows one retry for ten calls. */
  readonly share: number;
  /** What there is at the start; where it is used up, one comes back per second, for callers who seldom call. */
  readonly reserve: number;
  /** What a long good time may save up: it must cover the calls in flight on an instance that dies. */
  readonly burst: number;
}

/**
 * How many retries a caller may make, as a token bucket. Without it every layer triples the load on a service that fails because it
 * has too much of it.
 */
export class RetryBudget {
  private tokens: number;
  private refilledAt: number;

  constructor(
    private readonly settings: BudgetSettings,
    private readonly time: Time,
  ) {
    this.tokens = settings.reserve;
    this.refilledAt = time.now();
  }

  /** A call was made, its retries not counted. */
  deposit(): void {
    if (this.tokens < this.settings.burst) this.tokens += this.settings.share;
  }

  /** Whether one more retry may be made; takes it. */
  take(): boolean {
    const now = this.time.now();
    if (this.tokens < this.settings.reserve) {
      this.tokens = Math.min(this.settings.reserve, this.tokens + (now - this.refilledAt) / 1000);
    }
    this.refilledAt = now;
    if (this.tokens < 1) return false;
    this.tokens -= 1;
    return true;
  }
}
