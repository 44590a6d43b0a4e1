import { type ClientOf, type Contract, codecOf, type HandlersOf, type MethodCodec } from '@tallystick/contracts';
import { type ReportUnexpected, unavailable } from '../call-failed.js';
import { clientThrough, type Handler, handlerOf } from '../client.js';
import { DeadlineWheel } from '../deadline-wheel.js';
import { cancellation } from '../filters/cancellation.js';
import { deadline } from '../filters/deadline.js';
import { trace } from '../filters/trace.js';
import type { Transport } from '../port.js';
import { type Filter, type Service, through } from '../service.js';
import type { Time } from '../time.js';
import type { Random } from '../traceparent.js';
import { bytesBoundary, directBoundary } from './boundary.js';

export interface InProcessOptions {
  /** `direct` checks and copies; `bytes` writes and reads what a network would carry, which is what tests run with. */
  readonly mode: 'direct' | 'bytes';
  readonly time: Time;
  readonly random: Random;
  /** Told of every error that a handler throws beside CallFailed; callers only see `internal_service`. */
  readonly report: ReportUnexpected;
}

/** Calls between services of one process. */
export function inProcessTransport(options: InProcessOptions): Transport {
  return new InProcessTransport(options);
}

class InProcessTransport implements Transport {
  private readonly services = new Map<string, Service>();
  private readonly wheel: DeadlineWheel;
  private readonly filters: readonly Filter[];
  private readonly boundary: (codec: MethodCodec, handler: Handler, report: ReportUnexpected) => Service;

  constructor(private readonly options: InProcessOptions) {
    this.wheel = new DeadlineWheel(options.time);
    this.filters = [cancellation, deadline(this.wheel), trace(options.random)];
    this.boundary = options.mode === 'direct' ? directBoundary : bytesBoundary;
  }

  client<C extends Contract>(contract: C): ClientOf<C> {
    return clientThrough(contract, (methodName) => {
      const route = `${contract.name}.${methodName}`;
      return through(this.filters, (call) => {
        const service = this.services.get(route);
        return service === undefined ? Promise.reject(unavailable(contract.name)) : service(call);
      });
    });
  }

  answer<C extends Contract>(contract: C, handlers: HandlersOf<C>): void {
    for (const [methodName, method] of Object.entries(contract.methods)) {
      const route = `${contract.name}.${methodName}`;
      if (this.services.has(route)) throw new Error(`${route} is answered already`);
      const handler = handlerOf(handlers, route, methodName);
      this.services.set(route, this.boundary(codecOf(method), handler, this.options.report));
    }
  }

  async close(): Promise<void> {
    this.services.clear();
  }
}
