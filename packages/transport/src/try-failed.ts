import { CallFailed } from './call-failed.js';

export interface FailedTry {
  readonly instance: object;
  /** Whether the instance may have got the request, and so acted on it. */
  readonly sent: boolean;
  /** Whether a healthy instance is left that this call did not go to. */
  readonly elsewhere: boolean;
}

/** One instance gave no answer. The message names the service only; what happened on the wire is the cause. */
export class TryFailed extends CallFailed {
  constructor(
    service: string,
    readonly facts: FailedTry,
    cause: unknown,
  ) {
    super({ ...unreachable(service), sent: facts.sent }, cause);
  }
}

/** The failure of a call for which no instance could be reached. */
export function unreachable(service: string) {
  return { code: 'unavailable', message: `${service} can not be reached`, retryable: true };
}
