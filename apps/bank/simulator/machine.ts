// The machine that the bank runs on: every call of a port is a step of the scheduler, and a process may be killed at any of them.
import { type Fault, type FaultCounts, RATES } from './faults.js';
import type { Draws, Random } from './random.js';
import type { Scheduler } from './scheduler.js';

/** What a call does to a store. It takes effect within `perform`, whether or not anybody is left to hear the answer. */
export interface Effect<T> {
  readonly kind: 'read' | 'append' | 'write';
  perform(): Promise<T>;
  /** A part of it only, at a crash in its midst. */
  tear?(draw: Random): Promise<unknown>;
}

/** One run of a process, from its start to its death. What it waits for at its death never comes. */
export class Incarnation {
  alive = true;
  readonly underWay = new Set<Effect<unknown>>();
  /** Told of its death. */
  readonly mourners = new Set<() => void>();

  constructor(readonly process: string) {}
}

const NEVER = new Promise<never>(() => {});
const SLOW = 100;
/** Virtual microseconds. */
const DELAYS: Readonly<Record<Effect<unknown>['kind'], readonly [low: number, high: number]>> = {
  read: [20, 300],
  append: [200, 2_000],
  write: [100, 1_500],
};
const LATEST_WRITE = 2_000_000;

export class Machine {
  constructor(
    readonly scheduler: Scheduler,
    private readonly draws: Draws,
    readonly faults: FaultCounts,
    /** Brings the process up again, when it is time. */
    private readonly onDeath: (of: Incarnation, draw: Random) => void,
    private readonly onLateWrite: () => void,
  ) {}

  draw(key: string): Random {
    return this.draws.of(key);
  }

  /** Whether this fault is injected now; counts it where it is. */
  strikes(draw: Random, perMillion: number, fault: Fault): boolean {
    // Drawn in any case, so that what comes after it does not depend on whether faults are on.
    const strikes = draw.happens(perMillion) && this.faults.on;
    if (strikes) this.faults.count(fault);
    return strikes;
  }

  /** The call of a port: takes its time, and may be the last thing that its process does. */
  call<T>(of: Incarnation, draw: Random, effect: Effect<T>): Promise<T> {
    if (!of.alive) return NEVER;
    const [low, high] = DELAYS[effect.kind];
    const delay = draw.between(low, high) * (this.strikes(draw, RATES.slowStore, 'slow-store') ? SLOW : 1);
    const dies = draw.happens(effect.kind === 'write' ? RATES.crashInWrite : RATES.crash) && this.faults.on;
    of.underWay.add(effect);
    return new Promise((resolve, reject) => {
      this.scheduler.after(delay, () => {
        if (!of.underWay.has(effect)) return;
        if (dies) return this.kill(of, draw);
        of.underWay.delete(effect);
        effect.perform().then(
          (value) => void (of.alive && resolve(value)),
          (error: unknown) => void (of.alive && reject(error)),
        );
      });
    });
  }

  /** Resolves after so many virtual microseconds, unless the process is dead by then. */
  pause(of: Incarnation, delay: number): Promise<void> {
    if (!of.alive) return NEVER;
    return new Promise((resolve) => this.scheduler.after(delay, () => void (of.alive && resolve())));
  }

  /** Of what it had under way a first part takes effect, some of the rest later, the rest never; nobody is told. */
  kill(of: Incarnation, draw: Random): void {
    if (!of.alive) return;
    of.alive = false;
    this.faults.count('crash');
    const effects = [...of.underWay].filter(({ kind }) => kind !== 'read');
    of.underWay.clear();
    const kept = draw.below(effects.length + 1);
    if (kept > 0 && kept < effects.length) this.faults.count('torn-append');
    for (const [i, effect] of effects.entries()) this.bury(effect, i < kept, draw);
    for (const mourner of of.mourners) mourner();
    of.mourners.clear();
    this.onDeath(of, draw);
  }

  private bury(effect: Effect<unknown>, kept: boolean, draw: Random): void {
    if (kept) {
      if (effect.tear !== undefined && draw.happens(500_000)) {
        this.faults.count('torn-views');
        forget(effect.tear(draw));
      } else forget(effect.perform());
    } else if (draw.happens(RATES.lateWrite)) {
      this.faults.count('late-write');
      this.scheduler.after(draw.below(LATEST_WRITE), () => forget(effect.perform().finally(() => this.onLateWrite())));
    }
  }
}

/** Nobody is left to whom it could matter. */
function forget(outcome: Promise<unknown>): void {
  outcome.catch(() => undefined);
}
