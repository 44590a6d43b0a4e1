/** Why a value could not be written. */
export type EncodingFault =
  /** No released schema of that event. */
  | 'unknown_event'
  /** A field is missing or has another type than the schema says. */
  | 'invalid_value'
  /** A whole number outside the signed 64-bit range. */
  | 'out_of_range'
  /** A lone surrogate: it would come back as another character. */
  | 'ill_formed_text'
  /** An id cannot carry a time before 1970. */
  | 'before_1970'
  /** The customer's key was destroyed, or never made. */
  | 'no_key';

/** Why bytes could not be read. */
export type DecodingFault =
  /** Not a single-object encoding, or written under a schema that was never released here. */
  | 'unknown_schema'
  | 'truncated'
  | 'trailing_bytes'
  /** The bytes contradict their schema. */
  | 'corrupt'
  /** The sealed text was changed, belongs to someone else, or was sealed under another key. */
  | 'seal_broken';

/** A broken invariant of the writer: what it wanted to store cannot be stored. Messages name fields, never their values. */
export class EncodingError extends Error {
  override readonly name = 'EncodingError';
  constructor(
    readonly code: EncodingFault,
    message: string,
  ) {
    super(message);
  }
}

/** Stored bytes that are not what was written. A retry does not help. Messages never quote the bytes. */
export class DecodingError extends Error {
  override readonly name = 'DecodingError';
  constructor(
    readonly code: DecodingFault,
    message: string,
  ) {
    super(message);
  }
}

/** Whether something could not be sealed because its customer was erased: a key that is destroyed is never made again. */
export function saysErased(error: unknown): boolean {
  return error instanceof EncodingError && error.code === 'no_key';
}
