// gRPC over HTTP/2, as far as a stand-in needs it. By hand, because @grpc/grpc-js gives every message a write of its own and waits for it:
// a node that feeds a relay would take most of the machine it shares with everything else.
import { EventEmitter, once } from 'node:events';
import {
  createSecureServer,
  createServer,
  type Http2SecureServer,
  type Http2Server,
  type IncomingHttpHeaders,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2';
import type { AddressInfo } from 'node:net';
import { ProtocolError, status } from './protocol-error.js';

const FRAME_BYTES = 5;
const WRITE_BYTES = 64 * 1024;

export type Handler = (call: Call) => void;

export interface Tls {
  readonly cert: string | Buffer;
  readonly key: string | Buffer;
}

/** One call: messages come until the client has ended its side, and go until `end` or `fail`. */
export class Call {
  /** The client has gone, or the call was answered. */
  closed = false;
  readonly #stream: ServerHttp2Stream;
  readonly #closing = new EventEmitter();
  #unparsed: Buffer = Buffer.alloc(0);
  #unwritten: Uint8Array[] = [];
  #unwrittenBytes = 0;
  #status = new ProtocolError(status.OK, '');

  constructor(
    stream: ServerHttp2Stream,
    readonly headers: IncomingHttpHeaders,
  ) {
    this.#stream = stream;
    stream.on('error', () => undefined);
    stream.once('close', () => {
      this.closed = true;
      this.#closing.emit('close');
    });
    stream.once('wantTrailers', () => stream.sendTrailers(this.#status.asTrailers()));
    stream.respond({ ':status': 200, 'content-type': 'application/grpc+proto' }, { waitForTrailers: true });
  }

  /** @param end called when the client has sent its last message */
  receive(message: (bytes: Buffer) => void, end: () => void): void {
    this.#stream.on('data', (chunk: Buffer) => {
      try {
        this.#parse(chunk, message);
      } catch (error) {
        this.fail(error);
      }
    });
    this.#stream.once('end', end);
  }

  onClose(listener: () => void): void {
    this.#closing.once('close', listener);
  }

  /** Messages of one turn of the event loop leave together. */
  write(message: Uint8Array): void {
    if (this.closed) return;
    const head = Buffer.alloc(FRAME_BYTES);
    head.writeUInt32BE(message.length, 1);
    if (this.#unwritten.length === 0) setImmediate(() => this.#flush());
    this.#unwritten.push(head, message);
    this.#unwrittenBytes += FRAME_BYTES + message.length;
  }

  /** Something to wait for before more is written, where there is. */
  drained(): Promise<void> | undefined {
    if (this.#unwrittenBytes < WRITE_BYTES) return undefined;
    this.#flush();
    if (this.closed || !this.#stream.writableNeedDrain) return undefined;
    return new Promise((resolve) => {
      const done = () => {
        this.#stream.off('drain', done);
        this.#closing.off('close', done);
        resolve();
      };
      this.#stream.once('drain', done);
      this.#closing.once('close', done);
    });
  }

  end(): void {
    if (this.closed) return;
    this.#flush();
    this.closed = true;
    this.#stream.end();
  }

  fail(error: unknown): void {
    this.#status = ProtocolError.of(error);
    this.end();
  }

  #flush(): void {
    if (this.#unwritten.length === 0) return;
    if (!this.closed) this.#stream.write(Buffer.concat(this.#unwritten, this.#unwrittenBytes));
    this.#unwritten = [];
    this.#unwrittenBytes = 0;
  }

  #parse(chunk: Buffer, message: (bytes: Buffer) => void): void {
    const bytes = this.#unparsed.length === 0 ? chunk : Buffer.concat([this.#unparsed, chunk]);
    let at = 0;
    while (at + FRAME_BYTES <= bytes.length) {
      const end = at + FRAME_BYTES + bytes.readUInt32BE(at + 1);
      if (end > bytes.length) break;
      if (bytes[at] !== 0) throw new ProtocolError(status.UNIMPLEMENTED, 'compressed messages are not read');
      message(bytes.subarray(at + FRAME_BYTES, end));
      at = end;
    }
    this.#unparsed = bytes.subarray(at);
  }
}

export class GrpcServer {
  readonly #server: Http2Server | Http2SecureServer;
  readonly #sessions = new Set<ServerHttp2Session>();
  readonly #calls = new Set<Call>();

  /** @param handlers by path, /package.Service/Method */
  constructor(handlers: ReadonlyMap<string, Handler>, maxCallsPerConnection: number, tls: Tls | undefined) {
    const settings = { maxConcurrentStreams: maxCallsPerConnection };
    this.#server = tls === undefined ? createServer({ settings }) : createSecureServer({ ...tls, settings });
    this.#server.on('session', (session: ServerHttp2Session) => {
      this.#sessions.add(session);
      session.on('error', () => undefined);
      session.once('close', () => this.#sessions.delete(session));
    });
    this.#server.on('stream', (stream: ServerHttp2Stream, headers: IncomingHttpHeaders) => {
      const call = new Call(stream, headers);
      this.#calls.add(call);
      call.onClose(() => this.#calls.delete(call));
      const handler = handlers.get(headers[':path'] ?? '');
      try {
        if (handler === undefined) throw new ProtocolError(status.UNIMPLEMENTED, 'The stand-in does not do this');
        handler(call);
      } catch (error) {
        call.fail(error);
      }
    });
  }

  /** @returns the port @throws Error where the address can't be had */
  async listen(host: string, port: number): Promise<number> {
    this.#server.listen(port, host);
    await once(this.#server, 'listening');
    return (this.#server.address() as AddressInfo).port; // a server on a port has no other kind of address
  }

  failCalls(error: ProtocolError): void {
    for (const call of this.#calls) call.fail(error);
  }

  stop(): void {
    this.#server.close();
    for (const session of this.#sessions) session.destroy();
  }
}
