// Requests against the TypeBox schemas of their route, compiled at the start. Nothing is coerced, filled in or removed:
// an integer sent as "5", or one that JSON numbers can't hold exactly, is refused and not guessed at.

import { type TSchema, Type } from '@sinclair/typebox';
import { TypeCompiler, type ValueError, ValueErrorType } from '@sinclair/typebox/compiler';
import type { FastifySchemaCompiler } from 'fastify';
import { type Problem, ProblemError } from './problem.js';

/** 2^53 − 1: from here on JSON numbers skip integers. */
const MAX_SAFE = 9_007_199_254_740_991;

/** An integer that a JSON number holds exactly, such as an amount in minor units. */
export const SafeInteger = Type.Integer({ minimum: -MAX_SAFE, maximum: MAX_SAFE });

/** For Fastify's setValidatorCompiler. Route schemas are TypeBox schemas, their objects with `additionalProperties: false`. */
export const typeboxValidator: FastifySchemaCompiler<TSchema> = ({ schema, httpPart }) => {
  const check = TypeCompiler.Compile(schema);
  return (value: unknown) => {
    if (check.Check(value)) return { value };
    const error = check.Errors(value).First();
    return { error: new ProblemError(problemOfInvalid(error, httpPart ?? 'request')) };
  };
};

function problemOfInvalid(error: ValueError | undefined, part: string): Problem {
  const name = parameterName(error?.path ?? '');
  if (error === undefined || error.path === '') {
    return { status: 400, code: `bad_request.bad_${part}`, message: `the ${part} is not what this route takes` };
  }
  const [kind, complaint] = complaintOf(error);
  // A name that can't be repeated safely is left out of the code; the path in our own schema never is such a name.
  if (name === undefined) return { status: 400, code: `bad_request.${kind}`, message: `a field ${complaint}` };
  return {
    status: 400,
    code: `bad_request.${kind}.${name}`,
    message: `${name} ${complaint}`,
    params: { param: name, ...(/\/\d+(\/|$)/.test(error.path) ? { path: error.path } : {}) },
  };
}

function complaintOf(error: ValueError): readonly [kind: string, complaint: string] {
  switch (error.type) {
    case ValueErrorType.ObjectRequiredProperty:
      return ['missing_param', 'must be given'];
    case ValueErrorType.ObjectAdditionalProperties:
      return ['unknown_field', 'is not a field of this request'];
    default:
      return ['bad_param', `is wrong: ${error.message.charAt(0).toLowerCase()}${error.message.slice(1)}`];
  }
}

/**
 * `/items/3/amount` → `items.amount`: the same code for each item of a list.
 * undefined where a name comes from the caller and may hold anything, a card number included.
 */
function parameterName(path: string): string | undefined {
  const names = path.split('/').filter((part) => part !== '' && !/^\d{1,6}$/.test(part));
  const safe = names.every((name) => /^[A-Za-z_][A-Za-z0-9_-]{0,63}$/.test(name) && !/\d{6}/.test(name));
  return safe && names.length > 0 ? names.join('.') : undefined;
}
