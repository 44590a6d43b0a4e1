import { timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { Secrets } from './secrets.js';
import { unauthorised } from './unauthorised.js';

/** The name of the staff's secret. */
export const STAFF_SECRET = 'staff-token';

/** The bearer token of the bank's own people. */
export class StaffToken {
  private readonly expected: Buffer;

  constructor(secrets: Secrets) {
    this.expected = Buffer.from(staffTokenOf(secrets));
  }

  /** Who asks. @throws ProblemError, 401, where the header is missing or another token is given */
  actorOf(headers: IncomingHttpHeaders): string {
    const { authorization } = headers;
    if (authorization === undefined) throw unauthorised('auth_required', 'an Authorization header is needed');
    const given = Buffer.from(authorization.replace(/^Bearer /, ''));
    const same = given.length === this.expected.length && timingSafeEqual(given, this.expected);
    if (!same) throw unauthorised('bad_access_token', 'this token is not known');
    return 'staff';
  }
}

/** What staff send as their bearer token. */
export function staffTokenOf(secrets: Secrets): string {
  return `staff_${Buffer.from(secrets.current(STAFF_SECRET).bytes).toString('base64url')}`;
}
