// W3C Trace Context, version 00: https://www.w3.org/TR/trace-context/#traceparent-header

/** Bytes that nobody can guess, such as node:crypto's randomBytes; passed in so that tests repeat. */
export type Random = (byteCount: number) => Uint8Array;

const TRACEPARENT = /^00-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-([0-9a-f]{2})$/;

/** The start of a new, sampled trace. */
export function newTraceparent(random: Random): string {
  return `00-${hexOf(random(16))}-${hexOf(random(8))}-01`;
}

/** The next step of the same trace; a new trace where the parent is missing or malformed, as the standard asks. */
export function childTraceparent(parent: string | undefined, random: Random): string {
  const [, traceId, flags] = TRACEPARENT.exec(parent ?? '') ?? [];
  if (traceId === undefined || flags === undefined) return newTraceparent(random);
  return `00-${traceId}-${hexOf(random(8))}-${flags}`;
}

/** Whether a header from outside may be passed on. */
export function isTraceparent(text: string): boolean {
  return TRACEPARENT.test(text);
}

function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('hex');
}
