// A failing world made smaller: actions are left out as long as the same rule still breaks (delta debugging, Zeller 2002).
import { runWorld, type WorldOptions, type WorldResult } from './world.js';

/** Virtual microseconds. */
const SLACK = 60_000_000;

export interface ShrinkBudget {
  readonly forMs: number;
  /** Milliseconds, only ever forwards. */
  readonly now: () => number;
  readonly signal: AbortSignal;
}

/** The fewest actions found within the time that break the same rule; in order. */
export async function shrink(options: WorldOptions, failed: WorldResult, budget: ShrinkBudget): Promise<number[]> {
  const { broken } = failed;
  if (broken === undefined) throw new Error('nothing to shrink: the world is whole');
  const until = budget.now() + budget.forMs;
  const isOver = () => budget.signal.aborted || budget.now() >= until;
  // With fewer actions it breaks about when it broke, or not at all.
  const time = failed.brokeAtRest ? {} : { until: failed.endedAt + SLACK };
  const breaks = async (actions: readonly number[]) => {
    const result = await runWorld({ ...options, ...time, actions: new Set(actions) });
    return result.broken?.invariant === broken.invariant;
  };
  let actions = await firstThat(breaks, isOver, candidates(failed));
  for (let parts = 2; actions.length > 1 && !isOver(); ) {
    const size = Math.ceil(actions.length / parts);
    const smaller = await firstSmaller(actions, size, breaks, isOver);
    if (smaller !== undefined) {
      actions = smaller;
      parts = Math.max(2, parts - 1);
    } else if (size > 1) parts = Math.min(actions.length, 2 * parts);
    else break;
  }
  return [...actions].sort((a, b) => a - b);
}

/**
 * What to begin with, the smallest first: what came before it broke, of the account that the failure names; then of all. An account's
 * actions stand together, so that a part left out is mostly a story of one account.
 */
function candidates({ actions, endedAt, broken }: WorldResult): number[][] {
  const together = [...actions].sort((a, b) =>
    a.accountId < b.accountId ? -1 : a.accountId > b.accountId ? 1 : a.index - b.index,
  );
  const before = together.filter(({ at }) => at <= endedAt);
  const named = before.filter(({ accountId }) => accountId !== '' && broken?.where.includes(accountId));
  const indexes = (of: readonly { readonly index: number }[]) => of.map(({ index }) => index);
  return [indexes(named), indexes(before), indexes(together)];
}

/** The last one is taken as it is: the failing world itself. */
async function firstThat(
  breaks: (actions: readonly number[]) => Promise<boolean>,
  isOver: () => boolean,
  of: readonly number[][],
): Promise<number[]> {
  for (const actions of of.slice(0, -1)) if (!isOver() && actions.length > 0 && (await breaks(actions))) return actions;
  return of.at(-1) ?? [];
}

/** All but one part. The last part first: what broke it is mostly near the end. */
async function firstSmaller(
  actions: readonly number[],
  size: number,
  breaks: (actions: readonly number[]) => Promise<boolean>,
  isOver: () => boolean,
): Promise<number[] | undefined> {
  for (let end = actions.length; end > 0; end -= size) {
    if (isOver()) return undefined;
    const without = [...actions.slice(0, Math.max(0, end - size)), ...actions.slice(end)];
    if (without.length > 0 && (await breaks(without))) return without;
  }
  return undefined;
}
