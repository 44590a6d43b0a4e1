// Takes away what nobody can ask about any more: codes and sessions past their expiry, and tokens a week after they ended.
import type { OnApplicationBootstrap, OnApplicationShutdown } from '@nestjs/common';
import type { Time } from '@tallystick/transport';
import type { Records } from '@tallystick/views';
import { JsonRecords } from '@tallystick/views/json-records';
import { APPROVAL_SESSIONS, type ApprovalSession } from './approvals.js';
import { CODES, type CodeRecord } from './codes.js';
import type { AuthConfiguration } from './configuration.js';
import { GRANTS, type Grant, grantKey, TOKENS, type TokenRecord } from './grant.js';
import { ATTEMPTS, type Attempts } from './login-limit.js';

export interface SweepPorts {
  readonly records: Records;
  readonly configuration: Pick<AuthConfiguration, 'keptDays' | 'attemptsWindowSeconds'>;
  readonly now: () => number;
  readonly time: Time;
  /** False where the process only answers. */
  readonly runs: boolean;
  readonly report: (error: unknown) => void;
}

const EVERY_MS = 3_600_000;
const DAY_MS = 86_400_000;
const PAGE = 200;

export class SweepProcess implements OnApplicationBootstrap, OnApplicationShutdown {
  private stopTimer = () => {};
  private isStopped = false;
  private sweeping: Promise<void> = Promise.resolve();
  private isSweeping = false;

  constructor(private readonly ports: SweepPorts) {}

  onApplicationBootstrap(): void {
    if (!this.ports.runs) return;
    this.stopTimer = this.ports.time.every(EVERY_MS, () => {
      if (this.isSweeping) return;
      this.isSweeping = true;
      this.sweeping = this.sweep()
        .catch(this.ports.report)
        .finally(() => {
          this.isSweeping = false;
        });
    });
  }

  async onApplicationShutdown(): Promise<void> {
    this.isStopped = true;
    this.stopTimer();
    await this.sweeping;
  }

  /** Each instance may, at any time: what is taken away is past for good. */
  async sweep(): Promise<void> {
    const { configuration } = this.ports;
    const windowMs = configuration.attemptsWindowSeconds * 1_000;
    await this.each<CodeRecord>(CODES, ({ expiresAtMs }, now) => expiresAtMs <= now);
    await this.each<ApprovalSession>(APPROVAL_SESSIONS, ({ expiresAtMs }, now) => expiresAtMs <= now);
    await this.each<Attempts>(ATTEMPTS, ({ sinceMs }, now) => sinceMs + windowMs <= now);
    await this.each<TokenRecord>(TOKENS, (token, now, key) => this.isPast(token, now, key));
  }

  private async each<T>(
    collection: string,
    isPast: (value: T, now: number, key: string) => boolean | Promise<boolean>,
  ): Promise<void> {
    const kept = new JsonRecords<T>(this.ports.records, collection);
    let after: string | undefined;
    for (;;) {
      const keys = await kept.keys({ ...(after === undefined ? {} : { after }), limit: PAGE });
      for (const key of keys) {
        if (this.isStopped) return;
        const found = await kept.get(key);
        if (found !== undefined && (await isPast(found.value, this.ports.now(), key))) await kept.remove(key);
      }
      if (keys.length < PAGE) return;
      after = keys.at(-1);
    }
  }

  private async isPast(token: TokenRecord, now: number, hash: string): Promise<boolean> {
    const keptMs = this.ports.configuration.keptDays * DAY_MS;
    if (token.kind === 'access') return (token.expiresAtMs ?? 0) + keptMs <= now;
    const grant = await new JsonRecords<Grant>(this.ports.records, GRANTS).get(grantKey(token.userId, token.clientId));
    if (grant?.value.refresh === hash) return false;
    if (token.endedAtMs !== null) return token.endedAtMs + keptMs <= now;
    // A pair that is being made is not the grant's yet: it is marked, too, and found alive by every later sweep.
    const tokens = new JsonRecords<TokenRecord>(this.ports.records, TOKENS);
    const found = await tokens.get(hash);
    if (found !== undefined) await tokens.compareAndSet(hash, found.version, { ...token, endedAtMs: now });
    return false;
  }
}
