// HTTP/1.1 messages from the bytes of a connection (RFC 9112), of requests and of answers. Why not node:http and undici: they cost two
// and a half times as much (docs/calls-between-services.md), most of it for streams, and here every body is held whole.

import { ChunkedBody } from './chunked-body.js';
import { ProtocolError } from './protocol-error.js';

export interface Head {
  /** The first line, without its end. */
  readonly start: string;
  /** By name in lower case; what came more than once is joined by a comma. */
  readonly headers: ReadonlyMap<string, string>;
}

export interface ReaderLimits {
  readonly headBytesMax: number;
  readonly bodyBytesMax: number;
}

const END_OF_HEAD = '\r\n\r\n';
const NOTHING = Buffer.alloc(0);
// No line feed or return of its own, no folded lines, no space before a colon: what other readers may see differently is refused.
const HEAD = /^[^\r\n\0]+(?:\r\n[!#$%&'*+\-.^_`|~0-9A-Za-z]+:[^\r\n\0]*)*$/;
const LENGTH = /^\d{1,12}$/;
const ANSWER_WITHOUT_BODY = /^HTTP\/1\.[01] (?:204|304|1\d\d)\b/;

/** Reads the messages of one direction of a connection, each handed over once it is complete. */
export class MessageReader {
  private unread: Buffer = NOTHING;
  private head: Head | undefined;
  private chunked: ChunkedBody | undefined;
  private parts: Buffer[] = [];
  private missing = 0;

  constructor(
    private readonly kind: 'requests' | 'answers',
    private readonly limits: ReaderLimits,
    private readonly onMessage: (head: Head, body: Buffer) => void,
  ) {}

  /** Whether a message has begun to arrive and has not ended. */
  isWithinMessage(): boolean {
    return this.head !== undefined || this.unread.length > 0;
  }

  /** @throws ProtocolError; nothing may be taken after it */
  take(arrived: Buffer): void {
    let left: Buffer | undefined = arrived;
    while (left !== undefined && left.length > 0) {
      if (this.head === undefined) left = this.takeHead(left);
      if (this.head !== undefined && left !== undefined) left = this.takeBody(this.head, left);
    }
  }

  /** @returns what follows the head; undefined while that is not complete */
  private takeHead(arrived: Buffer): Buffer | undefined {
    const bytes = this.unread.length === 0 ? arrived : Buffer.concat([this.unread, arrived]);
    const end = bytes.indexOf(END_OF_HEAD, 0, 'latin1');
    if (end > this.limits.headBytesMax || (end < 0 && bytes.length > this.limits.headBytesMax)) {
      throw new ProtocolError(431, 'the headers are too large');
    }
    if (end < 0) {
      this.unread = bytes;
      return undefined;
    }
    this.unread = NOTHING;
    this.head = headOf(bytes.toString('latin1', 0, end));
    this.expectBody(this.head);
    return bytes.subarray(end + END_OF_HEAD.length);
  }

  private expectBody({ start, headers }: Head): void {
    const encoding = headers.get('transfer-encoding');
    const length = headers.get('content-length');
    if (encoding !== undefined) {
      // With both, two readers may see two different bodies.
      if (length !== undefined || encoding.toLowerCase() !== 'chunked') {
        throw new ProtocolError(400, 'this way of sending a body is not understood');
      }
      this.chunked = new ChunkedBody(this.limits.bodyBytesMax);
      return;
    }
    if (length === undefined && this.kind === 'answers' && !ANSWER_WITHOUT_BODY.test(start)) {
      throw new ProtocolError(400, 'an answer without a length');
    }
    if (length !== undefined && !LENGTH.test(length)) throw new ProtocolError(400, 'the length is not a number');
    this.missing = Number(length ?? 0);
    if (this.missing > this.limits.bodyBytesMax) throw new ProtocolError(413, 'the body is too large');
  }

  private takeBody(head: Head, arrived: Buffer): Buffer | undefined {
    if (this.chunked !== undefined) {
      const left = this.chunked.take(arrived);
      if (left !== undefined) this.complete(head, this.chunked.body());
      return left;
    }
    if (arrived.length < this.missing) {
      if (arrived.length > 0) this.parts.push(arrived);
      this.missing -= arrived.length;
      return undefined;
    }
    const part = arrived.subarray(0, this.missing);
    const left = arrived.subarray(this.missing);
    this.complete(head, this.parts.length === 0 ? part : Buffer.concat([...this.parts, part]));
    return left;
  }

  private complete(head: Head, body: Buffer): void {
    this.head = undefined;
    this.chunked = undefined;
    this.parts = [];
    this.missing = 0;
    this.onMessage(head, body);
  }
}

function headOf(text: string): Head {
  if (!HEAD.test(text)) throw new ProtocolError(400, 'the headers can not be read');
  const headers = new Map<string, string>();
  let lineEnd = text.indexOf('\r\n');
  const start = lineEnd < 0 ? text : text.slice(0, lineEnd);
  while (lineEnd >= 0) {
    const lineStart = lineEnd + 2;
    lineEnd = text.indexOf('\r\n', lineStart);
    const colon = text.indexOf(':', lineStart);
    const name = text.slice(lineStart, colon).toLowerCase();
    const value = text.slice(colon + 1, lineEnd < 0 ? text.length : lineEnd).trim();
    const before = headers.get(name);
    headers.set(name, before === undefined ? value : `${before}, ${value}`);
  }
  return { start, headers };
}
