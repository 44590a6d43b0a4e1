// The caller's side of one request: what is written to them, by the edge itself or on a service's behalf.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { pause } from '@tallystick/transport/pause';
import { type Problem, type ProblemBody, problemBody, restOfBody } from '@tallystick/transport/service';
import type { Sink } from './forward.js';
import { headersForCaller } from './forwarded-headers.js';

const REST_OF_BODY_MS = 1_000;

/** What is kept of an answer, for whoever compares it. */
export interface Copied {
  readonly status: number;
  readonly body: Buffer;
}

export class Caller implements Sink {
  /** Of the answer; 0 while there is none. */
  status = 0;
  /** Told when a service's answer begins. */
  onBegin = () => {};
  private copying: { readonly parts: Buffer[]; bytes: number; readonly bytesMax: number } | undefined;

  constructor(
    readonly request: IncomingMessage,
    private readonly response: ServerResponse,
    private readonly traceId: string,
    /** Whether the connection is to be closed after the answer. */
    private readonly isLast: () => boolean,
  ) {}

  /** The connection is gone. */
  get left(): boolean {
    return this.response.destroyed || this.request.socket.destroyed;
  }

  /** Keeps the answer, unless it is longer. */
  copy(bytesMax: number): void {
    this.copying = { parts: [], bytes: 0, bytesMax };
  }

  /** The answer that was kept; undefined where it was too long. */
  copied(): Copied | undefined {
    return this.copying && { status: this.status, body: Buffer.concat(this.copying.parts) };
  }

  begin(status: number, headers: Record<string, string | string[] | undefined>): void {
    this.onBegin();
    this.head(status, headersForCaller(headers));
  }

  write(bytes: Buffer): boolean {
    const { copying } = this;
    if (copying !== undefined) {
      copying.bytes += bytes.length;
      if (copying.bytes > copying.bytesMax) this.copying = undefined;
      else copying.parts.push(bytes);
    }
    return this.response.write(bytes);
  }

  onDrain(listener: () => void): void {
    this.response.once('drain', listener);
  }

  end(): void {
    this.response.end();
  }

  /** The answer breaks off in the middle: closing the connection is the only way to say so. */
  cut(): void {
    if (!this.response.writableEnded) this.response.destroy();
  }

  /** @param headers names and values in turn */
  async refuse(problem: Problem, headers: readonly string[] = []): Promise<void> {
    await this.forgetBody();
    this.send(problem.status, problemBody(problem), headers);
  }

  send(status: number, body: ProblemBody | object, headers: readonly string[] = []): void {
    const text = JSON.stringify(body);
    this.sendText(status, 'application/json; charset=utf-8', text, headers);
  }

  sendText(status: number, contentType: string, text: string, headers: readonly string[] = []): void {
    if (this.left) return;
    const length = String(Buffer.byteLength(text));
    this.head(status, ['content-type', contentType, 'content-length', length, ...headers]);
    this.response.end(text);
  }

  /** A caller who is still writing would never read why they are refused; but they are not waited for for long. */
  private async forgetBody(): Promise<void> {
    if (this.request.complete) return;
    const waiting = new AbortController();
    await Promise.race([restOfBody(this.request), pause(REST_OF_BODY_MS, waiting.signal)]);
    waiting.abort();
  }

  private head(status: number, headers: string[]): void {
    this.status = status;
    if (this.isLast() || !this.request.complete) this.response.shouldKeepAlive = false;
    this.response.writeHead(status, [...headers, 'trace-id', this.traceId]);
  }
}
