// A request's way through the edge: let in or refused, sent to its service in one of the two stacks, the answer handed back.
import type { Transform } from 'node:stream';
import {
  CallFailed,
  CallScope,
  DeadlineExceeded,
  type DeadlineWheel,
  leftOfDeadline,
  type Random,
  type Time,
} from '@tallystick/transport';
import { callScopeOf, NOT_FOUND, type Problem, ProblemError, problemOf } from '@tallystick/transport/service';
import type { Dispatcher } from 'undici';
import { accountInBody, accountInQuery } from './account-of-request.js';
import { type Admission, TooManyRequests } from './admission.js';
import type { BigSwitch } from './big-switch.js';
import type { Caller } from './caller.js';
import type { EdgeConfiguration } from './configuration.js';
import type { Arrival } from './door.js';
import type { EdgeMetrics } from './edge-metrics.js';
import { type Forwarded, type ForwardPorts, forward, TIMEOUT } from './forward.js';
import { headersForService } from './forwarded-headers.js';
import { hasBody, passedOn, readBody, refuseLongBody } from './request-body.js';
import { canonicalPath, type PublicRoute, type RoutingTable } from './routing-table.js';
import type { ShadowCompare } from './shadow-compare.js';
import type { StackName } from './stacks.js';

export interface PassagePorts {
  readonly configuration: EdgeConfiguration;
  readonly table: RoutingTable;
  readonly admission: Admission;
  readonly bigSwitch: BigSwitch;
  readonly forwarding: ForwardPorts;
  readonly shadow: ShadowCompare;
  readonly metrics: EdgeMetrics;
  readonly wheel: DeadlineWheel;
  readonly time: Time;
  readonly random: Random;
  /** Milliseconds from any start. */
  readonly stopwatch: () => number;
  /** Told of what callers are not shown. */
  readonly report: (error: unknown) => void;
}

type Asked = Pick<CallScope, 'deadline' | 'correlationId' | 'traceparent'>;

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const;
const BODILESS: ReadonlySet<string> = new Set(['GET', 'HEAD']);
const ACTOR = 'edge-proxy';

export class Passage {
  constructor(private readonly ports: PassagePorts) {}

  /** Answers the caller, whatever happens. Throws only what nobody expected. */
  async take(arrival: Arrival): Promise<void> {
    const { stopwatch, metrics } = this.ports;
    const begun = stopwatch();
    const way: Way = { service: 'none', stack: 'first' };
    try {
      await this.pass(arrival, way);
    } catch (error) {
      await this.refuse(arrival, error);
    }
    metrics.answered(way.service, way.stack, arrival.caller.status, stopwatch() - begun);
  }

  private async pass(arrival: Arrival, way: Way): Promise<void> {
    const { configuration, admission, table } = this.ports;
    const { headers, url } = arrival.request;
    const { path, query } = partsOf(url ?? '');
    const route = table.routeOf(path);
    if (route === undefined) throw new ProblemError(NOT_FOUND);
    way.service = route.service;
    if (headers.host === undefined) throw badRequest('missing_host', 'a Host header is needed');
    const method = methodOf(arrival.request.method);
    refuseLongBody(
      arrival.request,
      route.kind === 'upload' ? configuration.uploadBytesMax : configuration.bodyBytesMax,
    );
    const asked = this.askedBy(arrival);
    const user = await admission.admit(route.credential, headers, this.scopeOf(asked));
    const body = await this.bodyOf(arrival, route, method);
    way.stack = this.stackOf(query, user, headers['content-type'], body);
    const { stack, service } = way;
    const target = query === '' ? path : `${path}?${query}`;
    await this.send(arrival, { stack, service, method, path: target, body }, route, this.scopeOf(asked, route.kind));
  }

  /** Sends it, and has the other stack asked, too, where that is drawn. */
  private async send(
    arrival: Arrival,
    request: Omit<Forwarded, 'headers' | 'stallMs'>,
    route: PublicRoute,
    scope: CallScope,
  ): Promise<void> {
    const { configuration, forwarding, shadow, wheel, time } = this.ports;
    const { caller } = arrival;
    const deadline = leftOfDeadline(scope.deadline, time.now());
    const { traceparent = '' } = scope;
    const isHeld = request.body === null || Buffer.isBuffer(request.body);
    const contentLength = isHeld ? undefined : arrival.request.headers['content-length'];
    const own = { traceparent, deadline, contentLength, proxies: configuration.proxies };
    const headers = headersForService(arrival.request, own);
    const forwarded = { ...request, headers, stallMs: configuration.stallMs, lane: route.kind };
    const compared = request.method === 'GET' && route.credential === 'access-token' && shadow.draws();
    if (compared) caller.copy(configuration.shadow.bytesMax);
    arrival.onLeave(() => scope.cancel());
    if (caller.left) return;
    if (route.kind === 'live') arrival.endless(() => endLive(caller, scope));
    const guard = wheel.guard(scope);
    caller.onBegin = () => guard.leave();
    const outcome = await forward(forwarded, caller, scope, forwarding);
    guard.leave();
    // Whoever still sends it is no longer held up by those who do not read it.
    if (!Buffer.isBuffer(request.body)) request.body?.destroy();
    if (outcome.kind === 'answered' && compared) shadow.compare(forwarded, caller.copied());
    if (outcome.kind === 'cut') caller.cut();
    if (outcome.kind === 'refused') throw refusalOf(outcome);
  }

