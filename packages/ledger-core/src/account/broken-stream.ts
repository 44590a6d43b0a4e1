// A stream that contradicts itself: the journal is broken, and nothing may be decided from it.

/** The value, which an earlier event of the stream must have made. */
export function present<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new Error(`the stream speaks of ${what} before it exists`);
  return value;
}

/** An event that this program doesn't know. */
export function unreachable(event: never): never {
  throw new Error(`unknown event ${(event as { readonly type: string }).type}`);
}
