import type { CallContext } from '@tallystick/contracts';
import { CallCancelled, type CallFailed } from './call-failed.js';
import { Link } from './linked.js';

export interface NewContext {
  /** Milliseconds since 1970 by the transport's clock; Infinity for never. */
  readonly deadline: number;
  readonly correlationId: string;
  readonly actor: string;
  readonly causationId?: string | undefined;
  readonly traceparent?: string | undefined;
}

/**
 * The context of one call in flight, ended by cancel(). It exists because an AbortController with its listener costs
 * more than the rest of a call in one process: the AbortSignal is made only when someone reads it.
 */
export class CallScope implements CallContext {
  readonly deadline: number;
  readonly correlationId: string;
  readonly causationId: string | undefined;
  readonly actor: string;
  private trace: string | undefined;
  private failure: CallFailed | undefined;
  private listener: ((failure: CallFailed) => void) | undefined;
  private controller: AbortController | undefined;
  private children: Link<CallScope | undefined> | undefined;
  private membership: Link<CallScope | undefined> | undefined;
  private stopListening: (() => void) | undefined;

  constructor(context: NewContext) {
    this.deadline = context.deadline;
    this.correlationId = context.correlationId;
    this.causationId = context.causationId;
    this.trace = context.traceparent;
    this.actor = context.actor;
  }

  /** A scope for one call, ended with its parent: a scope of ours, or any context with a signal. */
  static within(parent: CallContext): CallScope {
    const scope = new CallScope(parent);
    if (parent instanceof CallScope) parent.adopt(scope);
    else scope.follow(parent.signal);
    return scope;
  }

  get signal(): AbortSignal {
    if (this.controller === undefined) {
      this.controller = new AbortController();
      if (this.failure !== undefined) this.controller.abort(this.failure);
    }
    return this.controller.signal;
  }

  get traceparent(): string | undefined {
    return this.trace;
  }

  /** Puts this call and those made within it under a trace. */
  continueTrace(traceparent: string): void {
    this.trace = traceparent;
  }

  /** Why this scope was cancelled; undefined while it was not. */
  cancelledBy(): CallFailed | undefined {
    return this.failure;
  }

  /** Is told once, at the cancellation. */
  onCancel(listener: (failure: CallFailed) => void): void {
    this.listener = listener;
  }

  /** Ends this call and every call made within it. */
  cancel(failure: CallFailed = new CallCancelled()): void {
    if (this.failure !== undefined) return;
    this.failure = failure;
    this.finish();
    this.listener?.(failure);
    this.controller?.abort(failure);
    for (let child = this.children?.after(); child !== undefined; child = this.children?.after()) {
      child.leave();
      child.value?.cancel(failure);
    }
  }

  /** The call has ended: its parent forgets it. */
  finish(): void {
    this.membership?.leave();
    this.membership = undefined;
    this.stopListening?.();
    this.stopListening = undefined;
  }

  private adopt(child: CallScope): void {
    if (this.failure !== undefined) {
      child.failure = this.failure;
      return;
    }
    this.children ??= new Link<CallScope | undefined>(undefined);
    child.membership = new Link<CallScope | undefined>(child);
    child.membership.join(this.children);
  }

  private follow(signal: AbortSignal): void {
    const stop = () => this.cancel(new CallCancelled(signal.reason));
    if (signal.aborted) {
      stop();
      return;
    }
    signal.addEventListener('abort', stop, { once: true });
    this.stopListening = () => signal.removeEventListener('abort', stop);
  }
}
