import { ContractViolation, type MessageCodec, type MethodCodec } from '@tallystick/contracts';
import { badRequest, callFailedOf, type ReportUnexpected } from '../call-failed.js';
import type { Handler } from '../client.js';
import type { Filter, Service } from '../service.js';

/** The caller's side: the request as bytes, checked; what comes back from bytes, checked. Both sides check, as they may differ in age. */
export function wire({ request: requests, response: responses }: MethodCodec, report: ReportUnexpected): Filter {
  return (call, next) => {
    const { route, request, context } = call;
    let bytes: Uint8Array;
    try {
      bytes = requests.encode(request);
    } catch (thrown) {
      return Promise.reject(requestFailure(thrown, route, report));
    }
    return next({ route, request: bytes, context, affinity: accountOf(request) }).then((answer) =>
      decoded(responses, answer, route, report),
    );
  };
}

/** The callee's side: calls the handler with what the bytes say, and answers with bytes. */
export function answeredOverWire(codec: MethodCodec, handler: Handler, report: ReportUnexpected): Service {
  const { request: requests, response: responses } = codec;
  return async ({ route, request, context }) => {
    let received: unknown;
    try {
      received = requests.decode(bytesOf(request));
    } catch (thrown) {
      throw requestFailure(thrown, route, report);
    }
    try {
      return responses.encode(await handler(received, context));
    } catch (thrown) {
      throw callFailedOf(thrown, route, report);
    }
  };
}

function decoded(responses: MessageCodec, answer: unknown, route: string, report: ReportUnexpected): unknown {
  try {
    return responses.decode(bytesOf(answer));
  } catch (thrown) {
    throw callFailedOf(thrown, route, report);
  }
}

function bytesOf(value: unknown): Uint8Array {
  if (value instanceof Uint8Array) return value;
  throw new Error('only bytes go over the wire');
}

function requestFailure(thrown: unknown, route: string, report: ReportUnexpected) {
  return thrown instanceof ContractViolation ? badRequest(thrown) : callFailedOf(thrown, route, report);
}

/** Calls about one account go to one instance, so that two instances seldom decide for the same account and conflict. */
function accountOf(request: unknown): string | undefined {
  if (typeof request !== 'object' || request === null) return undefined;
  const accountId: unknown = Reflect.get(request, 'accountId');
  return typeof accountId === 'string' ? accountId : undefined;
}
