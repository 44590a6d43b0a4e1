// What a service answers. One contract per service; callers and callee are typed from it, and nothing else is between them.

import type { Static, TSchema } from '@sinclair/typebox';
import type { CallContext } from './call-context.js';
import type { Plain } from './plain.js';

export interface Method<Request extends TSchema = TSchema, Response extends TSchema = TSchema> {
  readonly request: Request;
  /** Includes the rejections: a refused command is an answer, never an exception. */
  readonly response: Response;
  /** Whether the same request again gives the same answer and no second effect, so that a transport may retry it. */
  readonly idempotent: boolean;
  /** Whether it may write: events, records or anything outside. */
  readonly mutates: boolean;
  readonly summary?: string;
}

export interface Contract<
  Name extends string = string,
  Methods extends Readonly<Record<string, Method>> = Readonly<Record<string, Method>>,
> {
  readonly name: Name;
  readonly methods: Methods;
}

export type RequestOf<M extends Method> = Plain<Static<M['request']>>;
export type ResponseOf<M extends Method> = Plain<Static<M['response']>>;

/** What the service implements: one function per method. Throws only CallFailed; anything else is a bug and hidden from callers. */
export type HandlersOf<C extends Contract> = {
  readonly [Name in keyof C['methods']]: (
    request: RequestOf<C['methods'][Name]>,
    context: CallContext,
  ) => Promise<ResponseOf<C['methods'][Name]>>;
};

/** What a caller is given. Rejects with CallFailed where no answer came; a business rejection is an answer. */
export type ClientOf<C extends Contract> = HandlersOf<C>;

export function method<Request extends TSchema, Response extends TSchema>(
  definition: Method<Request, Response>,
): Method<Request, Response> {
  return definition;
}

// Both end up in paths (`POST /rpc/<service>.<method>`), so they must need no escaping.
const SERVICE_NAME = /^[a-z][a-z0-9-]*$/;
const METHOD_NAME = /^[a-z][A-Za-z0-9]*$/;

/**
 * @param name the service's name as in apps/, such as `card-processing`
 * @throws where a name would need escaping in a path
 */
export function defineContract<const Name extends string, Methods extends Readonly<Record<string, Method>>>(
  name: Name,
  methods: Methods,
): Contract<Name, Methods> {
  if (!SERVICE_NAME.test(name)) throw new Error(`contract ${name}: a service's name is lower case, digits and hyphens`);
  for (const methodName of Object.keys(methods)) {
    if (!METHOD_NAME.test(methodName)) throw new Error(`contract ${name}: method ${methodName} is not in camel case`);
  }
  return Object.freeze({ name, methods: Object.freeze({ ...methods }) });
}
