import { ProblemError } from './problem.js';

/** 401. @param code what follows `unauthorized.` */
export function unauthorised(code: string, message: string): ProblemError {
  return new ProblemError({ status: 401, code: `unauthorized.${code}`, message });
}

/** The same to a customer's program, which looks for OAuth's own name of it beside the code (customer API, section 2). */
export function unauthorisedToken(code: string, message: string): ProblemError {
  return new ProblemError({ status: 401, code: `unauthorized.${code}`, message, oauthError: 'invalid_token' });
}
