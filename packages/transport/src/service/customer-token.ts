import { createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { Secrets } from './secrets.js';
import { unauthorised } from './unauthorised.js';

/** The name of the secret that customers' tokens are keyed with. */
export const CUSTOMER_SECRET = 'customer-tokens';

const TOKEN = /^customer_(user_[0-9A-Za-z]{1,64})_([0-9A-Za-z_-]{43})$/;

/** The bearer token of a customer, made by an operator: it names the user and is valid as long as its key. */
export class CustomerToken {
  constructor(private readonly secrets: Secrets) {}

  /** The user who asks. @throws ProblemError, 401, where the header is missing or holds another token */
  userOf({ authorization }: IncomingHttpHeaders): string {
    if (authorization === undefined) throw unauthorised('auth_required', 'an Authorization header is needed');
    const [, userId, proof] = TOKEN.exec(authorization.replace(/^Bearer /, '')) ?? [];
    if (userId === undefined || proof === undefined) throw unknownToken();
    const expected = Buffer.from(proofOf(this.secrets, userId));
    if (!timingSafeEqual(Buffer.from(proof), expected)) throw unknownToken();
    return userId;
  }
}

/** @param userId `user_…` */
export function customerTokenOf(secrets: Secrets, userId: string): string {
  return `customer_${userId}_${proofOf(secrets, userId)}`;
}

function proofOf(secrets: Secrets, userId: string): string {
  return createHmac('sha256', secrets.current(CUSTOMER_SECRET).bytes).update(userId).digest('base64url');
}

function unknownToken() {
  return unauthorised('bad_access_token', 'this token is not known');
}
