/** Lets a reader wait for a view: a write answers with a position, and a read that names it sees at least that far. */
export interface Freshness {
  /**
   * Resolves when the view has applied the position; rejects with the signal's reason where that comes first.
   * @param accountId whose event has the position: what is said of other accounts is not waited for
   */
  waitUntil(position: bigint, signal: AbortSignal, accountId?: string): Promise<void>;
}
