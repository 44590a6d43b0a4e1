import { DeadlineExceeded } from '../call-failed.js';
import { CallScope } from '../call-scope.js';
import type { DeadlineWheel } from '../deadline-wheel.js';
import type { Filter } from '../service.js';

/** Cancels the call at its deadline, late by at most a turn of the wheel and never early. Goes inside of `cancellation`. */
export function deadline(wheel: DeadlineWheel): Filter {
  return (call, next) => {
    const { context } = call;
    if (context.deadline === Number.POSITIVE_INFINITY) return next(call);
    if (wheel.now() >= context.deadline) return Promise.reject(new DeadlineExceeded());
    if (!(context instanceof CallScope)) throw new Error('the deadline filter needs the cancellation filter around it');
    const guard = wheel.guard(context);
    const answer = next(call);
    const release = () => guard.leave();
    answer.then(release, release);
    return answer;
  };
}
