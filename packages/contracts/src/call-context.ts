/**
 * What travels with every call beside its request. The transport hands the callee a context of its own, whose signal
 * also aborts at the deadline; pass that one on to further calls, so that they end with it.
 */
export interface CallContext {
  /** When the caller stops waiting: milliseconds since 1970 by the transport's clock; Infinity for never. */
  readonly deadline: number;
  /** Aborts when the caller gave up or the deadline passed. Made when first read: a callee that never looks pays nothing. */
  readonly signal: AbortSignal;
  /** The same for everything that one outside request or message set off. */
  readonly correlationId: string;
  /** The event or command that this call follows from. */
  readonly causationId?: string | undefined;
  /** W3C trace context, version 00. */
  readonly traceparent?: string | undefined;
  /** Who asks: `user_…`, `staff:…`, `service:…`. */
  readonly actor: string;
}
