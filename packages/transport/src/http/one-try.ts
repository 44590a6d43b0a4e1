import type { CallContext } from '@tallystick/contracts';
import { CallFailed, DeadlineExceeded, type ReportUnexpected } from '../call-failed.js';
import { CallScope } from '../call-scope.js';
import type { Call, Service } from '../service.js';
import type { Time } from '../time.js';
import { TryFailed, unreachable } from '../try-failed.js';
import type { Connection, Exchange } from './connection.js';
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
    if (instance === undefined) return Promise.reject(new CallFailed(unreachable(service)));
    const now = time.now();
    if (now >= context.deadline) return Promise.reject(new DeadlineExceeded());
    const head = `${instance.headOf(route)}${writeContext(context, now)}content-length: ${request.length}\r\n\r\n`;
    return new Promise((resolve, reject) => {
      const exchange = new Try(head, request, { ...options, instance, call, resolve, reject });
      exchange.start(context);
    });
  };
}

interface TryParts extends TryOptions {
  readonly instance: Instance;
  readonly call: Call;
  readonly resolve: (answer: Buffer) => void;
  readonly reject: (failure: CallFailed) => void;
}

class Try implements Exchange {
  connection: Connection | undefined;
  private scope: CallScope | undefined;

  constructor(
    readonly head: string,
    readonly body: Uint8Array,
    private readonly parts: TryParts,
  ) {}

  start(context: CallContext): void {
    const { instance } = this.parts;
    this.scope = CallScope.within(context);
    const cancelled = this.scope.cancelledBy();
    if (cancelled !== undefined) return this.parts.reject(cancelled);
    this.scope.onCancel((failure) => {
      instance.pool.cancel(this, failure);
      instance.ended();
      this.parts.reject(failure);
    });
    instance.send(this);
  }

  answered(status: number, body: Buffer): void {
    this.end();
    const { instance, instances, resolve } = this.parts;
    if (status === 200) {
      instances.succeeded(instance);
      resolve(body);
      return;
    }
    this.refused(status, body);
  }

  lost(error: Error, sent: boolean): void {
    this.end();
    const { instance, instances } = this.parts;
    instances.failed(instance);
    this.fail(error, sent);
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
    this.scope?.finish();
    this.parts.instance.ended();
  }
}
