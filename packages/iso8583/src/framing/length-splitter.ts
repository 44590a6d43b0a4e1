import { Iso8583Error } from '../iso8583-error.js';

/** What is said of one kind of framing. */
export interface LengthFraming {
  readonly name: 'frame' | 'record';
  /** Of the big-endian length before each, which does not count itself. */
  readonly headerBytes: 2 | 4;
  readonly maxBytes: number;
  /** A length of 0: an error, or the end of the stream. */
  readonly zero: 'error' | 'end';
}

/**
 * Cuts a stream into what its lengths say, whatever pieces it comes in. What lies whole in one piece is handed on
 * without a copy; memory for one that does not is taken when its first byte is there, and never more than `maxBytes`.
 */
export class LengthSplitter {
  /** After a zero length that ends the stream. */
  isEnded = false;
  private readonly header: Buffer;
  private headerFilled = 0;
  private body: Buffer | undefined = undefined;
  private bodyFilled = 0;
  private length = 0;
  private consumed = 0;
  private broken: Iso8583Error | undefined = undefined;

  constructor(private readonly framing: LengthFraming) {
    this.header = Buffer.alloc(framing.headerBytes);
  }

  /** True between the first byte of a header and the last byte of what it announced. */
  get isInside(): boolean {
    return this.headerFilled > 0;
  }

  /**
   * @param each gets every frame that the piece completes, which is a part of the piece where it can be: done with, or copied, before the piece is used again
   * @returns how many bytes of the piece were used: all, unless the stream ended in it
   * @throws Iso8583Error for a length that is 0 or too long; then, and for ever after, there is no telling where frames begin
   */
  push(piece: Uint8Array, each: (frame: Buffer) => void): number {
    if (this.broken !== undefined) throw this.broken;
    const bytes = Buffer.isBuffer(piece) ? piece : Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength);
    let at = 0;
    while (at < bytes.length && !this.isEnded) {
      const start = at;
      at = this.headerFilled < this.header.length ? this.readHeader(bytes, at) : this.readBody(bytes, at, each);
      this.consumed += at - start;
    }
    return at;
  }

  /** @throws Iso8583Error if the stream stopped inside a frame */
  end(): void {
    if (this.broken !== undefined) throw this.broken;
    if (this.isInside) this.break('truncated', this.consumed, 'the stream ended inside');
  }

  private readHeader(bytes: Buffer, at: number): number {
    const { header } = this;
    let next = at;
    while (this.headerFilled < header.length && next < bytes.length) header[this.headerFilled++] = bytes[next++] ?? 0;
    if (this.headerFilled < header.length) return next;
    this.length = header.readUIntBE(0, header.length);
    const { zero, maxBytes } = this.framing;
    const start = this.consumed + next - at - header.length;
    if (this.length > maxBytes)
      this.break('overlong', start, `a length of ${this.length}, which must be up to ${maxBytes}`);
    if (this.length === 0 && zero === 'error') this.break('empty', start, 'a length of 0');
    if (this.length === 0) {
      this.isEnded = true;
      this.headerFilled = 0;
    }
    return next;
  }

  private readBody(bytes: Buffer, at: number, each: (frame: Buffer) => void): number {
    const missing = this.length - this.bodyFilled;
    const there = Math.min(missing, bytes.length - at);
    if (this.body === undefined && there === missing) {
      this.headerFilled = 0;
      each(bytes.subarray(at, at + there));
      return at + there;
    }
    this.body ??= Buffer.allocUnsafe(this.length);
    bytes.copy(this.body, this.bodyFilled, at, at + there);
    this.bodyFilled += there;
    if (this.bodyFilled === this.length) {
      const { body } = this;
      this.body = undefined;
      this.bodyFilled = 0;
      this.headerFilled = 0;
      each(body);
    }
    return at + there;
  }

  private break(problem: 'empty' | 'overlong' | 'truncated', offset: number, text: string): never {
    const { name } = this.framing;
    const code = problem === 'empty' ? 'frame.empty' : (`${name}.${problem}` as const);
    this.broken = new Iso8583Error(code, name, offset, text);
    throw this.broken;
  }
}
