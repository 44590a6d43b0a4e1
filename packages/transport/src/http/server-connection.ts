import type { Socket } from 'node:net';
import { CallFailed } from '../call-failed.js';
import type { CallScope } from '../call-scope.js';
import { type Answer, failureAnswer } from './failure-answers.js';
import { type Head, MessageReader, type ReaderLimits } from './message-reader.js';
import { ProtocolError } from './protocol-error.js';
import { writeMessage } from './written-message.js';

/** Answers one request; never rejects. `begun` is given the scope to cancel when the caller goes. */
export type Respond = (head: Head, body: Buffer, begun: (scope: CallScope) => void) => Answer | Promise<Answer>;

// Requests that came before the one under way was answered. None of our callers sends any.
const WAITING_MAX = 16;

/** One caller's connection: a request at a time, answered in the order of arrival. */
export class ServerConnection {
  private readonly reader: MessageReader;
  private readonly waiting: { readonly head: Head; readonly body: Buffer }[] = [];
  private scope: CallScope | undefined;
  private busy = false;
  private ending = false;
  private sinceMs: number;
  private readonly begun = (scope: CallScope): void => {
    this.scope = scope;
  };

  constructor(
    private readonly socket: Socket,
    limits: ReaderLimits,
    private readonly respond: Respond,
    private readonly now: () => number,
  ) {
    this.sinceMs = now();
    this.reader = new MessageReader('requests', limits, (head, body) => this.received(head, body));
    socket
      .on('data', (bytes: Buffer) => this.take(bytes))
      // A reset tells nothing that the close does not.
      .on('error', () => undefined)
      .once('end', () => this.gone())
      .once('close', () => this.gone());
  }

  /** Answers what is under way, then closes. */
  end(): void {
    this.ending = true;
    if (!this.busy) this.socket.destroy();
  }

  /** Closes a connection on which a request does not arrive, or on which nothing is asked. */
  sweep(arrivalMs: number, unaskedMs: number): void {
    if (this.busy) return;
    const patienceMs = this.ending || this.reader.isWithinMessage() ? arrivalMs : unaskedMs;
    if (this.now() - this.sinceMs >= patienceMs) this.socket.destroy();
  }

  private take(bytes: Buffer): void {
    if (this.ending && !this.busy) return;
    if (!this.busy && !this.reader.isWithinMessage()) this.sinceMs = this.now();
    try {
      this.reader.take(bytes);
    } catch (thrown) {
      this.refuse(thrown instanceof ProtocolError ? thrown : new ProtocolError(400, 'the request can not be read'));
    }
  }

  private received(head: Head, body: Buffer): void {
    if (this.waiting.length >= WAITING_MAX) throw new ProtocolError(400, 'too many requests at once');
    if (this.busy) this.waiting.push({ head, body });
    else this.serve(head, body);
  }

  private serve(head: Head, body: Buffer): void {
    this.busy = true;
    if (head.start.endsWith('HTTP/1.0') || head.headers.get('connection')?.toLowerCase() === 'close')
      this.ending = true;
    const answer = this.respond(head, body, this.begun);
    if (answer instanceof Promise) void answer.then(this.finish);
    else this.finish(answer);
  }

  private readonly finish = ({ status, body }: Answer): void => {
    this.busy = false;
    this.scope = undefined;
    this.sinceMs = this.now();
    if (this.socket.destroyed) return;
    this.write(status, body);
    if (this.ending) {
      this.socket.end(() => this.socket.destroy());
      return;
    }
    const next = this.waiting.shift();
    if (next !== undefined) this.serve(next.head, next.body);
  };

  /** What is not understood is answered once, after what was; the rest of it is read and forgotten, or its sender would never see why. */
  private refuse({ status, message }: ProtocolError): void {
    this.ending = true;
    if (this.busy) return this.scope?.cancel();
    this.write(status, failureAnswer(new CallFailed({ code: 'bad_request.not_http', message, retryable: false })).body);
    this.socket.end();
  }

  private write(status: number, body: Uint8Array): void {
    const last = this.ending ? 'connection: close\r\n' : '';
    const head = `HTTP/1.1 ${status} ${REASONS[status] ?? 'Failed'}\r\ncontent-type: application/json\r\n${last}content-length: ${body.length}\r\n\r\n`;
    writeMessage(this.socket, head, body);
  }

  private gone(): void {
    this.ending = true;
    this.scope?.cancel();
    this.scope = undefined;
  }
}

const REASONS: Readonly<Record<number, string>> = {
  200: 'OK',
  204: 'No Content',
  400: 'Bad Request',
  401: 'Unauthorized',
  404: 'Not Found',
  413: 'Content Too Large',
  431: 'Request Header Fields Too Large',
  499: 'Client Closed Request',
  500: 'Internal Server Error',
  502: 'Bad Gateway',
  503: 'Service Unavailable',
  504: 'Gateway Timeout',
};
