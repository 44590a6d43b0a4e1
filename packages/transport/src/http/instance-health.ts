import type { Time } from '../time.js';

export interface HealthSettings {
  readonly failuresInARowMax: number;
  readonly failureShareMax: number;
  readonly windowMs: number;
  readonly windowCallsMin: number;
  readonly ejectionMs: number;
  readonly ejectionMaxMs: number;
}

// An instance that has been well for this long is new to trouble: its next ejection is a short one again.
const FORGIVEN_AFTER_EJECTIONS_MAX = 2;

/** What one instance's answers say about it: a circuit breaker, closed, open until a probe is due, and closed again by a probe that succeeds. */
export class InstanceHealth {
  private inARow = 0;
  private windowStart: number;
  private current = { calls: 0, failures: 0 };
  private previous = { calls: 0, failures: 0 };
  private ejections = 0;
  private ejectedUntil: number | undefined;
  private returnedAt = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly settings: HealthSettings,
    private readonly time: Time,
  ) {
    this.windowStart = time.now();
  }

  isEjected(): boolean {
    return this.ejectedUntil !== undefined;
  }

  succeeded(): void {
    this.inARow = 0;
    this.slide();
    this.current.calls++;
  }

  /** @returns whether it fails too often to go on with it; whether it may be left out depends on the others */
  failed(): boolean {
    this.inARow++;
    this.slide();
    this.current.calls++;
    this.current.failures++;
    const { failuresInARowMax, failureShareMax, windowCallsMin } = this.settings;
    if (this.inARow >= failuresInARowMax) return true;
    const calls = this.current.calls + this.previous.calls;
    return calls >= windowCallsMin && this.current.failures + this.previous.failures >= calls * failureShareMax;
  }

  /** No calls until a probe succeeds; the first is due after a time that doubles with every ejection. */
  eject(): void {
    const { ejectionMs, ejectionMaxMs } = this.settings;
    const nowMs = this.time.now();
    if (nowMs - this.returnedAt > FORGIVEN_AFTER_EJECTIONS_MAX * ejectionMaxMs) this.ejections = 0;
    this.ejectedUntil = nowMs + Math.min(ejectionMaxMs, ejectionMs * 2 ** this.ejections);
    this.ejections++;
  }

  isProbeDue(): boolean {
    return this.ejectedUntil !== undefined && this.time.now() >= this.ejectedUntil;
  }

  /** Tells what the probe of an ejected instance found. */
  probed(answered: boolean): void {
    if (!answered) {
      this.returnedAt = this.time.now();
      return this.eject();
    }
    this.ejectedUntil = undefined;
    this.returnedAt = this.time.now();
    this.inARow = 0;
    this.current = { calls: 0, failures: 0 };
    this.previous = { calls: 0, failures: 0 };
  }

  /** Two halves make the window: the older one is forgotten as a whole. */
  private slide(): void {
    const halfMs = this.settings.windowMs / 2;
    const elapsedMs = this.time.now() - this.windowStart;
    if (elapsedMs < halfMs) return;
    this.previous = elapsedMs < this.settings.windowMs ? this.current : { calls: 0, failures: 0 };
    this.current = { calls: 0, failures: 0 };
    this.windowStart += Math.floor(elapsedMs / halfMs) * halfMs;
  }
}
