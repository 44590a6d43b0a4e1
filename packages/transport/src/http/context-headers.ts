// What travels with a call beside its request, as headers.

import type { CallContext } from '@tallystick/contracts';
import { CallScope } from '../call-scope.js';
import { deadlineOfHeader, leftOfDeadline } from '../deadline-header.js';
import { isTraceparent } from '../traceparent.js';

const AS_IT_IS = /^[\x21-\x24\x26-\x7e]*$/;

/** Header lines, each with its end. */
export function writeContext(context: CallContext, nowMs: number): string {
  const { deadline, correlationId, causationId, actor, traceparent } = context;
  const left = leftOfDeadline(deadline, nowMs);
  let lines = `x-correlation-id: ${textToHeader(correlationId)}\r\nx-actor: ${textToHeader(actor)}\r\n`;
  if (causationId !== undefined) lines += `x-causation-id: ${textToHeader(causationId)}\r\n`;
  if (traceparent !== undefined) lines += `traceparent: ${traceparent}\r\n`;
  if (left !== undefined) lines += `x-request-deadline: ${left}\r\n`;
  return lines;
}

/** The callee's scope. Without a deadline it ends with the caller's connection. @returns undefined where the deadline can not be read */
export function readContext(headers: ReadonlyMap<string, string>, nowMs: number): CallScope | undefined {
  const asked = headers.get('x-request-deadline');
  const deadline = asked === undefined ? Number.POSITIVE_INFINITY : deadlineOfHeader(asked, nowMs);
  if (deadline === undefined) return undefined;
  const causationId = headers.get('x-causation-id');
  const traceparent = headers.get('traceparent');
  return new CallScope({
    deadline,
    correlationId: textOfHeader(headers.get('x-correlation-id') ?? ''),
    causationId: causationId === undefined ? undefined : textOfHeader(causationId),
    actor: textOfHeader(headers.get('x-actor') ?? ''),
    traceparent: traceparent !== undefined && isTraceparent(traceparent) ? traceparent : undefined,
  });
}

/** Any text without a space or a line's end in it, so that nothing of it can become a header of its own. */
function textToHeader(text: string): string {
  return AS_IT_IS.test(text) ? text : encodeURIComponent(text.toWellFormed());
}

function textOfHeader(value: string): string {
  if (!value.includes('%')) return value;
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}
