import type { CallFailed } from '../call-failed.js';
import { CallScope } from '../call-scope.js';
import type { Filter } from '../service.js';
import { childTraceparent, type Random } from '../traceparent.js';
import type { SpanKind, Tracing } from '../tracing.js';

/** A span for each call, under which everything within the call is put. Goes inside of `cancellation`. */
export function spans(tracing: Tracing, kind: SpanKind): Filter {
  return (call, next) => {
    const { context, route } = call;
    if (!(context instanceof CallScope)) throw new Error('the spans filter needs the cancellation filter around it');
    const span = tracing.start(kind, route, context.traceparent);
    context.continueTrace(span.traceparent);
    const answer = next(call);
    answer.then(
      () => span.end(undefined),
      (failure: CallFailed) => span.end(failure.code),
    );
    return answer;
  };
}

/** The ids of a trace without its recording: the same trace with an id of its own for each call. */
export function childTrace(random: Random): Filter {
  return (call, next) => {
    const { context } = call;
    if (!(context instanceof CallScope)) throw new Error('the trace filter needs the cancellation filter around it');
    context.continueTrace(childTraceparent(context.traceparent, random));
    return next(call);
  };
}
