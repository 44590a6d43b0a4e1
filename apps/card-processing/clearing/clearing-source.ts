// Where the bytes of a clearing file come from. They are read twice.

export interface ClearingSource {
  /** What messages call it. */
  readonly name: string;
  /** @throws BadClearingFile where it can not be read */
  ends(bytes: { readonly head: number; readonly tail: number }): Promise<ClearingEnds>;
  /** All of it, from the beginning. @throws BadClearingFile where it can not be read */
  pieces(signal: AbortSignal): AsyncIterable<Buffer>;
}

export interface ClearingEnds {
  /** The first bytes; zeros behind a shorter file. */
  readonly head: Buffer;
  /** The last ones. */
  readonly tail: Buffer;
  readonly size: number;
}

/** A file that is in memory: card numbers in it are written nowhere. */
export function bytesSource(name: string, bytes: Buffer): ClearingSource {
  return {
    name,
    ends: async (wanted) => {
      const head = Buffer.alloc(wanted.head);
      bytes.copy(head);
      return { head, tail: bytes.subarray(-wanted.tail), size: bytes.length };
    },
    async *pieces(signal) {
      signal.throwIfAborted();
      yield bytes;
    },
  };
}
