import { CallScope } from '../call-scope.js';
import type { Filter } from '../service.js';
import { newTraceparent, type Random } from '../traceparent.js';

/** Starts a trace where the caller brought none, so that what one call sets off can be found together. */
export function trace(random: Random): Filter {
  return (call, next) => {
    const { context } = call;
    if (context.traceparent !== undefined) return next(call);
    if (!(context instanceof CallScope)) throw new Error('the trace filter needs the cancellation filter around it');
    context.continueTrace(newTraceparent(random));
    return next(call);
  };
}
