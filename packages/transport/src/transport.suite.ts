// What every adapter of the transport port does. An adapter runs it with a harness of its own.

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Type } from '@sinclair/typebox';
import { type CallContext, type ClientOf, defineContract, type HandlersOf, method } from '@tallystick/contracts';
import { CallFailed } from './call-failed.js';
import { CallScope } from './call-scope.js';
import { ManualTime } from './manual-time.suite.js';
import type { Transport } from './port.js';
import type { Time } from './time.js';
import { isTraceparent } from './traceparent.js';

export interface TransportHarness {
  /** Where services answer. */
  readonly answering: Transport;
  /** Where they are called from; the same transport in one process. */
  readonly calling: Transport;
  /** The errors that callers were not shown. */
  readonly unexpected: readonly unknown[];
  close(): Promise<void>;
}

const Transfer = Type.Object({
  id: Type.String(),
  amount: Type.BigInt(),
  proof: Type.Uint8Array(),
  lines: Type.Array(Type.Object({ text: Type.String() })),
});

export const exampleContract = defineContract('example', {
  transfer: method({
    request: Transfer,
    response: Type.Union([
      Type.Object({ kind: Type.Literal('accepted'), position: Type.BigInt(), transfer: Transfer }),
      Type.Object({ kind: Type.Literal('rejected'), code: Type.String() }),
    ]),
    idempotent: true,
    mutates: true,
  }),
  relay: method({ request: Type.Object({}), response: Type.Object({}), idempotent: true, mutates: false }),
});

type Example = HandlersOf<typeof exampleContract>;
type TransferRequest = Parameters<Example['transfer']>[0];

const innerContract = defineContract('inner', { wait: exampleContract.methods.relay });

const request: TransferRequest = { id: 'a', amount: 2n ** 60n, proof: new Uint8Array([7]), lines: [{ text: 'x' }] };

const accepting: Example = {
  transfer: async (transfer) => ({ kind: 'accepted', position: 9n, transfer }),
  relay: async () => ({}),
};

/** A promise and the means to settle it. */
function deferred<T>() {
  let resolve: (value: T) => void = () => undefined;
  const promise = new Promise<T>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}

async function failureOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => {
      throw new Error('the call was answered');
    },
    (failure) => failure,
  );
}

