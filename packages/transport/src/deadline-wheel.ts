import { DeadlineExceeded } from './call-failed.js';
import type { CallScope } from './call-scope.js';
import { Link } from './linked.js';
import type { Time } from './time.js';

// A deadline is for calls that hang; being told 10 ms late is worth not having a timer per call.
const TURN_MS = 10;

type Guard = Link<CallScope | undefined>;

/** One timer for the deadlines of all calls in flight, grouped by the turn in which they fall due. */
export class DeadlineWheel {
  private readonly turns = new Map<number, Guard>();
  private stopTicking: (() => void) | undefined;

  constructor(private readonly time: Time) {}

  now(): number {
    return this.time.now();
  }

  /** Cancels the scope once its deadline has passed, unless the guard leaves before. */
  guard(scope: CallScope): Guard {
    const turn = Math.ceil(scope.deadline / TURN_MS);
    let head = this.turns.get(turn);
    if (head === undefined) {
      head = new Link<CallScope | undefined>(undefined);
      this.turns.set(turn, head);
    }
    const guard = new Link<CallScope | undefined>(scope);
    guard.join(head);
    this.stopTicking ??= this.time.every(TURN_MS, () => this.tick());
    return guard;
  }

  /** Forgets every guard without cancelling. */
  stop(): void {
    this.stopTicking?.();
    this.stopTicking = undefined;
    this.turns.clear();
  }

  private tick(): void {
    const due = Math.floor(this.time.now() / TURN_MS);
    // A few hundred turns at most: a deadline is seconds away.
    for (const [turn, head] of this.turns) {
      if (turn > due) continue;
      this.turns.delete(turn);
      for (let guard = head.after(); guard !== undefined; guard = head.after()) {
        guard.leave();
        guard.value?.cancel(new DeadlineExceeded());
      }
    }
    if (this.turns.size === 0) {
      this.stopTicking?.();
      this.stopTicking = undefined;
    }
  }
}
