// What the internal port answers: POST /rpc/<service>.<method>, and GET /rpc/<service> for whoever asks whether it is answered here.

import { CallFailed, callFailedOf, type ReportUnexpected } from '../call-failed.js';
import type { CallScope } from '../call-scope.js';
import { type Refusal, Refused } from '../refused.js';
import type { Service } from '../service.js';
import type { Time } from '../time.js';
import { readContext } from './context-headers.js';
import { type Answer, emptyAnswer, failureAnswer } from './failure-answers.js';
import type { InternalToken } from './internal-token.js';
import type { Head } from './message-reader.js';

export interface AnsweringOptions {
  readonly token: InternalToken | undefined;
  readonly time: Time;
  readonly report: ReportUnexpected;
}

interface Route {
  readonly route: string;
  readonly service: Service;
}

const START = /^(GET|POST) \/rpc\/([a-z][a-z0-9-]*)(?:\.([A-Za-z0-9]+))? HTTP\/1\.[01]$/;
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
    // By the whole first line, which is the same for every call of a method.
    this.routes.set(`POST /rpc/${route} HTTP/1.1`, { route, service });
  }

  /** From now on every call is refused; those under way end as they would have. */
  close(): void {
    this.closing = true;
  }

  /** @param begun is given the call's scope, to cancel it when the caller goes */
  answer({ start, headers }: Head, body: Buffer, begun: (scope: CallScope) => void): Answer | Promise<Answer> {
    const { token, time, report } = this.options;
    if (token !== undefined && !token.isShownIn(headers)) return UNAUTHORISED;
    // Some proxies speak 1.0 to what is behind them.
    const route = this.routes.get(start) ?? this.routes.get(start.replace(/1\.0$/, '1.1'));
    if (route === undefined || this.closing) return this.unusual(start);
    const context = readContext(headers, time.now());
    if (context === undefined) return BAD_DEADLINE;
    begun(context);
    return route.service({ route: route.route, request: body, context }).then(
      (answer) => (answer instanceof Uint8Array ? { status: 200, body: answer } : emptyAnswer(500)),
      (failure) => failureAnswer(callFailedOf(failure, route.route, report)),
    );
  }

  private unusual(start: string): Answer {
    const [, verb, serviceName = '', methodName] = START.exec(start) ?? [];
    if (verb === undefined || (verb === 'GET') !== (methodName === undefined)) return NOT_FOUND;
    const refusal: Refusal | undefined = this.closing
      ? 'closing'
      : verb === 'GET' && this.services.has(serviceName)
        ? undefined
        : 'unanswered';
    return refusal === undefined ? emptyAnswer(204) : failureAnswer(new Refused(serviceName, refusal));
  }
}