  /** What the caller says of the trace and the time. @throws ProblemError, 400, for a deadline that is none */
  private askedBy({ request, traceparent }: Arrival): Asked {
    const { time, random } = this.ports;
    request.headers.traceparent = traceparent;
    const patienceMs = Number.POSITIVE_INFINITY;
    return callScopeOf(request.headers, { time, random, actor: ACTOR, patienceMs });
  }

  /** Our own patience begins now, and with an upload when its bytes are there; the caller's may end before. */
  private scopeOf({ deadline, correlationId, traceparent }: Asked, kind?: PublicRoute['kind']): CallScope {
    const { patienceMs, uploadArrivalMs } = this.ports.configuration;
    const latest = this.ports.time.now() + patienceMs + (kind === 'upload' ? uploadArrivalMs : 0);
    return new CallScope({ deadline: Math.min(deadline, latest), correlationId, traceparent, actor: ACTOR });
  }

  private async bodyOf({ request }: Arrival, route: PublicRoute, method: string): Promise<Buffer | Transform | null> {
    const { configuration, wheel } = this.ports;
    if (!hasBody(request)) return null;
    if (route.kind === 'upload') return passedOn(request, configuration.uploadBytesMax);
    const limits = { bytesMax: configuration.bodyBytesMax, arrivalMs: configuration.bodyArrivalMs, wheel };
    const body = await readBody(request, limits);
    // A body means nothing there (RFC 9110, 9.3.1): it is taken, and not passed on.
    return BODILESS.has(method) ? null : body;
  }

  /** Looks for the account only where it makes a difference. */
  private stackOf(
    query: string,
    user: string | undefined,
    contentType: string | undefined,
    body: Buffer | Transform | null,
  ): StackName {
    const { bigSwitch } = this.ports;
    if (!bigSwitch.dividesAccounts()) return bigSwitch.stackOf(undefined, user);
    const inBody = () => (Buffer.isBuffer(body) ? accountInBody(contentType, body) : undefined);
    return bigSwitch.stackOf(accountInQuery(query) ?? inBody(), user);
  }

  private async refuse({ caller }: Arrival, error: unknown): Promise<void> {
    if (caller.left) return;
    const problem = error instanceof DeadlineExceeded ? TIMEOUT : problemOf(error);
    if (problem === undefined || caller.status !== 0) throw error;
    if (error instanceof CallFailed) this.ports.report(error);
    this.ports.metrics.refused(problem.code);
    await caller.refuse(problem, headersOf(problem, error));
  }
}

/** Where a request goes, as far as it is known. */
interface Way {
  service: string;
  stack: StackName;
}

/** The reader sees it end where an event ended, and comes again. */
function endLive(caller: Caller, scope: CallScope): void {
  if (caller.status !== 0) caller.end();
  scope.cancel();
}

/** @throws ProblemError, 404 */
function partsOf(url: string): { readonly path: string; readonly query: string } {
  const mark = url.indexOf('?');
  const path = canonicalPath(mark < 0 ? url : url.slice(0, mark));
  if (path === undefined) throw new ProblemError(NOT_FOUND);
  return { path, query: mark < 0 ? '' : url.slice(mark + 1) };
}

function methodOf(method: string | undefined): Dispatcher.HttpMethod {
  const known = METHODS.find((each) => each === method);
  if (known !== undefined) return known;
  const message = `this path answers ${METHODS.join(', ')} at most`;
  throw new ProblemError({ status: 405, code: 'method_not_allowed', message });
}

/** What broke off the caller's body is theirs to know. */
function refusalOf({ problem, cause }: { readonly problem: Problem; readonly cause: Error | undefined }): ProblemError {
  return cause instanceof ProblemError ? cause : new ProblemError(problem);
}

function badRequest(detail: string, message: string): ProblemError {
  return new ProblemError({ status: 400, code: `bad_request.${detail}`, message });
}

function headersOf({ status }: Problem, error: unknown): string[] {
  if (error instanceof TooManyRequests) return ['retry-after', String(error.retryAfterSeconds)];
  if (status === 405) return ['allow', METHODS.join(', ')];
  return status === 401 ? ['www-authenticate', 'Bearer error="invalid_token"'] : [];
}
