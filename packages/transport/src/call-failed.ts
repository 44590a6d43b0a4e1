// Operational errors: no answer came. A refused command is not one of them; that is an answer.

import { ContractViolation } from '@tallystick/contracts';

export interface CallFailure {
  /** Stable, lower case with dots and underscores. */
  readonly code: string;
  /** Safe to show to the caller: no values, no internals. */
  readonly message: string;
  /** Whether the same call may succeed later. Says nothing on whether this one had an effect. */
  readonly retryable: boolean;
  /** False only where the call certainly had no effect, because no try of it ever reached the service. */
  readonly sent?: boolean;
}

/** The one error that a client rejects with, and the one that a handler may throw. */
export class CallFailed extends Error implements CallFailure {
  override readonly name: string = 'CallFailed';
  readonly code: string;
  readonly retryable: boolean;
  /** Whether the service may have got the call, and so acted on it: false only where it certainly did not. */
  readonly sent: boolean;

  constructor(failure: CallFailure, cause?: unknown) {
    super(failure.message, cause === undefined ? undefined : { cause });
    this.code = failure.code;
    this.retryable = failure.retryable;
    this.sent = failure.sent ?? true;
  }
}

/** The same failure of a call of which an earlier try, or the call that failed within it, may have been sent. */
export function sentAfterAll(failure: CallFailed): CallFailed {
  if (failure.sent) return failure;
  const { code, message, retryable } = failure;
  return new CallFailed({ code, message, retryable }, failure);
}

/** The deadline passed without an answer: whether there was an effect is unknown, and a retry with the same key tells. */
export class DeadlineExceeded extends CallFailed {
  override readonly name = 'DeadlineExceeded';
  constructor() {
    super({ code: 'deadline_exceeded', message: 'no answer before the deadline', retryable: true });
  }
}

/** The caller gave up. */
export class CallCancelled extends CallFailed {
  override readonly name = 'CallCancelled';
  constructor(cause?: unknown) {
    super({ code: 'cancelled', message: 'the caller gave up', retryable: false }, cause);
  }
}

export function unavailable(service: string): CallFailed {
  return new CallFailed({
    code: 'unavailable',
    message: `${service} does not answer here`,
    retryable: true,
    sent: false,
  });
}

export function badRequest(violation: ContractViolation): CallFailed {
  return new CallFailed({ code: 'bad_request.contract', message: violation.message, retryable: false }, violation);
}

/** Told about every error that a caller is not shown: a bug, to be logged. */
export type ReportUnexpected = (error: unknown, where: string) => void;

/**
 * What a caller learns of whatever a handler threw: a CallFailed as it is, anything else only that there was an error. Whatever a handler's
 * own calls came to, its caller's call was sent.
 * @param where `<service>.<method>`
 */
export function callFailedOf(thrown: unknown, where: string, report: ReportUnexpected): CallFailed {
  if (thrown instanceof CallFailed) return sentAfterAll(thrown);
  report(thrown, where);
  return new CallFailed({ code: 'internal_service', message: `${where} failed`, retryable: false }, thrown);
}
