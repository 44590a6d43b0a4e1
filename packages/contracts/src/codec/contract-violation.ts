/** Data that does not fit its contract. The message names the place, never the value: it may be someone's. */
export class ContractViolation extends Error {
  override readonly name = 'ContractViolation';
  /**
   * @param path JSON pointer into the request or response, empty for the whole
   * @param expectation what the contract says about that place
   */
  constructor(
    readonly path: string,
    readonly expectation: string,
  ) {
    super(`${path === '' ? 'the message' : path}: ${expectation}`);
  }
}
