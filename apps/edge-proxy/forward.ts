// Sends a request to an instance of its service; to another where that certainly, or harmlessly, had no effect.
import type { Readable } from 'node:stream';
import { type CallScope, DeadlineExceeded } from '@tallystick/transport';
import type { Problem } from '@tallystick/transport/service';
import type { Dispatcher } from 'undici';
import type { StackName } from './stacks.js';
import type { Instance, Lane, Upstreams } from './upstreams.js';

export interface Forwarded {
  readonly stack: StackName;
  readonly service: string;
  readonly method: Dispatcher.HttpMethod;
  /** Path and query. */
  readonly path: string;
  /** Names and values in turn. */
  readonly headers: readonly string[];
  readonly body: Buffer | Readable | null;
  /** How long the service may be silent in the middle of its answer, milliseconds. */
  readonly stallMs: number;
  /** Whose connections it goes by; those of plain requests where it is left out. */
  readonly lane?: Lane;
}

/** Where the answer goes. */
export interface Sink {
  /** Called once; then the request is no longer repeated. */
  begin(status: number, headers: Record<string, string | string[] | undefined>): void;
  /** @returns whether more is taken now; else `onDrain` says when */
  write(bytes: Buffer): boolean;
  onDrain(listener: () => void): void;
  end(): void;
}

export type Outcome =
  | { readonly kind: 'answered' }
  /** Nothing was given to the sink. */
  | { readonly kind: 'refused'; readonly problem: Problem; readonly cause: Error | undefined }
  /** The answer broke off, or the caller left. */
  | { readonly kind: 'cut'; readonly cause: Error };

export interface ForwardPorts {
  readonly upstreams: Upstreams;
  readonly triesMax: number;
  readonly onRetry: (service: string) => void;
}

/** @param scope ends the request: at its deadline until the answer begins, and whenever its caller leaves */
export async function forward(request: Forwarded, sink: Sink, scope: CallScope, ports: ForwardPorts): Promise<Outcome> {
  const { upstreams, triesMax, onRetry } = ports;
  const { stack, service } = request;
  const tried: Instance[] = [];
  let failure: TryFailure | undefined;
  for (let tries = 0; tries < triesMax; tries++) {
    const instance = upstreams.choose(stack, service, tried) ?? again(request, failure, upstreams);
    if (instance === undefined) break;
    if (tries > 0) onRetry(service);
    tried.push(instance);
    failure = await new Try(request, instance, sink, scope).outcome;
    if (failure === undefined) return { kind: 'answered' };
    if (failure.begun) return { kind: 'cut', cause: failure.cause };
    const cancelled = scope.cancelledBy();
    if (cancelled !== undefined) return refusedBy(cancelled);
    if (isUnsendable(failure.cause)) return { kind: 'refused', problem: UNSENDABLE, cause: undefined };
    if (!failure.left) instance.rest();
    else if (request.method !== 'GET') break;
  }
  return { kind: 'refused', problem: failure?.left === true ? NO_ANSWER : UNAVAILABLE, cause: failure?.cause };
}

/** A read whose connection broke goes the same way again where there is no other: it was a kept one that had just been closed. */
function again({ stack, service }: Forwarded, failure: TryFailure | undefined, upstreams: Upstreams) {
  return failure?.left === true ? upstreams.choose(stack, service, []) : undefined;
}

function refusedBy(cancelled: Error): Outcome {
  if (cancelled instanceof DeadlineExceeded) return { kind: 'refused', problem: TIMEOUT, cause: undefined };
  return { kind: 'cut', cause: cancelled };
}

/** The service was asked and did not answer in time. */
export const TIMEOUT: Problem = {
  status: 504,
  code: 'timeout',
  message: 'no answer in time; whether the request had an effect is not known',
  retryable: true,
};
/** The connection broke after the request was on its way. */
const NO_ANSWER: Problem = {
  ...TIMEOUT,
  message: 'the connection to the service broke; whether the request had an effect is not known',
};
export const UNAVAILABLE: Problem = {
  status: 503,
  code: 'unavailable',
  message: 'the service can not be reached; the request had no effect',
  retryable: true,
};

const UNSENDABLE: Problem = { status: 400, code: 'bad_request.not_http', message: 'the request is not HTTP' };

/** Our client would not write what our parser let in: that is no fault of the instance. */
function isUnsendable(cause: Error): boolean {
  return Reflect.get(cause, 'code') === 'UND_ERR_INVALID_ARG';
}

interface TryFailure {
  /** Whether anything of the request was sent. */
  readonly left: boolean;
  /** Whether the sink has been given something. */
  readonly begun: boolean;
  readonly cause: Error;
}

/** One request to one instance, as undici tells of it. */
class Try implements Dispatcher.DispatchHandler {
  /** Undefined where the answer is complete. */
  readonly outcome: Promise<TryFailure | undefined>;
  private resolve: (failure: TryFailure | undefined) => void = () => {};
  /** Known once the request is being written. */
  private controller: Dispatcher.DispatchController | undefined;
  private begun = false;
  private ended = false;

  constructor(
    { method, path, headers, body, stallMs, lane = 'plain' }: Forwarded,
    private readonly instance: Instance,
    private readonly sink: Sink,
    private readonly scope: CallScope,
  ) {
    this.outcome = new Promise((resolve) => {
      this.resolve = resolve;
    });
    instance.load++;
    scope.onCancel((failure) => {
      this.controller?.abort(failure);
      this.end(failure);
    });
    const cancelled = scope.cancelledBy();
    if (cancelled !== undefined) this.end(cancelled);
    else instance.dispatch(lane, { method, path, headers: [...headers], body, bodyTimeout: stallMs }, this);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    const cancelled = this.scope.cancelledBy();
    // An abort would close the connection, on which nothing was sent for this request.
    if (cancelled !== undefined) throw cancelled;
    this.controller = controller;
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    status: number,
    headers: Record<string, string | string[] | undefined>,
  ): void {
    // Of those before the answer (RFC 9110, 15.2) none is passed on.
    if (status < 200) return;
    this.begun = true;
    this.sink.begin(status, headers);
  }

  onResponseData(controller: Dispatcher.DispatchController, bytes: Buffer): void {
    if (this.sink.write(bytes)) return;
    controller.pause();
    this.sink.onDrain(() => controller.resume());
  }

  onResponseEnd(): void {
    this.sink.end();
    this.end(undefined);
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.end(error);
  }

  private end(cause: Error | undefined): void {
    if (this.ended) return;
    this.ended = true;
    this.instance.load--;
    const left = this.controller !== undefined;
    this.resolve(cause === undefined ? undefined : { left, begun: this.begun, cause });
  }
}
