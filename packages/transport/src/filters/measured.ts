import type { CallFailed } from '../call-failed.js';
import type { Filter } from '../service.js';

/**
 * Records how each call ended and how long it took.
 * @param record is given `answered` or the failure's code, and milliseconds
 * @param stopwatch milliseconds from any start
 */
export function measured(record: (outcome: string, durationMs: number) => void, stopwatch: () => number): Filter {
  return (call, next) => {
    const startedMs = stopwatch();
    const answer = next(call);
    answer.then(
      () => record('answered', stopwatch() - startedMs),
      (failure: CallFailed) => record(failure.code, stopwatch() - startedMs),
    );
    return answer;
  };
}
