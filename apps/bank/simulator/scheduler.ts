// Virtual time: steps in order of their time, one at a time, and what follows from a step before the next one.
import { setImmediate as othersTurn } from 'node:timers/promises';

/**
 * Whatever promises settle because of a step, and because of those, mostly do within so many microtasks; nothing here waits for a timer, a
 * file or a thread. What takes longer goes on beside the next step, in the same order every time.
 */
const HOPS = 12;
/** Between two turns of the event loop, in which signals arrive. */
const STEPS_PER_TURN = 512;

interface Step {
  readonly at: number;
  readonly order: number;
  readonly run: () => void;
}

export class Scheduler {
  /** Microseconds since the world began. */
  now = 0;
  /** How many steps were taken. */
  taken = 0;
  private readonly heap: Step[] = [];
  private order = 0;
  private failure: { readonly error: unknown } | undefined;

  /** Runs it after so many virtual microseconds; steps of one time in the order in which they were asked for. */
  after(delay: number, run: () => void): void {
    this.push({ at: this.now + Math.max(0, delay), order: this.order++, run });
  }

  /** Ends the run with this error. */
  fail(error: unknown): void {
    this.failure ??= { error };
  }

  /** Takes steps until `isOver` says so or none is left. @throws what was given to `fail`, or what a step threw */
  async run(isOver: () => boolean): Promise<void> {
    for (;;) {
      if (this.failure !== undefined) throw this.failure.error;
      if (isOver()) return;
      const step = this.pop();
      if (step === undefined) return;
      this.now = step.at;
      step.run();
      if (++this.taken % STEPS_PER_TURN === 0) await othersTurn();
      else for (let hop = 0; hop < HOPS; hop++) await undefined;
    }
  }

  private push(step: Step): void {
    const { heap } = this;
    let at = heap.length;
    heap.push(step);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const above = heap[parent];
      if (above === undefined || !isBefore(step, above)) break;
      heap[at] = above;
      at = parent;
    }
    heap[at] = step;
  }

  private pop(): Step | undefined {
    const { heap } = this;
    const first = heap[0];
    const last = heap.pop();
    if (first === undefined || last === undefined || heap.length === 0) return first;
    let at = 0;
    for (;;) {
      const left = 2 * at + 1;
      let least = left;
      let below = heap[left];
      const right = heap[left + 1];
      if (right !== undefined && below !== undefined && isBefore(right, below)) {
        least = left + 1;
        below = right;
      }
      if (below === undefined || !isBefore(below, last)) break;
      heap[at] = below;
      at = least;
    }
    heap[at] = last;
    return first;
  }
}

function isBefore(a: Step, b: Step): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}
