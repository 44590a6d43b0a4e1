// How often a login may be tried, by name and by address, over all instances.
import type { Records } from '@tallystick/views';
import { JsonRecords } from '@tallystick/views/json-records';
import type { AuthConfiguration } from './configuration.js';
import { tooManyAttempts } from './refusals.js';
import { hashOf } from './secret-texts.js';

export interface Attempts {
  readonly sinceMs: number;
  readonly count: number;
}

export const ATTEMPTS = 'login-attempts';

type Limits = Pick<AuthConfiguration, 'attemptsPerName' | 'attemptsPerAddress' | 'attemptsWindowSeconds'>;

/** An attempt is counted before the passphrase is looked at, and taken back where it was right: so many at once get no further than one by one. */
export class LoginLimit {
  private readonly attempts: JsonRecords<Attempts>;

  constructor(
    records: Records,
    private readonly limits: Limits,
    private readonly now: () => number,
  ) {
    this.attempts = new JsonRecords(records, ATTEMPTS);
  }

  /** @throws ProblemError, 429 */
  async take(name: string, address: string): Promise<void> {
    await this.count(keyOf('address', address), this.limits.attemptsPerAddress);
    await this.count(keyOf('name', name), this.limits.attemptsPerName);
  }

  /** Of a login that succeeded: the name starts anew, the address, which others may use, has one attempt less. */
  async giveBack(name: string, address: string): Promise<void> {
    await this.attempts.remove(keyOf('name', name));
    const key = keyOf('address', address);
    for (;;) {
      const stored = await this.attempts.get(key);
      if (stored === undefined || stored.value.count === 0) return;
      const { sinceMs, count } = stored.value;
      if (await this.attempts.compareAndSet(key, stored.version, { sinceMs, count: count - 1 })) return;
    }
  }

  private async count(key: string, most: number): Promise<void> {
    const windowMs = this.limits.attemptsWindowSeconds * 1_000;
    for (;;) {
      const stored = await this.attempts.get(key);
      const now = this.now();
      const isOver = stored === undefined || now - stored.value.sinceMs >= windowMs;
      const { sinceMs, count } = isOver ? { sinceMs: now, count: 0 } : stored.value;
      if (count >= most) throw tooManyAttempts(Math.ceil((sinceMs + windowMs - now) / 1_000));
      if (await this.attempts.replace(key, stored, { sinceMs, count: count + 1 })) return;
    }
  }
}

/** Neither names nor addresses stand in the records. */
function keyOf(kind: 'name' | 'address', value: string): string {
  return `${kind}:${hashOf(value)}`;
}
