import type { Time } from './time.js';

/** Time that moves only when told to. */
export class ManualTime implements Time {
  private readonly ticks = new Set<() => void>();
  constructor(private nowMs = 1_700_000_000_000) {}

  now(): number {
    return this.nowMs;
  }

  every(_periodMs: number, tick: () => void): () => void {
    this.ticks.add(tick);
    return () => this.ticks.delete(tick);
  }

  advance(byMs: number): void {
    this.nowMs += byMs;
    for (const tick of [...this.ticks]) tick();
  }

  /** How many timers run. */
  running(): number {
    return this.ticks.size;
  }
}
