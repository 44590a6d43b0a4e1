import type { CallContext, ClientOf, Contract } from '@tallystick/contracts';
import type { Service } from './service.js';

/** A function of a contract, with the types taken off: what adapters work with. */
export type Handler = (request: unknown, context: CallContext) => Promise<unknown>;

/** A client each of whose methods calls the service made for it, once per method, by `serviceOf`. */
export function clientThrough<C extends Contract>(
  contract: C,
  serviceOf: (methodName: string) => Service,
): ClientOf<C> {
  const client: Record<string, Handler> = {};
  for (const methodName of Object.keys(contract.methods)) {
    const route = `${contract.name}.${methodName}`;
    const service = serviceOf(methodName);
    client[methodName] = (request, context) => service({ route, request, context });
  }
  // The contract's schemas are what makes this true: each boundary checks what passes against them.
  return Object.freeze(client) as ClientOf<C>;
}

/**
 * The named method of a service, bound to it.
 * @throws where the object has no such method
 */
export function handlerOf(handlers: object, route: string, methodName: string): Handler {
  const handler: unknown = Reflect.get(handlers, methodName);
  if (typeof handler !== 'function') throw new Error(`${route}: the contract asks for it, and no method answers it`);
  return handler.bind(handlers);
}
