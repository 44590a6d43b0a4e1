// What an HTTP caller is told when there is no answer. The codes are stable; the messages are for people.

import { CallFailed } from '../call-failed.js';

export interface Problem {
  readonly status: number;
  /** Dotted, the most general part first: `bad_request.missing_param.amount`. */
  readonly code: string;
  readonly message: string;
  readonly params?: Readonly<Record<string, string | number>>;
  readonly retryable?: boolean;
  /** As OAuth names it (RFC 6749, 5.2; RFC 6750, 3.1): told beside the code, with the message as its description. */
  readonly oauthError?: string;
}

export interface ProblemBody {
  readonly code: string;
  readonly message: string;
  readonly params: Readonly<Record<string, string | number>>;
  /** `{"value": true}` where the same request may succeed later, else empty. */
  readonly retryable: { readonly value?: true };
  readonly error?: string;
  readonly error_description?: string;
}

/** Thrown by a route, or by what it calls, to answer with this problem. */
export class ProblemError extends Error {
  override readonly name = 'ProblemError';
  readonly statusCode: number;
  readonly code: string;

  constructor(readonly problem: Problem) {
    super(problem.message);
    this.statusCode = problem.status;
    this.code = problem.code;
  }
}

export function problemBody({ code, message, params, retryable, oauthError }: Problem): ProblemBody {
  const body = { code, message, params: params ?? {}, retryable: retryable === true ? { value: true as const } : {} };
  return oauthError === undefined ? body : { ...body, error: oauthError, error_description: message };
}

export const NOT_FOUND: Problem = { status: 404, code: 'not_found', message: 'there is nothing at this path' };
export const INTERNAL: Problem = { status: 500, code: 'internal_service', message: 'something went wrong on our side' };

/** Fastify's own errors, by its codes: https://fastify.dev/docs/latest/Reference/Errors/ */
const FASTIFY_PROBLEMS: Readonly<Record<string, Problem>> = {
  FST_ERR_CTP_INVALID_JSON_BODY: badRequest('invalid_json', 'the body is not JSON'),
  FST_ERR_CTP_EMPTY_JSON_BODY: badRequest('invalid_json', 'the body is empty where JSON is expected'),
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: badRequest(
    'bad_content_length',
    'the body has another length than its header says',
  ),
  FST_ERR_CTP_BODY_TOO_LARGE: badRequest('body_too_large', 'the body is too large', 413),
  FST_ERR_CTP_INVALID_MEDIA_TYPE: badRequest('unsupported_media_type', 'the body must be application/json', 415),
  FST_ERR_BAD_URL: badRequest('bad_url', 'the path can not be read'),
  FST_ERR_MAX_PARAM_LENGTH: badRequest('url_too_long', 'a part of the path is too long', 414),
  FST_ERR_NOT_FOUND: NOT_FOUND,
  FST_ERR_HANDLER_TIMEOUT: { status: 504, code: 'deadline_exceeded', message: 'no answer in time', retryable: true },
};

/** Statuses of exceptions that Nest throws itself. */
const STATUS_PROBLEMS: Readonly<Record<number, Problem>> = {
  400: { status: 400, code: 'bad_request', message: 'the request can not be understood' },
  401: { status: 401, code: 'unauthorized', message: 'who asks is not known' },
  403: { status: 403, code: 'forbidden', message: 'who asks may not do this' },
  404: NOT_FOUND,
  413: badRequest('body_too_large', 'the body is too large', 413),
  415: badRequest('unsupported_media_type', 'the body must be application/json', 415),
  429: { status: 429, code: 'rate_limited', message: 'too many requests', retryable: true },
};

/** Operational errors whose status says more than 500; a code `bad_request.…` is a 400. */
const CALL_STATUS: Readonly<Record<string, number>> = { deadline_exceeded: 504, unavailable: 503, cancelled: 503 };

/** The problem to answer with; undefined for what a caller must not see, which is to be reported and answered as INTERNAL. */
export function problemOf(error: unknown): Problem | undefined {
  if (error instanceof ProblemError) return error.problem;
  if (error instanceof CallFailed) return callProblem(error);
  if (typeof error !== 'object' || error === null) return undefined;
  const code: unknown = Reflect.get(error, 'code');
  const known = typeof code === 'string' ? FASTIFY_PROBLEMS[code] : undefined;
  if (known !== undefined) return known;
  // A SyntaxError with a status is Fastify's parser refusing a body, such as one with a __proto__ in it.
  const status: unknown = Reflect.get(error, 'statusCode') ?? Reflect.get(error, 'status');
  if (error instanceof SyntaxError && status === 400) return FASTIFY_PROBLEMS.FST_ERR_CTP_INVALID_JSON_BODY;
  return typeof status === 'number' ? STATUS_PROBLEMS[status] : undefined;
}

function callProblem({ code, message, retryable }: CallFailed): Problem | undefined {
  if (code === INTERNAL.code) return INTERNAL;
  const status = code.startsWith('bad_request.') ? 400 : (CALL_STATUS[code] ?? (retryable ? 503 : 500));
  return { status, code, message, retryable };
}

function badRequest(detail: string, message: string, status = 400): Problem {
  return { status, code: `bad_request.${detail}`, message };
}
