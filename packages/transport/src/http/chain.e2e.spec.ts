import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { InMemorySpanExporter } from '@opentelemetry/sdk-trace-base';
import { Type } from '@sinclair/typebox';
import { type CallContext, type ClientOf, defineContract, method } from '@tallystick/contracts';
import { openTelemetry } from '../telemetry/index.js';
import { systemTime } from '../time.js';
import { contextOf, deferred, Opened } from './services.suite.js';

const ask = method({ request: Type.Object({}), response: Type.Object({}), idempotent: true, mutates: false });
const first = defineContract('first', { ask });
const second = defineContract('second', { ask });
const third = defineContract('third', { ask });

/** A machine whose clock is wrong. */
const skewed = (byMs: number) => ({ ...systemTime, now: () => systemTime.now() + byMs });
const HOUR_MS = 3_600_000;

describe('three services, each of which calls the next', () => {
  let opened: Opened;
  let exporter: InMemorySpanExporter;
  let caller: ClientOf<typeof first>;
  let leftMs: number[];
  let last: (context: CallContext) => Promise<object>;
  let failures: unknown[];

  beforeEach(async () => {
    opened = new Opened();
    exporter = new InMemorySpanExporter();
    leftMs = [];
    failures = [];
    last = async () => ({});
    const { tracing } = await openTelemetry({ serviceName: 'chain', exporter });
    const traced = tracing === undefined ? {} : { tracing };

    const thirdTime = skewed(-HOUR_MS);
    const thirdProcess = opened.transport({ ...traced, time: thirdTime });
    thirdProcess.answer(third, {
      ask: async (_request, context) => {
        leftMs.push(context.deadline - thirdTime.now());
        return last(context);
      },
    });

    const secondTime = skewed(HOUR_MS);
    const services = { third: [await thirdProcess.listen()] };
    const secondProcess = opened.transport({ ...traced, time: secondTime, services });
    const toThird = secondProcess.client(third);
    secondProcess.answer(second, {
      ask: async (request, context) => {
        leftMs.push(context.deadline - secondTime.now());
        return toThird.ask(request, context).catch((failure) => {
          failures.push(failure);
          throw failure;
        });
      },
    });

    const firstProcess = opened.transport({ ...traced, services: { second: [await secondProcess.listen()] } });
    const toSecond = firstProcess.client(second);
    firstProcess.answer(first, {
      ask: async (request, context) => {
        leftMs.push(context.deadline - systemTime.now());
        return toSecond.ask(request, context);
      },
    });

    const outside = opened.transport({ ...traced, services: { first: [await firstProcess.listen()] } });
    caller = outside.client(first);
  });
  afterEach(() => opened.close());

  it('have a deadline that only shrinks, though their clocks are hours apart', async () => {
    await caller.ask({}, contextOf({ deadline: systemTime.now() + 5_000 }));
    expect(leftMs).toHaveLength(3);
    expect(Math.max(...leftMs)).toBeLessThanOrEqual(5_000);
    expect(leftMs).toEqual([...leftMs].sort((a, b) => b - a));
    expect(Math.min(...leftMs)).toBeGreaterThan(0);
  });

  it.each([
    ['the caller gives up', 20_000, 'cancelled'],
    ['the deadline passes', 1_000, 'deadline_exceeded'],
  ])('all end when %s', async (_when, patienceMs, code) => {
    const entered = deferred<CallContext>();
    last = (context) => {
      entered.resolve(context);
      return new Promise(() => undefined);
    };
    const context = contextOf({ deadline: systemTime.now() + patienceMs });
    const failure = caller.ask({}, context).catch((error) => error);
    const { signal } = await entered.promise;
    const aborted = new Promise((resolve) => signal.addEventListener('abort', resolve));
    if (code === 'cancelled') context.cancel();
    expect(await failure).toMatchObject({ code });
    await aborted;
  });

  it('pass on what the last one says went wrong', async () => {
    last = () => Promise.reject(new Error('password is 123'));
    await expect(caller.ask({}, contextOf())).rejects.toMatchObject({
      code: 'internal_service',
      message: 'third.ask failed',
      retryable: false,
    });
    expect(opened.reported).toEqual([new Error('password is 123')]);
  });

  it('are one trace, each call a span under the one before', async () => {
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    let seen: string | undefined;
    last = async (context) => {
      seen = context.traceparent;
      return {};
    };
    await caller.ask({}, contextOf({ traceparent }));
    const spans = exporter.getFinishedSpans().toReversed();
    expect(spans.map(({ name }) => name)).toEqual(
      ['first', 'second', 'third'].flatMap((s) => [`${s}.ask`, `${s}.ask`]),
    );
    const ids = spans.map((span) => span.spanContext().spanId);
    expect(spans.map(({ parentSpanContext }) => parentSpanContext?.spanId)).toEqual([
      'b7ad6b7169203331',
      ...ids.slice(0, -1),
    ]);
    expect(new Set(spans.map((span) => span.spanContext().traceId))).toEqual(new Set([traceparent.slice(3, 35)]));
    expect(seen).toBe(`00-${traceparent.slice(3, 35)}-${ids.at(-1)}-01`);
  });
});
