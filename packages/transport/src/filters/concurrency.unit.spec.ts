import { describe, expect, it } from '@jest/globals';
import { CallCancelled } from '../call-failed.js';
import { CallScope } from '../call-scope.js';
import { Concurrency } from './concurrency.js';

function oneAtATime() {
  const concurrency = new Concurrency({ concurrentMax: 1, waitingMax: 1 });
  const limit = concurrency.limit('ledger');
  const ends: (() => void)[] = [];
  const call = (context = new CallScope({ deadline: Number.POSITIVE_INFINITY, correlationId: 'c', actor: 'a' })) =>
    limit(
      { route: 'ledger.a', request: {}, context },
      () => new Promise((resolve) => ends.push(() => resolve('done'))),
    );
  return { concurrency, call, ends };
}

describe('a service with as many calls as it takes', () => {
  it('lets the next wait for its turn', async () => {
    const { call, ends } = oneAtATime();
    const first = call();
    const second = call();
    expect(ends).toHaveLength(1);
    ends[0]?.();
    expect(await first).toBe('done');
    expect(ends).toHaveLength(2);
    ends[1]?.();
    expect(await second).toBe('done');
  });

  it('refuses at once what can not wait', async () => {
    const { call } = oneAtATime();
    void call();
    void call();
    await expect(call()).rejects.toMatchObject({ code: 'unavailable', reason: 'overloaded', retryable: true });
  });

  it('does not begin a call that was given up while it waited', async () => {
    const { call, ends, concurrency } = oneAtATime();
    const first = call();
    const scope = new CallScope({ deadline: Number.POSITIVE_INFINITY, correlationId: 'c', actor: 'a' });
    const second = call(scope);
    scope.cancel(new CallCancelled());
    ends[0]?.();
    await first;
    await expect(second).rejects.toMatchObject({ code: 'cancelled' });
    expect(ends).toHaveLength(1);
    expect(concurrency.inFlight()).toBe(0);
  });
});
