// A service is a function from a call to its answer, and a filter wraps one. Each concern of the transport is one filter.

import type { CallContext } from '@tallystick/contracts';

export interface Call {
  /** `<service>.<method>`, as in the path of an RPC. */
  readonly route: string;
  readonly request: unknown;
  readonly context: CallContext;
  /** Calls with the same one go to the same instance for as long as that is healthy. */
  readonly affinity?: string | undefined;
  /** The instances that earlier tries of this call went to: another is chosen where there is one. */
  readonly tried?: readonly object[] | undefined;
}

/** Rejects with CallFailed only; never throws. */
export type Service = (call: Call) => Promise<unknown>;

export type Filter = (call: Call, next: Service) => Promise<unknown>;

/** The service behind the filters, the first of them outermost. */
export function through(filters: readonly Filter[], service: Service): Service {
  return filters.reduceRight<Service>((next, filter) => (call) => filter(call, next), service);
}
