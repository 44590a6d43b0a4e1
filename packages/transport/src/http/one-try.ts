import type { Dispatcher } from 'undici';
import { CallFailed, DeadlineExceeded, type ReportUnexpected } from '../call-failed.js';
import { CallScope } from '../call-scope.js';
import type { Call, Service } from '../service.js';
import type { Time } from '../time.js';
import { TryFailed, unreachable } from '../try-failed.js';
import { writeContext } from './context-headers.js';
import { failureOfAnswer } from './failure-answers.js';
import type { Instance } from './instance.js';
import type { ServiceInstances } from './instances.js';

export interface TryOptions {
  readonly service: string;
  readonly instances: ServiceInstances;
  readonly time: Time;
  readonly report: ReportUnexpected;
}

/** Sends the request, bytes by now, to one instance. Rejects with TryFailed where that gave no answer. */
export function oneTry(options: TryOptions): Service {
  const { service, instances, time } = options;
  return (call) => {
    const { request, route, context, affinity, tried } = call;
    if (!(request instanceof Uint8Array)) throw new Error('a try sends bytes');
    const instance = instances.choose(affinity, tried);
    if (instance === undefined) return Promise.reject(new CallFailed({ ...unreachable(service), sent: false }));
    const now = time.now();
    if (now >= context.deadline) return Promise.reject(new DeadlineExceeded());
    const headers = writeContext(context, now);
    return new Promise((resolve, reject) => {
      const scope = CallScope.within(context);
      const cancelled = scope.cancelledBy();
      if (cancelled !== undefined) return reject(cancelled);
      instance.send(route, headers, request, new Try({ ...options, instance, call, scope, resolve, reject }));
    });
  };
}

interface TryParts extends TryOptions {
  readonly instance: Instance;
  readonly call: Call;
  /** Of this try. */
  readonly scope: CallScope;
  readonly resolve: (answer: Buffer) => void;
  readonly reject: (failure: CallFailed) => void;
}

/** One request as undici tells of it. */
class Try implements Dispatcher.DispatchHandler {
  /** Known once the request is being written. */
  private controller: Dispatcher.DispatchController | undefined;
  private status = 0;
  private readonly body: Buffer[] = [];

  constructor(private readonly parts: TryParts) {
    parts.scope.onCancel((failure) => this.cancel(failure));
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    const cancelled = this.parts.scope.cancelledBy();
    // An abort would close the connection, on which nothing was sent for this call.
    if (cancelled !== undefined) throw cancelled;
    this.controller = controller;
  }

  onResponseStart(_controller: Dispatcher.DispatchController, status: number): void {
    this.status = status;
  }

  onResponseData(_controller: Dispatcher.DispatchController, bytes: Buffer): void {
    this.body.push(bytes);
  }

  onResponseEnd(): void {
    this.end();
    const { instance, instances, resolve } = this.parts;
    const body = Buffer.concat(this.body);
    if (this.status !== 200) return this.refused(this.status, body);
    instances.succeeded(instance);
    resolve(body);
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    if (this.parts.scope.cancelledBy() !== undefined) return;
    this.end();
    const { instance, instances } = this.parts;
    instances.failed(instance);
    this.fail(error, this.controller !== undefined);
  }

  /** The connection closes, which is how the callee learns of it. */
  private cancel(failure: CallFailed): void {
    this.controller?.abort(failure);
    this.parts.instance.ended();
    this.parts.reject(failure);
  }

  private refused(status: number, body: Buffer): void {
    const { service, instance, instances, reject, report, call } = this.parts;
    const received = failureOfAnswer(body);
    if (status === 503 || (status > 500 && received === undefined)) {
      // One that has too much to do is well, and would be no better for being left out.
      if (received?.refusal === 'overloaded') instances.succeeded(instance);
      else instances.failed(instance);
      const cause = received?.failure ?? new Error(`${instance.id} answered ${status}`);
      // Our own refusal says that nothing was done; a proxy's 503 may come after it passed the request on.
      return this.fail(cause, received?.refusal === undefined);
    }
    instances.succeeded(instance);
    if (received !== undefined && status !== 401) return reject(received.failure);
    report(received?.failure ?? new Error(`${instance.id} answered ${status}`), call.route);
    reject(new CallFailed({ code: 'internal_service', message: `${service} can not be asked`, retryable: false }));
  }

  private fail(cause: Error, sent: boolean): void {
    const { service, instance, instances, call, reject } = this.parts;
    const elsewhere = instances.hasOther(instance, call.tried);
    reject(new TryFailed(service, { instance, sent, elsewhere }, cause));
  }

  private end(): void {
    this.parts.scope.finish();
    this.parts.instance.ended();
  }
}
