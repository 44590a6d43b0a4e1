// A call that failed, as an answer over HTTP and back.
//   503  the service was not called: nobody answers, too many calls, closing
//   502  what the service needs failed, and a retry may help; 504 its deadline passed
//   500  anything else that went wrong; 499 the caller gave up; 400 the request does not fit the contract; 401, 413 as everywhere
// So 503 alone is what callers may send elsewhere; what a service's own callees did is no reason to ask it again.

import { CallCancelled, CallFailed, DeadlineExceeded } from '../call-failed.js';
import { Refused } from '../refused.js';

export interface Answer {
  readonly status: number;
  readonly body: Uint8Array;
}

const NO_BYTES = new Uint8Array(0);

export function emptyAnswer(status: number): Answer {
  return { status, body: NO_BYTES };
}

export function failureAnswer(failure: CallFailed, status = statusOf(failure)): Answer {
  const { code, message, retryable } = failure;
  const refusal = failure instanceof Refused ? failure.reason : undefined;
  return { status, body: Buffer.from(JSON.stringify({ code, message, retryable, refusal })) };
}

function statusOf(failure: CallFailed): number {
  if (failure instanceof Refused) return 503;
  if (failure.code === 'deadline_exceeded') return 504;
  if (failure.code === 'cancelled') return 499;
  if (failure.code.startsWith('bad_request.')) return 400;
  return failure.retryable && failure.code !== 'internal_service' ? 502 : 500;
}

export interface ReceivedFailure {
  readonly failure: CallFailed;
  /** Why the service was not called, where it was not. */
  readonly refusal: string | undefined;
}

/** The failure that an answer carries; undefined where the body is not ours, as that of a proxy. */
export function failureOfAnswer(body: Uint8Array): ReceivedFailure | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('utf8'));
  } catch {
    return undefined;
  }
  if (typeof parsed !== 'object' || parsed === null) return undefined;
  const code: unknown = Reflect.get(parsed, 'code');
  const message: unknown = Reflect.get(parsed, 'message');
  const retryable: unknown = Reflect.get(parsed, 'retryable');
  const refusal: unknown = Reflect.get(parsed, 'refusal');
  if (typeof code !== 'string' || typeof message !== 'string' || typeof retryable !== 'boolean') return undefined;
  return {
    failure: failureOf(code, message, retryable),
    refusal: typeof refusal === 'string' ? refusal : undefined,
  };
}

function failureOf(code: string, message: string, retryable: boolean): CallFailed {
  if (code === 'deadline_exceeded') return new DeadlineExceeded();
  if (code === 'cancelled') return new CallCancelled();
  return new CallFailed({ code, message, retryable });
}
