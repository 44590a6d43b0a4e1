import { timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

/** The secret that the services of one bank show each other, as a bearer token. */
export class InternalToken {
  private readonly expected: Buffer;

  /** @throws Error where it could not stand in a header */
  constructor(token: string) {
    if (!/^[\x21-\x7e]+$/.test(token)) throw new Error('the internal token must be visible ASCII without spaces');
    this.expected = Buffer.from(`Bearer ${token}`, 'latin1');
  }

  /** The header's name and value. */
  header(): readonly string[] {
    return ['authorization', this.expected.toString('latin1')];
  }

  isShownIn({ authorization = '' }: IncomingHttpHeaders): boolean {
    const given = Buffer.from(authorization, 'latin1');
    return given.length === this.expected.length && timingSafeEqual(given, this.expected);
  }
}
