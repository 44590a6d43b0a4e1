// What a bearer token stands for. Asked at every request, so what was read is remembered: where a token leads to for good, what the grant says
// for half a second. An eviction, logout or approval at any other instance is seen by then; our own at once.
import type { Records } from '@tallystick/views';
import { JsonRecords } from '@tallystick/views/json-records';
import { BoundedCache } from './bounded-cache.js';
import type { AuthConfiguration } from './configuration.js';
import { GRANTS, type Grant, grantKey, refusalOf, TOKENS, type TokenRecord } from './grant.js';
import type { TokenRefusal } from './refusals.js';
import { hashOf, looksLike } from './secret-texts.js';

export interface TokenLookupPorts {
  readonly records: Records;
  readonly configuration: Pick<AuthConfiguration, 'staleMs' | 'rememberedTokens'>;
  /** Milliseconds since 1970, by which tokens expire. */
  readonly now: () => number;
  /** Milliseconds, by which what was read grows old. */
  readonly elapsed: () => number;
}

export interface KnownToken {
  readonly hash: string;
  readonly grant: Grant;
}

interface Remembered {
  readonly token: TokenRecord;
  /** When it first came here: by then its grant was written. */
  readonly sinceMs: number;
}

interface Reading {
  /** When it was begun: what is read is at least as new. */
  readonly sinceMs: number;
  readonly grant: Promise<Grant | undefined>;
}

export class TokenLookup {
  private readonly tokens: JsonRecords<TokenRecord>;
  private readonly grants: JsonRecords<Grant>;
  private readonly rememberedTokens: BoundedCache<string, Remembered>;
  private readonly readings: BoundedCache<string, Reading>;

  constructor(private readonly ports: TokenLookupPorts) {
    const { records, configuration } = ports;
    this.tokens = new JsonRecords(records, TOKENS);
    this.grants = new JsonRecords(records, GRANTS);
    this.rememberedTokens = new BoundedCache(configuration.rememberedTokens);
    this.readings = new BoundedCache(configuration.rememberedTokens);
  }

  async find(text: string): Promise<KnownToken | TokenRefusal> {
    if (!looksLike('access', text)) return 'unknown';
    const hash = hashOf(text);
    const remembered = await this.tokenOf(hash);
    if (remembered === undefined) return 'unknown';
    const { token, sinceMs } = remembered;
    // A grant that was read before the token came may be the one before it, and would call a new token evicted.
    const grant = await this.grantOf(grantKey(token.userId, token.clientId), sinceMs);
    const refusal = refusalOf(token, hash, grant, this.ports.now());
    return refusal !== undefined || grant === undefined ? (refusal ?? 'unknown') : { hash, grant };
  }

  /** What was remembered of it is read again. */
  forget(key: string): void {
    this.readings.delete(key);
  }

  private async tokenOf(hash: string): Promise<Remembered | undefined> {
    const known = this.rememberedTokens.get(hash);
    if (known !== undefined) return known;
    const sinceMs = this.ports.elapsed();
    const found = await this.tokens.get(hash);
    // What is not there is not remembered: guesses would push out what is.
    if (found === undefined) return undefined;
    const remembered = { token: found.value, sinceMs };
    this.rememberedTokens.set(hash, remembered);
    return remembered;
  }

  private grantOf(key: string, notBeforeMs: number): Promise<Grant | undefined> {
    const now = this.ports.elapsed();
    const last = this.readings.get(key);
    const oldestMs = Math.max(notBeforeMs, now - this.ports.configuration.staleMs);
    if (last !== undefined && last.sinceMs >= oldestMs) return last.grant;
    const grant = this.grants.get(key).then((found) => found?.value);
    const reading = { sinceMs: now, grant };
    this.readings.set(key, reading);
    grant.catch(() => {
      if (this.readings.get(key) === reading) this.readings.delete(key);
    });
    return grant;
  }
}
