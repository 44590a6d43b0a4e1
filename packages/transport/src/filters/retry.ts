import { CallFailed, sentAfterAll } from '../call-failed.js';
import { CallScope } from '../call-scope.js';
import type { Call, Filter, Service } from '../service.js';
import type { Time } from '../time.js';
import type { Random } from '../traceparent.js';
import { TryFailed } from '../try-failed.js';
import type { RetryBudget } from './retry-budget.js';

export interface RetryOptions {
  /** Whether the method may be called again without a second effect; others are tried again only where nothing was sent. */
  readonly idempotent: boolean;
  /** The first one included. */
  readonly triesMax: number;
  /** The longest pause before the first retry, in milliseconds; it doubles with each. A random part of it is waited. */
  readonly firstPauseMs: number;
  readonly pauseMaxMs: number;
  readonly budget: RetryBudget;
  readonly time: Time;
  readonly random: Random;
  readonly onRetry: (outcome: 'made' | 'over-budget') => void;
}

/**
 * Tries again where that is safe, within the budget, and never past the deadline: at once where another instance is left, else
 * after a pause. Goes inside of `cancellation`.
 */
export function retry(options: RetryOptions): Filter {
  const { idempotent, triesMax, budget, time, onRetry } = options;

  /** @param sent whether an earlier try may have been: then the call may have been, whatever becomes of this one */
  const attempt = (call: Call, next: Service, made: number, sent: boolean): Promise<unknown> =>
    next(call).catch((failure) => {
      const told = sent && failure instanceof CallFailed ? sentAfterAll(failure) : failure;
      if (!(failure instanceof TryFailed) || made >= triesMax) throw told;
      if (failure.facts.sent && !idempotent) throw told;
      const pauseMs = failure.facts.elsewhere ? 0 : pauseOf(options, made);
      if (time.now() + pauseMs >= call.context.deadline || isCancelled(call)) throw told;
      if (!budget.take()) {
        onRetry('over-budget');
        throw told;
      }
      onRetry('made');
      const again = { ...call, tried: [...(call.tried ?? []), failure.facts.instance] };
      const sentByNow = sent || failure.facts.sent;
      if (pauseMs === 0) return attempt(again, next, made + 1, sentByNow);
      return pause(time, pauseMs).then(() => {
        if (isCancelled(call)) throw told;
        return attempt(again, next, made + 1, sentByNow);
      });
    });

  return (call, next) => {
    budget.deposit();
    return attempt(call, next, 1, false);
  };
}

function isCancelled({ context }: Call): boolean {
  return context instanceof CallScope && context.cancelledBy() !== undefined;
}

/** Callers whom the same trouble threw back must not come again all at once. */
function pauseOf({ firstPauseMs, pauseMaxMs, random }: RetryOptions, made: number): number {
  const longest = Math.min(pauseMaxMs, firstPauseMs * 2 ** (made - 1));
  const [byte = 0] = random(1);
  return Math.ceil((longest * (byte + 1)) / 256);
}

function pause(time: Time, pauseMs: number): Promise<void> {
  return new Promise((resolve) => {
    const stop = time.every(pauseMs, () => {
      stop();
      resolve();
    });
  });
}
