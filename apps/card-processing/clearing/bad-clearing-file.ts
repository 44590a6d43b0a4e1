/** A clearing file is not what it has to be: one sentence that names file and record. Nothing of it was posted. */
export class BadClearingFile extends Error {
  override readonly name = 'BadClearingFile';
}
