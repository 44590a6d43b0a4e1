// What the customer API says no with (customer API, section 2).
import { type RejectionName, rejections } from '@tallystick/ledger-core';
import { ProblemError } from '@tallystick/transport/service';

export { badParam, missingParam, unauthorisedToken as unauthorised } from '@tallystick/transport/service';

/** One answer for another user's account and for none: neither tells that the other exists. */
export function notTheirs(): ProblemError {
  return new ProblemError({
    status: 403,
    code: 'forbidden.insufficient_permissions',
    message: 'this token gives no access to this account',
  });
}

export function notApproved(): ProblemError {
  return new ProblemError({
    status: 403,
    code: 'forbidden.insufficient_permissions',
    message: 'the user has not approved this access yet',
  });
}

/** @param what `pot`, `transaction`, … */
export function notFound(what: string): ProblemError {
  return new ProblemError({ status: 404, code: `not_found.${what}`, message: `there is no such ${what}` });
}

/** What the ledger refused. */
export function refusalOf(rejection: RejectionName): ProblemError {
  const { status, code, message, retryable } = rejections[rejection];
  return new ProblemError({ status, code, message, retryable });
}

export function dedupeMismatch(): ProblemError {
  return new ProblemError({
    status: 409,
    code: 'conflict.dedupe_mismatch',
    message: 'this dedupe_id was used before with another request',
    params: { param: 'dedupe_id' },
  });
}
