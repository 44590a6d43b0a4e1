export type { Span, SpanKind, Tracing } from '../tracing.js';
export { openTelemetry, type Telemetry, type TelemetryOptions } from './open-telemetry.js';
