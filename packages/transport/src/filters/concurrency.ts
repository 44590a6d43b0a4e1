import { CallScope } from '../call-scope.js';
import { Refused } from '../refused.js';
import type { Call, Filter, Service } from '../service.js';

export interface ConcurrencySettings {
  /** Calls that are worked on at a time. */
  readonly concurrentMax: number;
  /** Calls that wait for their turn; one more is refused, so that too much load fails fast instead of making all calls late. */
  readonly waitingMax: number;
}

interface Waiting {
  readonly call: Call;
  readonly next: Service;
  readonly resolve: (answer: Promise<unknown>) => void;
}

/** Limits the calls under way of all services that it is put in front of. Goes inside of `cancellation`: a callee that doesn't stop keeps its place. */
export class Concurrency {
  private running = 0;
  private readonly queue = new Set<Waiting>();

  constructor(private readonly settings: ConcurrencySettings) {}

  /** Calls that are worked on now. */
  inFlight(): number {
    return this.running;
  }

  limit(service: string): Filter {
    return (call, next) => {
      if (this.running < this.settings.concurrentMax) return this.run(call, next);
      if (this.queue.size >= this.settings.waitingMax) return Promise.reject(new Refused(service, 'overloaded'));
      return new Promise((resolve) => this.queue.add({ call, next, resolve }));
    };
  }

  private run(call: Call, next: Service): Promise<unknown> {
    this.running++;
    const answer = next(call);
    answer.then(this.ended, this.ended);
    return answer;
  }

  private readonly ended = (): void => {
    this.running--;
    for (const waiting of this.queue) {
      this.queue.delete(waiting);
      const { call, next, resolve } = waiting;
      const cancelled = call.context instanceof CallScope ? call.context.cancelledBy() : undefined;
      if (cancelled === undefined) return resolve(this.run(call, next));
      resolve(Promise.reject(cancelled));
    }
  };
}
