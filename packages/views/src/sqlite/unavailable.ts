// A disk that is full or ails, told apart from mistakes.

/** What is written next may be stored again. */
const PASSING = /^SQLITE_(FULL|IOERR|BUSY|LOCKED|CANTOPEN|READONLY)/;

/** Nothing can be written to the file now: the disk is full, or the like. A retry may help. */
export class StoreUnavailable extends Error {
  override readonly name = 'StoreUnavailable';
  readonly retryable = true;
}

/** StoreUnavailable with one sentence for what SQLite threw where that may pass; otherwise the error itself. */
export function unavailableOr(error: unknown, path: string): unknown {
  // By its code: SQLite's own error class is one per process, so `instanceof` fails in a second realm (as each test file is).
  if (typeof error !== 'object' || error === null || !PASSING.test(String(Reflect.get(error, 'code')))) return error;
  return new StoreUnavailable(`nothing can be written to ${path}: ${Reflect.get(error, 'message')}`, { cause: error });
}