export function transportSuite(name: string, open: (time: Time) => Promise<TransportHarness>): void {
  describe(`${name} transport`, () => {
    let time: ManualTime;
    let harness: TransportHarness;
    let client: ClientOf<typeof exampleContract>;
    let context: CallScope;

    beforeEach(async () => {
      time = new ManualTime();
      harness = await open(time);
      client = harness.calling.client(exampleContract);
      context = new CallScope({
        deadline: time.now() + 1000,
        correlationId: 'cor-1',
        causationId: 'c-2',
        actor: 'staff:ann',
      });
    });
    afterEach(() => harness.close());

    const answer = (handlers: Partial<Example>) =>
      harness.answering.answer(exampleContract, { ...accepting, ...handlers });

    describe('with nobody answering', () => {
      it('fails as unavailable, which may pass', async () => {
        expect(await failureOf(client.relay({}, context))).toMatchObject({ code: 'unavailable', retryable: true });
      });

      it('answers once somebody does', async () => {
        await failureOf(client.relay({}, context));
        answer({});
        expect(await client.relay({}, context)).toEqual({});
      });
    });

    describe('with a service answering', () => {
      it('carries integers of any size, bytes and lists both ways', async () => {
        answer({});
        const given = await client.transfer(request, context);
        expect(given).toEqual({ kind: 'accepted', position: 9n, transfer: request });
      });

      it('gives a rejection as an answer', async () => {
        answer({ transfer: async () => ({ kind: 'rejected', code: 'insufficient_funds' }) });
        expect(await client.transfer(request, context)).toEqual({ kind: 'rejected', code: 'insufficient_funds' });
      });

      it('keeps the data of caller and callee apart', async () => {
        let kept: TransferRequest | undefined;
        answer({
          transfer: async (transfer) => {
            kept = transfer;
            return { kind: 'accepted', position: 1n, transfer };
          },
        });
        const sent = { ...request, proof: new Uint8Array([1]), lines: [{ text: 'sent' }] };
        const given = await client.transfer(sent, context);
        sent.proof[0] = 2;
        sent.lines.push({ text: 'late' });
        expect(kept).toEqual({ ...request, proof: new Uint8Array([1]), lines: [{ text: 'sent' }] });
        if (given.kind === 'accepted') expect(given.transfer.lines).not.toBe(kept?.lines);
      });

      it('refuses a request that does not fit the contract before the service sees it', async () => {
        let called = false;
        answer({
          transfer: async (transfer) => {
            called = true;
            return { kind: 'accepted', position: 1n, transfer };
          },
        });
        const wrong: object = { ...request, amount: 5 };
        const failure = await failureOf(client.transfer(wrong as TransferRequest, context));
        expect(failure).toBeInstanceOf(CallFailed);
        expect(failure).toMatchObject({ code: 'bad_request.contract', retryable: false });
        expect(called).toBe(false);
      });

      it('refuses a second one for the same contract', () => {
        answer({});
        expect(() => answer({})).toThrow('answered already');
      });

      it('carries the context', async () => {
        let seen: CallContext | undefined;
        answer({
          relay: async (_request, given) => {
            seen = given;
            return {};
          },
        });
        const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
        await client.relay({}, new CallScope({ ...context, actor: context.actor, traceparent }));
        expect(seen?.correlationId).toBe('cor-1');
        expect(seen?.causationId).toBe('c-2');
        expect(seen?.actor).toBe('staff:ann');
        expect(seen?.deadline).toBe(context.deadline);
        expect(seen?.traceparent?.slice(0, 35)).toBe(traceparent.slice(0, 35));
      });

      it('starts a trace where the caller brought none', async () => {
        let seen: string | undefined;
        answer({
          relay: async (_request, given) => {
            seen = given.traceparent;
            return {};
          },
        });
        await client.relay({}, context);
        expect(isTraceparent(seen ?? '')).toBe(true);
      });

      it('takes a context that is a plain object with a signal', async () => {
        answer({});
        const { signal } = new AbortController();
        const plain = { deadline: time.now() + 5, signal, correlationId: 'c', actor: 'service:test' };
        expect(await client.relay({}, plain)).toEqual({});
      });
    });

    describe('with a service that fails', () => {
      it('passes on a CallFailed with its code and whether a retry may help', async () => {
        answer({
          relay: async () => {
            throw new CallFailed({ code: 'journal_unavailable', message: 'the journal is away', retryable: true });
          },
        });
        const failure = await failureOf(client.relay({}, context));
        expect(failure).toBeInstanceOf(CallFailed);
        expect(failure).toMatchObject({ code: 'journal_unavailable', message: 'the journal is away', retryable: true });
        expect(harness.unexpected).toEqual([]);
      });

      it.each([
        ['rejects', async () => Promise.reject(new Error('password is 123'))],
        [
          'throws',
          () => {
            throw new Error('password is 123');
          },
        ],
      ])('hides and reports any other error when it %s', async (_how, relay) => {
        answer({ relay });
        const failure = await failureOf(client.relay({}, context));
        expect(failure).toMatchObject({ code: 'internal_service', message: 'example.relay failed', retryable: false });
        expect(harness.unexpected).toEqual([new Error('password is 123')]);
      });
    });

    describe('with a service that hangs', () => {
      let entered: Promise<CallContext>;
      let release: () => void;

      beforeEach(() => {
        const arrival = deferred<CallContext>();
        const departure = deferred<object>();
        entered = arrival.promise;
        release = () => departure.resolve({});
        answer({
          relay: (_request, given) => {
            arrival.resolve(given);
            return departure.promise;
          },
        });
      });

      it('fails at the deadline and aborts the signal', async () => {
        const answered = failureOf(client.relay({}, context));
        const { signal } = await entered;
        const aborted = abortOf(signal);
        time.advance(990);
        expect(signal.aborted).toBe(false);
        time.advance(20);
        expect(await answered).toMatchObject({ code: 'deadline_exceeded', retryable: true });
        await aborted;
      });

      it('fails when the caller gives up and aborts the signal', async () => {
        const answered = failureOf(client.relay({}, context));
        const { signal } = await entered;
        const aborted = abortOf(signal);
        context.cancel();
        expect(await answered).toMatchObject({ code: 'cancelled' });
        await aborted;
      });

      it("fails when a foreign context's signal aborts", async () => {
        const controller = new AbortController();
        const plain = { deadline: Number.POSITIVE_INFINITY, correlationId: 'c', actor: 'a', signal: controller.signal };
        const answered = failureOf(client.relay({}, plain));
        await entered;
        controller.abort();
        expect(await answered).toMatchObject({ code: 'cancelled' });
      });

      it('drops an answer that comes too late', async () => {
        const answered = failureOf(client.relay({}, context));
        await entered;
        time.advance(1010);
        release();
        expect(await answered).toMatchObject({ code: 'deadline_exceeded' });
      });
    });

    describe('past the deadline', () => {
      it('does not call', async () => {
        let called = false;
        answer({
          relay: async () => {
            called = true;
            return {};
          },
        });
        time.advance(1000);
        expect(await failureOf(client.relay({}, context))).toMatchObject({ code: 'deadline_exceeded' });
        expect(called).toBe(false);
      });
    });

    describe('with a service that calls another', () => {
      it('ends the inner call with the outer one', async () => {
        const arrival = deferred<CallContext>();
        harness.answering.answer(innerContract, {
          wait: (_request, given) => {
            arrival.resolve(given);
            return new Promise(() => undefined);
          },
        });
        const inner = harness.calling.client(innerContract);
        const innerFailure = deferred<unknown>();
        answer({
          relay: async (_request, given) => {
            innerFailure.resolve(await failureOf(inner.wait({}, given)));
            return {};
          },
        });
        const answered = failureOf(client.relay({}, context));
        const { signal } = await arrival.promise;
        const aborted = abortOf(signal);
        context.cancel();
        expect(await answered).toMatchObject({ code: 'cancelled' });
        expect(await innerFailure.promise).toMatchObject({ code: 'cancelled' });
        await aborted;
      });
    });
  });
}

function abortOf(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
