// The line between caller and callee: what crosses it is checked and shares nothing with the other side.

import { ContractViolation, type MethodCodec } from '@tallystick/contracts';
import { badRequest, type CallFailed, callFailedOf, type ReportUnexpected } from '../call-failed.js';
import type { Handler } from '../client.js';
import type { Service } from '../service.js';

/** Checks the request once and copies both ways. The callee's own answer is trusted: tests run with `bytesBoundary`. */
export function directBoundary(codec: MethodCodec, handler: Handler, report: ReportUnexpected): Service {
  const { request: requests, response: responses } = codec;
  return ({ route, request, context }) => {
    if (!requests.isValid(request)) return Promise.reject(badRequest(requests.violation(request)));
    const failed = (thrown: unknown): never => {
      throw callFailedOf(thrown, route, report);
    };
    const copied = (response: unknown): unknown => {
      try {
        return responses.copy(response);
      } catch (thrown) {
        return failed(thrown);
      }
    };
    try {
      return handler(requests.copy(request), context).then(copied, failed);
    } catch (thrown) {
      return Promise.reject(callFailedOf(thrown, route, report));
    }
  };
}

/** Writes and reads the bytes that a network would carry, both ways, checking both messages. */
export function bytesBoundary(codec: MethodCodec, handler: Handler, report: ReportUnexpected): Service {
  const { request: requests, response: responses } = codec;
  return async ({ route, request, context }) => {
    let received: unknown;
    try {
      received = requests.decode(requests.encode(request));
    } catch (thrown) {
      throw requestFailed(thrown, route, report);
    }
    try {
      return responses.decode(responses.encode(await handler(received, context)));
    } catch (thrown) {
      throw callFailedOf(thrown, route, report);
    }
  };
}

function requestFailed(thrown: unknown, route: string, report: ReportUnexpected): CallFailed {
  return thrown instanceof ContractViolation ? badRequest(thrown) : callFailedOf(thrown, route, report);
}
