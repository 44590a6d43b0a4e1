// Requests that come over the bus and are answered over it. Every adapter passes request-topic.suite.ts.

export interface ReceivedRequest {
  /** What it is ordered by: requests of one key come in the order in which they were sent. Null for no order. */
  readonly key: Uint8Array | null;
  readonly value: Uint8Array | null;
  /** As text. */
  readonly headers: Readonly<Record<string, string | undefined>>;
}

export interface Response {
  readonly kind: 'response';
  readonly key: Uint8Array;
  readonly value: Uint8Array;
  readonly headers: Readonly<Record<string, string>>;
}

/** A request that can't be read: it goes to the dead letters, and the others go on. */
export interface SetAside {
  readonly kind: 'set aside';
  readonly reason: string;
  /** False where its bytes may hold what must not be copied: then the dead letter only says where it was. */
  readonly copied: boolean;
}

export type Reply = Response | SetAside;

/** One reply to each request, in their order. A request is given again after a crash or a failure, and must then be answered the same. */
export type RequestHandler = (requests: readonly ReceivedRequest[]) => Promise<readonly Reply[]>;

export interface RequestTopic {
  /**
   * Gives requests to the handler, up to REQUESTS_AT_ONCE at a time and several of these at the same time (never of the same key), until
   * the signal is aborted; then resolves once those under way are answered. A request counts as answered only when its response is durable.
   * Where the handler throws, or the topic can't be used, requests are given again after a pause that grows.
   */
  serve(handler: RequestHandler, signal: AbortSignal): Promise<void>;
}

export const REQUESTS_AT_ONCE = 1_000;
