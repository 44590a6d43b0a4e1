// Why a caller is refused: the rows of customer-api.md, section 2, that concern credentials.
import { ProblemError, unauthorisedToken } from '@tallystick/transport/service';

export { badParam, missingParam } from '@tallystick/transport/service';

export type TokenRefusal = 'unknown' | 'expired' | 'evicted';

const TOKEN_MESSAGES: Readonly<Record<TokenRefusal, string>> = {
  unknown: 'this token is not known',
  expired: 'this token is past its expiry',
  evicted: 'this token was replaced by a newer one of the same client and user',
};

/** As metrics name it. */
export function codeOf(refusal: TokenRefusal): string {
  return `unauthorized.${reasonOf(refusal)}`;
}

function reasonOf(refusal: TokenRefusal): string {
  return refusal === 'unknown' ? 'bad_access_token' : `bad_access_token.${refusal}`;
}

export function badAccessToken(refusal: TokenRefusal): ProblemError {
  return unauthorisedToken(reasonOf(refusal), TOKEN_MESSAGES[refusal]);
}

export function authRequired(): ProblemError {
  return unauthorisedToken('auth_required', 'an Authorization header is needed');
}

/** Used, ended or never there. */
export function badRefreshToken(): ProblemError {
  return unauthorisedToken('bad_refresh_token', 'this refresh token was used, or is not known');
}

/** Of a login that a newer one has replaced. */
export function evictedRefreshToken(): ProblemError {
  return unauthorisedToken('bad_refresh_token.evicted', 'this refresh token was replaced by a newer login');
}

export function badClient(): ProblemError {
  return unauthorisedToken('bad_client', 'this client is not known, or its secret is another');
}

/** Which of both is wrong is never said. */
export function badCredentials(): ProblemError {
  return unauthorisedToken('bad_credentials', 'the login name or the passphrase is wrong');
}

/** One answer for every reason, so that nothing is learnt of a code that was found. */
export function invalidGrant(): ProblemError {
  const message = 'this code is not known, was used, is past its expiry, or was made for another request';
  return new ProblemError({ status: 400, code: 'bad_request.invalid_grant', message });
}

/** @param seconds until it may be tried again */
export function tooManyAttempts(seconds: number): ProblemError {
  return new ProblemError({
    status: 429,
    code: 'too_many_requests',
    message: 'too many attempts: try again later',
    params: { retry_after: seconds },
    retryable: true,
  });
}
