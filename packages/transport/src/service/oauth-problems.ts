// What customers' programs are refused with: clients of OAuth APIs read these (customer API, section 2).
import { ProblemError } from './problem.js';

export function missingParam(name: string): ProblemError {
  return new ProblemError({
    status: 400,
    code: `bad_request.missing_param.${name}`,
    message: `${name} must be given`,
    params: { param: name },
  });
}

export function badParam(name: string, message: string): ProblemError {
  return new ProblemError({ status: 400, code: `bad_request.bad_param.${name}`, message, params: { param: name } });
}

/** 401, with OAuth's own name of it beside the code. @param code what follows `unauthorized.` */
export function unauthorisedToken(code: string, message: string): ProblemError {
  return new ProblemError({ status: 401, code: `unauthorized.${code}`, message, oauthError: 'invalid_token' });
}
