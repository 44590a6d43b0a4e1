export type { CallContext } from '@tallystick/contracts';
export {
  CallCancelled,
  CallFailed,
  type CallFailure,
  callFailedOf,
  DeadlineExceeded,
  type ReportUnexpected,
  sentAfterAll,
} from './call-failed.js';
export { CallScope, type NewContext } from './call-scope.js';
export { type ContextFor, contextsOf } from './context-for.js';
export { leftOfDeadline } from './deadline-header.js';
export { DeadlineWheel } from './deadline-wheel.js';
export { cancellation } from './filters/cancellation.js';
export { deadline } from './filters/deadline.js';
export { trace } from './filters/trace.js';
export { pooledRandom } from './pooled-random.js';
export type { Transport } from './port.js';
export { type Call, type Filter, type Service, through } from './service.js';
export { systemTime, type Time } from './time.js';
export { childTraceparent, isTraceparent, newTraceparent, type Random } from './traceparent.js';
export type { Span, SpanKind, Tracing } from './tracing.js';
