// X-Request-Deadline, in two forms: `1700000000000`, milliseconds since 1970, from callers outside, and `+950`, milliseconds left,
// between services: what is left shrinks from call to call whatever their clocks say, and a clock that is behind can not lengthen it.

const AT = /^\d{1,15}$/;
const LEFT = /^\+\d{1,15}$/;

/** Milliseconds since 1970 by this machine's clock; undefined where the text is neither form. */
export function deadlineOfHeader(text: string, nowMs: number): number | undefined {
  if (LEFT.test(text)) return nowMs + Number(text);
  return AT.test(text) ? Number(text) : undefined;
}

/** What is left of a deadline, rounded down; undefined, so no header, for one that never comes. */
export function leftOfDeadline(deadline: number, nowMs: number): string | undefined {
  if (deadline === Number.POSITIVE_INFINITY) return undefined;
  return `+${Math.max(0, Math.floor(deadline - nowMs))}`;
}
