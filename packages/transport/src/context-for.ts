import type { CallContext } from '@tallystick/contracts';
import { CallScope } from './call-scope.js';

/** Contexts for calls that nobody outside waits for: processes, timers, commands. */
export type ContextFor = (causationId: string, correlationId: string) => CallContext;

export function contextsOf(actor: string): ContextFor {
  return (causationId, correlationId) =>
    new CallScope({ deadline: Number.POSITIVE_INFINITY, causationId, correlationId, actor });
}
