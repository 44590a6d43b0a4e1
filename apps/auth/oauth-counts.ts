import { Counter, type Registry } from 'prom-client';

export type GrantType = 'authorization_code' | 'refresh_token' | 'operator';

/** Counted in plain maps: a refusal may come at every request, and prom-client builds and hashes a label object each time. */
export class OAuthCounts {
  private readonly issuedBy = new Map<string, number>();
  private readonly refusedWith = new Map<string, number>();

  constructor(registry: Registry) {
    const { issuedBy, refusedWith } = this;
    new Counter({
      name: 'oauth_tokens_issued_total',
      help: 'Access tokens given, by what for',
      labelNames: ['grant'],
      registers: [registry],
      collect() {
        this.reset();
        for (const [grant, count] of issuedBy) this.inc({ grant }, count);
      },
    });
    new Counter({
      name: 'oauth_refusals_total',
      help: 'Requests with a token, code or login that were refused, by the code of the answer',
      labelNames: ['code'],
      registers: [registry],
      collect() {
        this.reset();
        for (const [code, count] of refusedWith) this.inc({ code }, count);
      },
    });
  }

  issued(grant: GrantType): void {
    this.issuedBy.set(grant, (this.issuedBy.get(grant) ?? 0) + 1);
  }

  refused(code: string): void {
    this.refusedWith.set(code, (this.refusedWith.get(code) ?? 0) + 1);
  }
}
