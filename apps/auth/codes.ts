// Authorisation codes: what a browser carries from the authorise page to the client. A code's record never changes; that it was used is
// written with what it was used for, in the grant.
import { createHash } from 'node:crypto';
import type { Random } from '@tallystick/transport';
import type { Records } from '@tallystick/views';
import { JsonRecords } from '@tallystick/views/json-records';
import { invalidGrant, missingParam } from './refusals.js';
import { hashOf, looksLike, newSecret } from './secret-texts.js';

export interface CodeRecord {
  readonly userId: string;
  readonly clientId: string;
  readonly redirectUri: string;
  /** Of PKCE, S256; null where the client gave none. */
  readonly challenge: string | null;
  readonly expiresAtMs: number;
}

/** What the token endpoint is told with a code. */
export interface Redemption {
  readonly code: string;
  readonly clientId: string;
  readonly redirectUri: string;
  readonly verifier: string | undefined;
}

export const CODES = 'oauth-codes';
/** RFC 7636, 4.1. */
const VERIFIER = /^[A-Za-z0-9\-._~]{43,128}$/;

export interface CodesPorts {
  readonly records: Records;
  readonly random: Random;
  readonly now: () => number;
  readonly lifetimeSeconds: number;
}

export class Codes {
  private readonly codes: JsonRecords<CodeRecord>;

  constructor(private readonly ports: CodesPorts) {
    this.codes = new JsonRecords(ports.records, CODES);
  }

  async give(of: Omit<CodeRecord, 'expiresAtMs'>): Promise<string> {
    const { random, now, lifetimeSeconds } = this.ports;
    const code = newSecret('code', random);
    await this.codes.insertIfAbsent(code.hash, { ...of, expiresAtMs: now() + lifetimeSeconds * 1_000 });
    return code.text;
  }

  /** What the code was made for, whether or not it was used. @throws ProblemError, 400 */
  async check({ code, clientId, redirectUri, verifier }: Redemption): Promise<CodeRecord & { readonly hash: string }> {
    const hash = hashOf(code);
    const found = looksLike('code', code) ? (await this.codes.get(hash))?.value : undefined;
    if (found === undefined || found.clientId !== clientId || found.redirectUri !== redirectUri) throw invalidGrant();
    if (found.expiresAtMs <= this.ports.now()) throw invalidGrant();
    if (found.challenge !== null && verifier === undefined) throw missingParam('code_verifier');
    // A verifier for a code without a challenge means that somebody took the challenge out on the way (RFC 9700, 2.1.1).
    if (verifier !== undefined && challengeOf(verifier) !== found.challenge) throw invalidGrant();
    return { ...found, hash };
  }
}

/** RFC 7636, S256; undefined where it is no verifier. */
function challengeOf(verifier: string): string | undefined {
  return VERIFIER.test(verifier) ? createHash('sha256').update(verifier).digest('base64url') : undefined;
}
