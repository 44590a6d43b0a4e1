// What the internal port answers: POST /rpc/<service>.<method>, and GET /rpc/<service> for whoever asks whether it is answered here.

import { CallFailed, callFailedOf, type ReportUnexpected } from '../call-failed.js';
import type { CallScope } from '../call-scope.js';
import { type Refusal, Refused } from '../refused.js';
import type { Service } from '../service.js';
import type { Time } from '../time.js';
import { readContext } from './context-headers.js';
import { type Answer, emptyAnswer, failureAnswer } from './failure-answers.js';
import type { InternalToken } from './internal-token.js';
import type { Received } from './listener.js';

export interface AnsweringOptions {
  readonly token: InternalToken | undefined;
  readonly time: Time;
  readonly report: ReportUnexpected;
}

interface Route {
  readonly route: string;
  readonly service: Service;
}

const PATH = /^\/rpc\/([a-z][a-z0-9-]*)(?:\.([A-Za-z0-9]+))?$/;
const UNAUTHORISED = failureAnswer(
  new CallFailed({ code: 'unauthorized.internal', message: 'services only', retryable: false }),
  401,
);
const NOT_FOUND = failureAnswer(
  new CallFailed({ code: 'not_found', message: 'there is nothing at this path', retryable: false }),
  404,
);
const BAD_DEADLINE = failureAnswer(
  new CallFailed({
    code: 'bad_request.bad_param.x-request-deadline',
    message: 'x-request-deadline must be milliseconds since 1970, or + and milliseconds left',
    retryable: false,
  }),
);

/** Finds who answers a request, and gives the call a scope of its own. */
export class Answering {
  private readonly routes = new Map<string, Route>();
  private readonly services = new Set<string>();
  private closing = false;

  constructor(private readonly options: AnsweringOptions) {}

  add(serviceName: string, route: string, service: Service): void {
    this.services.add(serviceName);
    this.routes.set(`/rpc/${route}`, { route, service });
  }

  /** From now on every call is refused; those under way end as they would have. */
  close(): void {
    this.closing = true;
  }

  /** @param begun is given the call's scope, to cancel it when the caller goes */
  answer(received: Received, begun: (scope: CallScope) => void): Answer | Promise<Answer> {
    const { token, time, report } = this.options;
    const { method, path, headers, body } = received;
    if (token !== undefined && !token.isShownIn(headers)) return UNAUTHORISED;
    const route = method === 'POST' ? this.routes.get(path) : undefined;
    if (route === undefined || this.closing) return this.unusual(method, path);
    const context = readContext(headers, time.now());
    if (context === undefined) return BAD_DEADLINE;
    begun(context);
    return route.service({ route: route.route, request: body, context }).then(
      (answer) => (answer instanceof Uint8Array ? { status: 200, body: answer } : emptyAnswer(500)),
      (failure) => failureAnswer(callFailedOf(failure, route.route, report)),
    );
  }

  private unusual(method: string, path: string): Answer {
    const [, serviceName, methodName] = PATH.exec(path) ?? [];
    if (serviceName === undefined || method !== (methodName === undefined ? 'GET' : 'POST')) return NOT_FOUND;
    const refusal: Refusal | undefined = this.closing
      ? 'closing'
      : method === 'GET' && this.services.has(serviceName)
        ? undefined
        : 'unanswered';
    return refusal === undefined ? emptyAnswer(204) : failureAnswer(new Refused(serviceName, refusal));
  }
}
