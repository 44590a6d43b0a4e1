import { describe, expect, it } from '@jest/globals';
import { callScopeOf } from './call-scope-of-request.js';

const options = {
  time: { now: () => 1000, every: () => () => undefined },
  random: (byteCount: number) => new Uint8Array(byteCount).fill(0xab),
  actor: 'service:gateway',
  patienceMs: 50,
};

describe('the context of a request', () => {
  it('has a deadline and a trace of its own where the request brings none', () => {
    const scope = callScopeOf({}, options);
    expect(scope).toMatchObject({ deadline: 1050, correlationId: 'ab'.repeat(16), actor: 'service:gateway' });
    expect(scope.traceparent).toBe(`00-${'ab'.repeat(16)}-${'ab'.repeat(8)}-01`);
  });

  it('keeps the deadline and continues the trace that it brings', () => {
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    const scope = callScopeOf({ traceparent, 'x-request-deadline': '1020' }, options);
    expect(scope.deadline).toBe(1020);
    expect(scope.traceparent).toBe(`00-0af7651916cd43dd8448eb211c80319c-${'ab'.repeat(8)}-01`);
  });

  it.each(['soon', '-1', '1e9', ''])('refuses a deadline of %j', (deadline) => {
    expect(() => callScopeOf({ 'x-request-deadline': deadline }, options)).toThrow('must be milliseconds since 1970');
  });
});
