import type { IncomingHttpHeaders } from 'node:http';
import { CallScope } from '../call-scope.js';
import { deadlineOfHeader } from '../deadline-header.js';
import type { Time } from '../time.js';
import { childTraceparent, type Random } from '../traceparent.js';
import { ProblemError } from './problem.js';
import { spanOfRequest } from './request-spans.js';

export interface ScopeOptions {
  readonly time: Time;
  readonly random: Random;
  readonly actor: string;
  /** The deadline of a request that brings none, in milliseconds from now. */
  readonly patienceMs: number;
}

/**
 * The context of the calls that a request sets off: its trace continued, its deadline kept. `X-Request-Deadline` is in
 * milliseconds since 1970, or `+` and the milliseconds left. The correlation id is the trace's id.
 * @throws ProblemError where the deadline is neither
 */
export function callScopeOf(
  headers: IncomingHttpHeaders,
  { time, random, actor, patienceMs }: ScopeOptions,
): CallScope {
  const traceparent = spanOfRequest(headers) ?? childTraceparent(headers.traceparent?.toString(), random);
  const asked = headers['x-request-deadline'];
  const deadline = asked === undefined ? time.now() + patienceMs : deadlineOf(asked.toString(), time.now());
  return new CallScope({ deadline, correlationId: traceparent.slice(3, 35), traceparent, actor });
}

function deadlineOf(text: string, nowMs: number): number {
  const deadline = deadlineOfHeader(text, nowMs);
  if (deadline !== undefined) return deadline;
  throw new ProblemError({
    status: 400,
    code: 'bad_request.bad_param.x-request-deadline',
    message: 'x-request-deadline must be milliseconds since 1970',
    params: { param: 'x-request-deadline' },
  });
}
