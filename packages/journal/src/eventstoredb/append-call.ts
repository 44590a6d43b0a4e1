// One Streams.BatchAppend call: any number of appends in flight, each answered under its own number. The client package's own batch is not
// used: its table of promises is the process's, so that one dropped call rejects the appends of all and the next answer throws.
import type { ClientDuplexStream } from '@grpc/grpc-js';
import { type AppendResult, JournalUnavailable, RevisionConflict } from '../port.js';
import { type AppendAnswer, type AppendMessage, decodeAppendAnswer, encodeAppend } from './append-messages.js';
import type { Connection, Line } from './connection.js';
import { appendFailed, appendRefused } from './failures.js';

const PATH = '/event_store.client.streams.Streams/BatchAppend';
/** The time within which an append must be answered is watched in so many steps. */
const STEPS = 4;

/** As in the port; the position is undefined where the server does not tell it with a repeated append. */
export type AppendAccepted = Omit<AppendResult, 'position'> & { readonly position: bigint | undefined };

interface InFlight {
  readonly stream: string;
  readonly expectedRevision: number;
  /** The step in which it was sent. */
  readonly sentAt: number;
  readonly resolve: (accepted: AppendAccepted) => void;
  readonly reject: (error: Error) => void;
}

type Duplex = ClientDuplexStream<Buffer, AppendAnswer>;

const itself = (bytes: Buffer): Buffer => bytes;

export class AppendCall {
  /** In the order sent, so that the oldest comes first. */
  readonly #inFlight = new Map<number, InFlight>();
  readonly #connection: Connection;
  readonly #deadlineMs: number;
  readonly #onEnd: () => void;
  #unsent: Buffer[] | undefined = [];
  #line: Line | undefined;
  #duplex: Duplex | undefined;
  #sent = 0;
  #step = 0;
  #answeredAt = 0;
  #watch: NodeJS.Timeout | undefined;
  #ended = false;
  #idle: (() => void) | undefined;

  /** @param onEnd called once, when this call takes no more appends */
  constructor(connection: Connection, deadlineMs: number, onEnd: () => void) {
    this.#connection = connection;
    this.#deadlineMs = deadlineMs;
    this.#onEnd = onEnd;
    this.#open().catch((error: unknown) => this.#fail(error));
  }

  /**
   * Sends the append behind those before it. Its bytes are copied before this returns.
   * @throws RevisionConflict, JournalUnavailable
   */
  append(append: Omit<AppendMessage, 'correlation'>): Promise<AppendAccepted> {
    return new Promise((resolve, reject) => {
      const correlation = ++this.#sent;
      const message = encodeAppend({ ...append, correlation });
      const { stream, expectedRevision } = append;
      this.#inFlight.set(correlation, { stream, expectedRevision, sentAt: this.#step, resolve, reject });
      this.#watch ??= setInterval(() => this.#look(), this.#deadlineMs / STEPS);
      // gRPC keeps what the socket does not take yet; it is bounded by what the callers have in flight.
      if (this.#unsent === undefined) this.#duplex?.write(message);
      else this.#unsent.push(message);
    });
  }

  /** Resolves when every append has its answer; none may be sent any more. */
  async close(): Promise<void> {
    if (this.#inFlight.size > 0) {
      await new Promise<void>((resolve) => {
        this.#idle = resolve;
      });
    }
    this.#end();
    this.#duplex?.cancel();
  }

  async #open(): Promise<void> {
    const line = await this.#connection.line();
    if (this.#ended) return;
    this.#line = line;
    const duplex = line.client.makeBidiStreamRequest<Buffer, AppendAnswer>(
      PATH,
      itself,
      decodeAppendAnswer,
      this.#connection.metadata(true),
    );
    this.#duplex = duplex;
    duplex.on('data', (answer: AppendAnswer) => this.#answered(answer));
    duplex.on('error', (error) => this.#fail(error));
    duplex.on('end', () => this.#fail(new Error('the server has ended the call')));
    for (const message of this.#unsent ?? []) duplex.write(message);
    this.#unsent = undefined;
  }

  #answered(answer: AppendAnswer): void {
    const append = this.#inFlight.get(answer.correlation);
    this.#answeredAt = this.#step;
    // Too late: its caller has been told that the outcome is unknown.
    if (append === undefined) return;
    this.#settle(answer.correlation);
    if (answer.kind === 'stored') append.resolve(answer);
    else if (answer.kind === 'refused') append.reject(appendRefused(answer.name, answer.message, append.stream));
    else append.reject(new RevisionConflict(append.stream, append.expectedRevision, answer.actualRevision));
  }

  #settle(correlation: number): void {
    this.#inFlight.delete(correlation);
    if (this.#inFlight.size > 0) return;
    clearInterval(this.#watch);
    this.#watch = undefined;
    this.#idle?.();
  }

  /** Gives up on the appends that have waited for too long, and on the call where it has said nothing all the while. */
  #look(): void {
    this.#step++;
    const overdue = this.#step - STEPS;
    for (const [correlation, append] of this.#inFlight) {
      if (append.sentAt >= overdue) return;
      if (this.#answeredAt <= append.sentAt) return this.#fail(new Error(`no answer within ${this.#deadlineMs} ms`));
      const message = `the EventStoreDB did not answer the append to ${append.stream} within ${this.#deadlineMs} ms`;
      append.reject(new JournalUnavailable(message, true));
      this.#settle(correlation);
    }
  }

  /** Nobody knows what was stored of the appends in flight. */
  #fail(error: unknown): void {
    if (this.#ended) return;
    const failure = this.#connection.failed(error, this.#line);
    this.#end();
    this.#duplex?.cancel();
    const failed = [...this.#inFlight.values()];
    this.#inFlight.clear();
    for (const { reject } of failed) reject(appendFailed(failure));
    this.#idle?.();
  }

  #end(): void {
    if (this.#ended) return;
    this.#ended = true;
    clearInterval(this.#watch);
    this.#onEnd();
  }
}
