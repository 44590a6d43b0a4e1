// Calls of the command line: nobody waits for a quick answer, so what may be tried again is, until it succeeds.
import type { ClientOf, Contract } from '@tallystick/contracts';
import { CallFailed, type Transport } from '@tallystick/transport';
import { clientThrough, handlerOf } from '@tallystick/transport/client';

export interface PatientCallsOptions {
  /** Milliseconds from the first failure of a call to the last try. */
  readonly patienceMs: number;
  /** Milliseconds of a clock that only goes forward. */
  readonly now: () => number;
  readonly pause: (milliseconds: number, signal: AbortSignal) => Promise<unknown>;
}

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 2_000;

/** Only methods that may be called again without a second effect are. Others, and failures that stay, are passed on. */
export function patientCalls(inner: Transport, options: PatientCallsOptions): Transport {
  return {
    client: <C extends Contract>(contract: C): ClientOf<C> => {
      const client = inner.client(contract);
      return clientThrough(contract, (methodName) => {
        const call = handlerOf(client, `${contract.name}.${methodName}`, methodName);
        const isIdempotent = contract.methods[methodName]?.idempotent === true;
        return ({ request, context }) =>
          isIdempotent ? triedAgain(() => call(request, context), context.signal, options) : call(request, context);
      });
    },
    answer: (contract, handlers) => inner.answer(contract, handlers),
    close: () => inner.close(),
  };
}

async function triedAgain(
  call: () => Promise<unknown>,
  signal: AbortSignal,
  { patienceMs, now, pause }: PatientCallsOptions,
): Promise<unknown> {
  let failedFirst: number | undefined;
  for (let attempt = 0; ; attempt++) {
    try {
      return await call();
    } catch (error) {
      failedFirst ??= now();
      const mayBeTried = error instanceof CallFailed && error.code === 'unavailable' && error.retryable;
      if (!mayBeTried || signal.aborted || now() - failedFirst > patienceMs) throw error;
    }
    await pause(Math.min(FIRST_PAUSE_MS * 2 ** attempt, LONGEST_PAUSE_MS), signal);
  }
}
