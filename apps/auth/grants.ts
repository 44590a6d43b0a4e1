// Gives, renews, approves and ends what clients may do for users.
import { CallFailed, type Random } from '@tallystick/transport';
import type { Records } from '@tallystick/views';
import { JsonRecords } from '@tallystick/views/json-records';
import type { AuthConfiguration } from './configuration.js';
import { GRANTS, type Grant, grantKey, TOKENS, type TokenRecord } from './grant.js';
import { badParam, badRefreshToken, evictedRefreshToken, invalidGrant } from './refusals.js';
import { hashOf, looksLike, newSecret, type SecretText } from './secret-texts.js';

export interface GrantsPorts {
  readonly records: Records;
  readonly configuration: AuthConfiguration;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly random: Random;
  /** Told of what a thief may have done: never of a token's text. */
  readonly report: (error: unknown) => void;
  /** Called after a grant was changed here. */
  readonly onChanged: (key: string) => void;
}

export interface Issued {
  readonly userId: string;
  readonly clientId: string;
  readonly accessToken: string;
  /** Null for a public client. */
  readonly refreshToken: string | null;
  readonly expiresInSeconds: number;
}

/** An authorisation code that was checked. */
export interface Redeemed {
  readonly userId: string;
  readonly clientId: string;
  readonly codeHash: string;
  readonly codeExpiresAtMs: number;
  readonly isConfidential: boolean;
}

interface Pair {
  readonly session: string;
  readonly access: SecretText;
  readonly refresh: SecretText | null;
  readonly accessExpiresAtMs: number;
}

const SESSION_BYTES = 12;
const LISTED_MAX = 100;
/** Of one grant, by others, while we change it. */
const CONFLICTS_MAX = 50;

export class Grants {
  private readonly grants: JsonRecords<Grant>;
  private readonly tokens: JsonRecords<TokenRecord>;

  constructor(private readonly ports: GrantsPorts) {
    this.grants = new JsonRecords(ports.records, GRANTS);
    this.tokens = new JsonRecords(ports.records, TOKENS);
  }

  /** The first pair of a login, not approved yet; it evicts the pair of an earlier one. @throws ProblemError, 400, where the code was used */
  async start({ userId, clientId, codeHash, codeExpiresAtMs, isConfidential }: Redeemed): Promise<Issued> {
    const key = grantKey(userId, clientId);
    this.refuseSpent((await this.grants.get(key))?.value, codeHash);
    const pair = await this.mint(userId, clientId, { session: this.newSession(), withRefresh: isConfidential });
    await this.change(key, (grant) => {
      this.refuseSpent(grant, codeHash);
      const now = this.ports.now();
      const remembered = (grant?.spentCodes ?? []).filter(({ expiresAtMs }) => expiresAtMs > now);
      const spentCodes = [...remembered, { hash: codeHash, expiresAtMs: codeExpiresAtMs }];
      return { ...this.started(userId, clientId, pair), spentCodes };
    });
    return this.issued(userId, clientId, pair);
  }

  /** A new pair for a refresh token, which then is spent. @throws ProblemError, 401 */
  async refresh(refreshToken: string, clientId: string): Promise<Issued> {
    const hash = hashOf(refreshToken);
    const token = looksLike('refresh', refreshToken) ? (await this.tokens.get(hash))?.value : undefined;
    if (token === undefined || token.kind !== 'refresh' || token.clientId !== clientId) throw badRefreshToken();
    const { userId, session } = token;
    const key = grantKey(userId, clientId);
    this.refuseReplaced((await this.grants.get(key))?.value, token, hash);
    const pair = await this.mint(userId, clientId, { session, withRefresh: true });
    await this.change(key, (grant) => {
      const live = this.refuseReplaced(grant, token, hash);
      const access = { hash: pair.access.hash, expiresAtMs: pair.accessExpiresAtMs };
      return { ...live, access, refresh: pair.refresh?.hash ?? null };
    });
    return this.issued(userId, clientId, pair);
  }

  /** An operator's token: approved, with the whole history until it expires. It evicts the one before. */
  async issue(userId: string, clientId: string, lifetimeSeconds: number): Promise<string> {
    const pair = await this.mint(userId, clientId, { session: this.newSession(), lifetimeSeconds, withRefresh: false });
    await this.change(grantKey(userId, clientId), (grant) => ({
      ...this.started(userId, clientId, pair),
      approvedAtMs: this.ports.now(),
      wholeHistoryUntilMs: pair.accessExpiresAtMs,
      spentCodes: grant?.spentCodes ?? [],
    }));
    return pair.access.text;
  }

  /**
   * The user's word on a login: an approval opens the whole history for a while, a denial ends the tokens.
   * @param session the login that the user was shown: a newer one is not approved with it
   * @throws ProblemError, 400
   */
  async decide(userId: string, clientId: string, session: string, decision: 'approve' | 'deny'): Promise<void> {
    await this.change(grantKey(userId, clientId), (grant) => {
      if (grant === undefined || grant.session !== session || grant.endedAtMs !== null)
        throw badParam('request', 'this client has asked again, or asks no more');
      if (decision === 'deny') return this.ended(grant);
      const approvedAtMs = this.ports.now();
      const wholeHistoryUntilMs = approvedAtMs + this.ports.configuration.wholeHistorySeconds * 1_000;
      return { ...grant, approvedAtMs, wholeHistoryUntilMs };
    });
  }

