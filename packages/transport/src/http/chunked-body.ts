import { ProtocolError } from './protocol-error.js';

// A chunk's size and its extensions, or one trailer.
const LINE_BYTES_MAX = 1024;
const SIZE = /^([0-9a-fA-F]{1,8})[ \t]*(?:;.*)?$/;

/**
 * A body in chunks (RFC 9112, 7.1). Services here give lengths; only a proxy between them may send chunks.
 */
export class ChunkedBody {
  private readonly parts: Buffer[] = [];
  private bytes = 0;
  private line = '';
  private expecting: 'size' | 'data' | 'end of data' | 'trailers' = 'size';
  private missing = 0;

  constructor(private readonly bytesMax: number) {}

  /** @returns what follows the body; undefined while that goes on. @throws ProtocolError */
  take(arrived: Buffer): Buffer | undefined {
    let at = 0;
    while (at < arrived.length) {
      if (this.expecting === 'data') {
        const part = arrived.subarray(at, at + this.missing);
        this.parts.push(part);
        at += part.length;
        this.missing -= part.length;
        if (this.missing === 0) this.expecting = 'end of data';
        continue;
      }
      const end = arrived.indexOf(10, at);
      this.line += arrived.toString('latin1', at, end < 0 ? arrived.length : end + 1);
      if (this.line.length > LINE_BYTES_MAX) throw new ProtocolError(400, 'a line between chunks is too long');
      if (end < 0) return undefined;
      at = end + 1;
      if (this.endsWith(this.takeLine())) return arrived.subarray(at);
    }
    return undefined;
  }

  body(): Buffer {
    return Buffer.concat(this.parts);
  }

  private takeLine(): string {
    const { line } = this;
    this.line = '';
    if (!line.endsWith('\r\n')) throw new ProtocolError(400, 'a line between chunks has no end');
    return line.slice(0, -2);
  }

  private endsWith(line: string): boolean {
    switch (this.expecting) {
      case 'size': {
        const [, size] = SIZE.exec(line) ?? [];
        if (size === undefined) throw new ProtocolError(400, 'a chunk has no size');
        this.missing = Number.parseInt(size, 16);
        this.bytes += this.missing;
        if (this.bytes > this.bytesMax) throw new ProtocolError(413, 'the body is too large');
        this.expecting = this.missing === 0 ? 'trailers' : 'data';
        return false;
      }
      case 'end of data':
        if (line !== '') throw new ProtocolError(400, 'a chunk is longer than its size');
        this.expecting = 'size';
        return false;
      case 'trailers':
        return line === '';
      case 'data':
        return false;
    }
  }
}
