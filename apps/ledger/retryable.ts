// What callers learn where the journal fails.
import { CallFailed } from '@tallystick/transport';
import { isOperational } from './stream-writer.js';

/** The handler, with a journal that does not answer as `unavailable`: the same call with the same keys again gets the true answer. */
export function retryable<Request extends unknown[], Response>(
  handler: (...request: Request) => Promise<Response>,
): (...request: Request) => Promise<Response> {
  return (...request) =>
    handler(...request).catch((error: unknown) => {
      throw isOperational(error) ? unavailable(error) : error;
    });
}

function unavailable(cause: Error): CallFailed {
  return new CallFailed({ code: 'unavailable', message: 'the journal does not answer now', retryable: true }, cause);
}
