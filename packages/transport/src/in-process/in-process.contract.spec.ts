import { describe, expect, it } from '@jest/globals';
import { Type } from '@sinclair/typebox';
import { defineContract, method } from '@tallystick/contracts';
import { CallScope } from '../call-scope.js';
import { ManualTime } from '../manual-time.suite.js';
import { systemTime } from '../time.js';
import { transportSuite } from '../transport.suite.js';
import { inProcessTransport } from './index.js';

const random = (byteCount: number) => new Uint8Array(byteCount).fill(1);

for (const mode of ['direct', 'bytes'] as const) {
  transportSuite(`in-process (${mode})`, async (time) => {
    const unexpected: unknown[] = [];
    const transport = inProcessTransport({ mode, time, random, report: (error) => unexpected.push(error) });
    return { answering: transport, calling: transport, unexpected, close: () => transport.close() };
  });
}

describe('in-process (bytes) transport with a service that answers outside of its contract', () => {
  it('fails and reports where', async () => {
    const reported: string[] = [];
    const report = (error: unknown, where: string) => reported.push(`${where}: ${String(error)}`);
    const transport = inProcessTransport({ mode: 'bytes', time: systemTime, random, report });
    const contract = defineContract('odd', {
      read: method({
        request: Type.Object({}),
        response: Type.Object({ n: Type.Integer() }),
        idempotent: true,
        mutates: false,
      }),
    });
    transport.answer(contract, { read: async () => ({ n: 1.5 }) });
    const context = new CallScope({ deadline: systemTime.now() + 60_000, correlationId: 'c', actor: 'a' });
    await expect(transport.client(contract).read({}, context)).rejects.toMatchObject({ code: 'internal_service' });
    expect(reported).toEqual(['odd.read: ContractViolation: /n: Expected integer']);
  });
});

describe('many calls in flight', () => {
  it('share one timer, which stops once no deadline is left', async () => {
    const time = new ManualTime();
    const transport = inProcessTransport({ mode: 'direct', time, random, report: () => undefined });
    const contract = defineContract('slow', {
      read: method({ request: Type.Object({}), response: Type.Object({}), idempotent: true, mutates: false }),
    });
    transport.answer(contract, { read: () => new Promise(() => undefined) });
    const client = transport.client(contract);
    const calls = Array.from({ length: 100 }, (_, index) =>
      client.read({}, new CallScope({ deadline: time.now() + 500 + index, correlationId: 'c', actor: 'a' })),
    );
    expect(time.running()).toBe(1);
    time.advance(700);
    const outcomes = await Promise.allSettled(calls);
    expect(outcomes.every((outcome) => outcome.status === 'rejected')).toBe(true);
    expect(time.running()).toBe(0);
  });
});
