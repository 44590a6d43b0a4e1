// What travels with a call beside its request, as headers.

import type { IncomingHttpHeaders } from 'node:http';
import type { CallContext } from '@tallystick/contracts';
import { CallScope } from '../call-scope.js';
import { deadlineOfHeader, leftOfDeadline } from '../deadline-header.js';
import { isTraceparent } from '../traceparent.js';

const AS_IT_IS = /^[\x21-\x24\x26-\x7e]*$/;

/** Names and values in turn. */
export function writeContext(context: CallContext, nowMs: number): readonly string[] {
  const { deadline, correlationId, causationId, actor, traceparent } = context;
  const left = leftOfDeadline(deadline, nowMs);
  const headers = ['x-correlation-id', textToHeader(correlationId), 'x-actor', textToHeader(actor)];
  if (causationId !== undefined) headers.push('x-causation-id', textToHeader(causationId));
  if (traceparent !== undefined) headers.push('traceparent', traceparent);
  if (left !== undefined) headers.push('x-request-deadline', left);
  return headers;
}

/** The callee's scope. Without a deadline it ends with the caller's connection. @returns undefined where the deadline can not be read */
export function readContext(headers: IncomingHttpHeaders, nowMs: number): CallScope | undefined {
  const asked = textOf(headers, 'x-request-deadline');
  const deadline = asked === undefined ? Number.POSITIVE_INFINITY : deadlineOfHeader(asked, nowMs);
  if (deadline === undefined) return undefined;
  const causationId = textOf(headers, 'x-causation-id');
  const traceparent = textOf(headers, 'traceparent');
  return new CallScope({
    deadline,
    correlationId: textOfHeader(textOf(headers, 'x-correlation-id') ?? ''),
    causationId: causationId === undefined ? undefined : textOfHeader(causationId),
    actor: textOfHeader(textOf(headers, 'x-actor') ?? ''),
    traceparent: traceparent !== undefined && isTraceparent(traceparent) ? traceparent : undefined,
  });
}

function textOf(headers: IncomingHttpHeaders, name: string): string | undefined {
  const value = headers[name];
  return typeof value === 'string' ? value : undefined;
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
