// What the specs of this folder start and stop.

import { Type } from '@sinclair/typebox';
import { defineContract, method } from '@tallystick/contracts';
import { CallScope, type NewContext } from '../call-scope.js';
import { pooledRandom } from '../pooled-random.js';
import { systemTime } from '../time.js';
import { type HttpTransport, type HttpTransportOptions, httpTransport } from './index.js';

const Words = Type.Object({ text: Type.String() });

export const echoContract = defineContract('echo', {
  say: method({ request: Words, response: Words, idempotent: true, mutates: false }),
  sayOnce: method({ request: Words, response: Words, idempotent: false, mutates: true }),
  sayOf: method({
    request: Type.Object({ accountId: Type.String() }),
    response: Words,
    idempotent: true,
    mutates: false,
  }),
});

export const echo = {
  say: async ({ text }: { readonly text: string }) => ({ text }),
  sayOnce: async ({ text }: { readonly text: string }) => ({ text }),
  sayOf: async ({ accountId }: { readonly accountId: string }) => ({ text: accountId }),
};

/** Everything that one spec opens, closed in the reverse order. */
export class Opened {
  private readonly closers: (() => Promise<unknown>)[] = [];
  readonly reported: unknown[] = [];

  transport(options: Partial<HttpTransportOptions> = {}): HttpTransport {
    const transport = httpTransport({
      time: systemTime,
      random: pooledRandom(),
      report: (error) => this.reported.push(error),
      services: {},
      ...options,
    });
    this.closers.push(() => transport.close());
    return transport;
  }

  also(close: () => Promise<unknown>): void {
    this.closers.push(close);
  }

  async close(): Promise<void> {
    for (const close of this.closers.splice(0).reverse()) await close();
  }
}

export function contextOf(given: Partial<NewContext> = {}): CallScope {
  const deadline = systemTime.now() + 20_000;
  return new CallScope({ deadline, correlationId: 'cor', actor: 'service:test', ...given });
}

/** Resolves once it is so; the spec's own time limit ends the wait, and the process does not live on for it. */
export async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isSo())) await new Promise((resolve) => setTimeout(resolve, 2).unref());
}

/** A promise, and the means to settle it. */
export function deferred<T>() {
  let resolve: (value: T) => void = () => undefined;
  const promise = new Promise<T>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
