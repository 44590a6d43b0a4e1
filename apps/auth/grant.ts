// What a user has given a client: one record per user and client, and every change of it is one compareAndSet. So at any moment there is one
// access token at most, whoever races and wherever a process dies.
import type { TokenRefusal } from './refusals.js';

export interface Grant {
  readonly userId: string;
  readonly clientId: string;
  /** Names the login that the tokens come from; a new login, another name. No secret. */
  readonly session: string;
  readonly startedAtMs: number;
  /** Hash and end of the one live access token; null once the session has ended. */
  readonly access: { readonly hash: string; readonly expiresAtMs: number } | null;
  /** Hash of the one refresh token that still works. */
  readonly refresh: string | null;
  /** Null until the user has approved this login. */
  readonly approvedAtMs: number | null;
  readonly wholeHistoryUntilMs: number;
  /** Logout or denial. */
  readonly endedAtMs: number | null;
  /** Codes that were exchanged, until they would have expired. */
  readonly spentCodes: readonly { readonly hash: string; readonly expiresAtMs: number }[];
}

/** Where a token's text leads to, under its hash. Never changed but for `endedAtMs`: what it stands for is the grant's to say. */
export interface TokenRecord {
  readonly kind: 'access' | 'refresh';
  readonly userId: string;
  readonly clientId: string;
  readonly session: string;
  /** Of an access token. */
  readonly expiresAtMs: number | null;
  /** When a refresh token was first seen to be no more. */
  readonly endedAtMs: number | null;
}

export const GRANTS = 'oauth-grants';
export const TOKENS = 'oauth-tokens';

/** A user's grants lie together. */
export function grantKey(userId: string, clientId: string): string {
  return `${userId}/${clientId}`;
}

/** Why an access token is not good; undefined where it is. */
export function refusalOf(
  token: TokenRecord,
  hash: string,
  grant: Grant | undefined,
  nowMs: number,
): TokenRefusal | undefined {
  // A process died between both writes: nobody was ever given this token.
  if (grant === undefined) return 'unknown';
  if (grant.access?.hash === hash) return nowMs < grant.access.expiresAtMs ? undefined : 'expired';
  return token.session === grant.session && grant.endedAtMs !== null ? 'unknown' : 'evicted';
}
