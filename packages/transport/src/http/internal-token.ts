import { timingSafeEqual } from 'node:crypto';

/** The secret that the services of one bank show each other, as a bearer token. */
export class InternalToken {
  private readonly expected: Buffer;

  /** @throws Error where it could not stand in a header */
  constructor(token: string) {
    if (!/^[\x21-\x7e]+$/.test(token)) throw new Error('the internal token must be visible ASCII without spaces');
    this.expected = Buffer.from(`Bearer ${token}`, 'latin1');
  }

  /** A header line, with its end. */
  header(): string {
    return `authorization: ${this.expected.toString('latin1')}\r\n`;
  }

  isShownIn(headers: ReadonlyMap<string, string>): boolean {
    const given = Buffer.from(headers.get('authorization') ?? '', 'latin1');
    return given.length === this.expected.length && timingSafeEqual(given, this.expected);
  }
}
