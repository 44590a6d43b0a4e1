import { ProblemError } from './problem.js';

/** 401. @param code what follows `unauthorized.` */
export function unauthorised(code: string, message: string): ProblemError {
  return new ProblemError({ status: 401, code: `unauthorized.${code}`, message });
}
