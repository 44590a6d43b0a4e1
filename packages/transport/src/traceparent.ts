// W3C Trace Context, version 00: https://www.w3.org/TR/trace-context/#traceparent-header

/** Bytes that nobody can guess, such as node:crypto's randomBytes; passed in so that tests repeat. */
export type Random = (byteCount: number) => Uint8Array;

const DIGIT_ZERO = 0x30;
const LETTERS = 'abcdef';
const TRACEPARENT = /^00-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-([0-9a-f]{2})$/;

/** The start of a new, sampled trace. */
export function newTraceparent(random: Random): string {
  return `00-${idOf(random(16))}-${idOf(random(8))}-01`;
}

/** The next step of the same trace; a new trace where the parent is missing or malformed, as the standard asks. */
export function childTraceparent(parent: string | undefined, random: Random): string {
  const [, traceId, flags] = TRACEPARENT.exec(parent ?? '') ?? [];
  if (traceId === undefined || flags === undefined) return newTraceparent(random);
  return `00-${traceId}-${idOf(random(8))}-${flags}`;
}

/** Whether a header from outside may be passed on. */
export function isTraceparent(text: string): boolean {
  return TRACEPARENT.test(text);
}

/** In hexadecimal, with a letter at least at every eighth place: by chance, more digits in a row may look like a card number. */
function idOf(bytes: Uint8Array): string {
  const hex = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('hex');
  let id = '';
  for (let i = 0; i < hex.length; i += 8) {
    const first = hex.charCodeAt(i) - DIGIT_ZERO;
    id += (first > 9 ? hex.charAt(i) : LETTERS.charAt(first % LETTERS.length)) + hex.slice(i + 1, i + 8);
  }
  return id;
}
