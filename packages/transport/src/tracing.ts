// What the transport needs of a tracing library, so that none is loaded where traces go nowhere.

export type SpanKind = 'client' | 'server';

export interface Span {
  /** W3C trace context of this span: what its children are started under. */
  readonly traceparent: string;
  /** @param failure the code of what went wrong; undefined where nothing did */
  end(failure: string | undefined): void;
}

export interface Tracing {
  /**
   * @param name `<service>.<method>`, or method and route of a public request: few different ones
   * @param parent traceparent of whoever asks; a new trace where it is missing or malformed
   */
  start(kind: SpanKind, name: string, parent: string | undefined): Span;
}
