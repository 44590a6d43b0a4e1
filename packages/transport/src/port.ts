// Calls between services. Every adapter passes transport.suite.ts.

import type { ClientOf, Contract, HandlersOf } from '@tallystick/contracts';

export interface Transport {
  /**
   * A typed client. It may be made before the service answers; a call before that fails as `unavailable`.
   * Each method rejects with CallFailed only: `deadline_exceeded`, `cancelled`, `unavailable`, `bad_request.contract`,
   * `internal_service`, or the code that the handler threw.
   */
  client<C extends Contract>(contract: C): ClientOf<C>;

  /**
   * Answers a contract from now on. What a handler gets and gives is copied: neither side can change the other's data.
   * @throws where the contract is answered already
   */
  answer<C extends Contract>(contract: C, handlers: HandlersOf<C>): void;

  /** Stops answering; calls in flight end as they would have. */
  close(): Promise<void>;
}
