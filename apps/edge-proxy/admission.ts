// Who asks, and how often: before anything of a request but its headers is looked at. The service behind asks who it is once more.
import type { IncomingHttpHeaders } from 'node:http';
import type { authContract, CallContext, ClientOf } from '@tallystick/contracts';
import { type RateLimiter, refusedToken, tokenOf } from '@tallystick/customer-api';
import { type CustomerToken, ProblemError } from '@tallystick/transport/service';
import type { Credential } from './routing-table.js';

export interface AdmissionPorts {
  readonly auth: Pick<ClientOf<typeof authContract>, 'authenticate'>;
  readonly customers: Pick<CustomerToken, 'userOf'>;
  readonly limiter: RateLimiter;
}

/** 429. */
export class TooManyRequests extends ProblemError {
  constructor(readonly retryAfterSeconds: number) {
    super({
      status: 429,
      code: 'too_many_requests',
      message: 'too many requests were made with this token',
      retryable: true,
    });
  }
}

export class Admission {
  constructor(private readonly ports: AdmissionPorts) {}

  /** @returns the user; undefined where nobody has to show anything. @throws ProblemError: 401, TooManyRequests; CallFailed */
  async admit(credential: Credential, headers: IncomingHttpHeaders, context: CallContext): Promise<string | undefined> {
    if (credential === 'none') return undefined;
    if (credential === 'customer-token') {
      const userId = this.ports.customers.userOf(headers);
      this.count(userId);
      return userId;
    }
    const { known, refused } = await this.ports.auth.authenticate({ token: tokenOf(headers) }, context);
    if (known === null) throw refusedToken(refused);
    // A client has one live token for a user: a new one begins no new count.
    this.count(`${known.clientId} ${known.userId}`);
    return known.userId;
  }

  private count(who: string): void {
    const seconds = this.ports.limiter.secondsToWait(who);
    if (seconds > 0) throw new TooManyRequests(seconds);
  }
}
