// Spans through OpenTelemetry. Its SDK is loaded only here, and only where spans go somewhere.

import type { Context, SpanKind as OtelKind, Tracer } from '@opentelemetry/api';
import type { SpanExporter, SpanProcessor } from '@opentelemetry/sdk-trace-base';
import { isTraceparent } from '../traceparent.js';
import type { Span, SpanKind, Tracing } from '../tracing.js';

export interface TelemetryOptions {
  /** As in apps/: `card-processing`. */
  readonly serviceName: string;
  /** Where an OTLP collector takes spans over HTTP, such as `http://127.0.0.1:4318/v1/traces`. */
  readonly otlpUrl?: string | undefined;
  /** Takes spans in place of a collector, each as it ends: for tests. */
  readonly exporter?: SpanExporter;
  /** The share of new traces that is recorded; what a caller decided for its trace is kept. All where left out. */
  readonly sampledShare?: number;
}

export interface Telemetry {
  /** Undefined where spans go nowhere: calls then carry the ids of their traces, and nothing is recorded. */
  readonly tracing: Tracing | undefined;
  /** Sends what is still held. */
  close(): Promise<void>;
}

/** Spans of this process's calls, sent to a collector where one is configured. */
export async function openTelemetry(options: TelemetryOptions): Promise<Telemetry> {
  if (options.otlpUrl === undefined && options.exporter === undefined) {
    return { tracing: undefined, close: async () => undefined };
  }
  const [api, sdk, { resourceFromAttributes }] = await Promise.all([
    import('@opentelemetry/api'),
    import('@opentelemetry/sdk-trace-base'),
    import('@opentelemetry/resources'),
  ]);
  const provider = new sdk.BasicTracerProvider({
    resource: resourceFromAttributes({ 'service.name': options.serviceName }),
    sampler: new sdk.ParentBasedSampler({ root: new sdk.TraceIdRatioBasedSampler(options.sampledShare ?? 1) }),
    spanProcessors: await processorsOf(options),
  });
  const kinds = { client: api.SpanKind.CLIENT, server: api.SpanKind.SERVER };
  return {
    tracing: new OtelTracing(provider.getTracer('@tallystick/transport'), api, kinds),
    close: () => provider.shutdown(),
  };
}

async function processorsOf({ otlpUrl, exporter }: TelemetryOptions): Promise<SpanProcessor[]> {
  const sdk = await import('@opentelemetry/sdk-trace-base');
  const processors: SpanProcessor[] = exporter === undefined ? [] : [new sdk.SimpleSpanProcessor(exporter)];
  if (otlpUrl !== undefined) {
    const { OTLPTraceExporter } = await import('@opentelemetry/exporter-trace-otlp-http');
    processors.push(new sdk.BatchSpanProcessor(new OTLPTraceExporter({ url: otlpUrl })));
  }
  return processors;
}

class OtelTracing implements Tracing {
  constructor(
    private readonly tracer: Tracer,
    private readonly api: typeof import('@opentelemetry/api'),
    private readonly kinds: Readonly<Record<SpanKind, OtelKind>>,
  ) {}

  start(kind: SpanKind, name: string, parent: string | undefined): Span {
    const span = this.tracer.startSpan(name, { kind: this.kinds[kind] }, this.contextOf(parent));
    const { traceId, spanId, traceFlags } = span.spanContext();
    return {
      traceparent: `00-${traceId}-${spanId}-${traceFlags === 0 ? '00' : '01'}`,
      end: (failure) => {
        if (failure !== undefined) {
          span.setAttribute('error.type', failure);
          span.setStatus({ code: this.api.SpanStatusCode.ERROR });
        }
        span.end();
      },
    };
  }

  private contextOf(parent: string | undefined): Context {
    const { ROOT_CONTEXT, TraceFlags, trace } = this.api;
    if (parent === undefined || !isTraceparent(parent)) return ROOT_CONTEXT;
    const sampled = (Number.parseInt(parent.slice(53, 55), 16) & TraceFlags.SAMPLED) === TraceFlags.SAMPLED;
    return trace.setSpanContext(ROOT_CONTEXT, {
      traceId: parent.slice(3, 35),
      spanId: parent.slice(36, 52),
      traceFlags: sampled ? TraceFlags.SAMPLED : TraceFlags.NONE,
      isRemote: true,
    });
  }
}