  /** Ends the session whose access token this is; nothing where it has another by now. */
  async logOut(userId: string, clientId: string, accessHash: string): Promise<void> {
    await this.change(grantKey(userId, clientId), (grant) =>
      grant?.access?.hash === accessHash ? this.ended(grant) : undefined,
    );
  }

  /** Ends every session of the user. */
  async endAll(userId: string): Promise<void> {
    for (let after = grantKey(userId, ''); ; ) {
      const keys = await this.ownKeys(userId, after);
      for (const key of keys)
        await this.change(key, (grant) => (grant?.endedAtMs === null ? this.ended(grant) : undefined));
      const last = keys.at(-1);
      if (last === undefined || keys.length < LISTED_MAX) return;
      after = last;
    }
  }

  /** As it is stored now, whether or not a token of it is good. */
  async isApproved(userId: string, clientId: string): Promise<boolean> {
    const grant = (await this.grants.get(grantKey(userId, clientId)))?.value;
    return grant !== undefined && grant.endedAtMs === null && grant.approvedAtMs !== null;
  }

  /** The clients that hold tokens of the user, approved or not. */
  async of(userId: string): Promise<Grant[]> {
    const own = await this.ownKeys(userId, grantKey(userId, ''));
    const found = await Promise.all(own.map((key) => this.grants.get(key)));
    return found.flatMap((each) => (each !== undefined && isLive(each.value, this.ports.now()) ? [each.value] : []));
  }

  private async ownKeys(userId: string, after: string): Promise<string[]> {
    const keys = await this.grants.keys({ after, limit: LISTED_MAX });
    return keys.filter((key) => key.startsWith(grantKey(userId, '')));
  }

  private refuseSpent(grant: Grant | undefined, codeHash: string): void {
    if (grant?.spentCodes.some(({ hash }) => hash === codeHash) !== true) return;
    this.ports.report(new Error(`a code of client ${grant.clientId} for ${grant.userId} was used again`));
    throw invalidGrant();
  }

  /** @returns the grant, of which the token still is the refresh token */
  private refuseReplaced(grant: Grant | undefined, token: TokenRecord, hash: string): Grant {
    if (grant?.refresh === hash) return grant;
    if (grant !== undefined && grant.session !== token.session) throw evictedRefreshToken();
    // The new pair stays: whoever sent it may be its owner, whose answer was lost.
    if (grant?.endedAtMs === null)
      this.ports.report(new Error(`a refresh token of client ${token.clientId} for ${token.userId} was used again`));
    throw badRefreshToken();
  }

  /** Stores where two new tokens lead to. Nothing points at them yet: without the change that follows they are good for nothing. */
  private async mint(
    userId: string,
    clientId: string,
    how: { readonly session: string; readonly withRefresh: boolean; readonly lifetimeSeconds?: number },
  ): Promise<Pair> {
    const { random, now, configuration } = this.ports;
    const { session, withRefresh, lifetimeSeconds = configuration.accessTokenSeconds } = how;
    const access = newSecret('access', random);
    const refresh = withRefresh ? newSecret('refresh', random) : null;
    const accessExpiresAtMs = now() + lifetimeSeconds * 1_000;
    const of = { userId, clientId, session, endedAtMs: null };
    await Promise.all([
      this.tokens.insertIfAbsent(access.hash, { ...of, kind: 'access', expiresAtMs: accessExpiresAtMs }),
      refresh && this.tokens.insertIfAbsent(refresh.hash, { ...of, kind: 'refresh', expiresAtMs: null }),
    ]);
    return { session, access, refresh, accessExpiresAtMs };
  }

  private started(userId: string, clientId: string, { session, access, refresh, accessExpiresAtMs }: Pair): Grant {
    return {
      userId,
      clientId,
      session,
      startedAtMs: this.ports.now(),
      access: { hash: access.hash, expiresAtMs: accessExpiresAtMs },
      refresh: refresh?.hash ?? null,
      approvedAtMs: null,
      wholeHistoryUntilMs: 0,
      endedAtMs: null,
      spentCodes: [],
    };
  }

  private ended(grant: Grant): Grant {
    return { ...grant, access: null, refresh: null, endedAtMs: this.ports.now() };
  }

  private issued(userId: string, clientId: string, { access, refresh }: Pair): Issued {
    const expiresInSeconds = this.ports.configuration.accessTokenSeconds;
    return { userId, clientId, accessToken: access.text, refreshToken: refresh?.text ?? null, expiresInSeconds };
  }

  private newSession(): string {
    return Buffer.from(this.ports.random(SESSION_BYTES)).toString('base64url');
  }

  /** @param next undefined changes nothing */
  private async change(key: string, next: (grant: Grant | undefined) => Grant | undefined): Promise<void> {
    for (let conflicts = 0; conflicts < CONFLICTS_MAX; conflicts++) {
      const stored = await this.grants.get(key);
      const changed = next(stored?.value);
      if (changed === undefined) return;
      if (await this.grants.replace(key, stored, changed)) {
        this.ports.onChanged(key);
        return;
      }
    }
    throw new CallFailed({ code: 'unavailable', message: 'too many changes at a time', retryable: true });
  }
}

function isLive(grant: Grant, nowMs: number): boolean {
  if (grant.endedAtMs !== null) return false;
  return grant.refresh !== null || (grant.access !== null && grant.access.expiresAtMs > nowMs);
}
