type Scalar = string | number | bigint | boolean | null | undefined;

/** The same data, read-only all the way down: what a callee may look at, and what it may answer with. */
export type Plain<T> = T extends Scalar | Uint8Array
  ? T
  : T extends object
    ? { readonly [Key in keyof T]: Plain<T[Key]> }
    : T;
