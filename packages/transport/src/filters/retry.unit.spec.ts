import { beforeEach, describe, expect, it } from '@jest/globals';
import { CallFailed } from '../call-failed.js';
import { CallScope } from '../call-scope.js';
import { ManualTime } from '../manual-time.suite.js';
import type { Call } from '../service.js';
import { TryFailed } from '../try-failed.js';
import { type RetryOptions, retry } from './retry.js';
import { RetryBudget } from './retry-budget.js';

const random = (byteCount: number) => new Uint8Array(byteCount).fill(255);

describe('a call whose tries fail', () => {
  let time: ManualTime;
  let tried: Call[];
  let scope: CallScope;
  let outcomes: string[];

  beforeEach(() => {
    time = new ManualTime();
    tried = [];
    outcomes = [];
    scope = new CallScope({ deadline: time.now() + 1000, correlationId: 'c', actor: 'a' });
  });

  function callWith(failures: readonly CallFailed[], given: Partial<RetryOptions> = {}): Promise<unknown> {
    const budget = new RetryBudget({ share: 0.1, reserve: 10, burst: 10 }, time);
    const filter = retry({
      idempotent: true,
      triesMax: 3,
      firstPauseMs: 10,
      pauseMaxMs: 15,
      budget,
      time,
      random,
      onRetry: (outcome) => outcomes.push(outcome),
      ...given,
    });
    return filter({ route: 'a.b', request: {}, context: scope }, (call) => {
      tried.push(call);
      const failure = failures[tried.length - 1];
      return failure === undefined ? Promise.resolve('answer') : Promise.reject(failure);
    });
  }

  const failed = (facts: { sent: boolean; elsewhere: boolean }) =>
    new TryFailed('a', { instance: { facts }, ...facts }, new Error('reset'));
  const elsewhere = failed({ sent: true, elsewhere: true });
  const alone = failed({ sent: true, elsewhere: false });
  const settled = async () => {
    for (let turn = 0; turn < 20; turn++) await Promise.resolve();
  };

  it('goes elsewhere at once, and says where it was', async () => {
    expect(await callWith([elsewhere])).toBe('answer');
    expect(tried[1]?.tried).toEqual([elsewhere.facts.instance]);
    expect(outcomes).toEqual(['made']);
  });

  it('may have been sent where any of its tries may have been, and was not where none was', async () => {
    const unsent = failed({ sent: false, elsewhere: true });
    const sent = failed({ sent: true, elsewhere: true });
    await expect(callWith([unsent, unsent, unsent])).rejects.toMatchObject({ code: 'unavailable', sent: false });
    tried = [];
    await expect(callWith([unsent, sent, unsent])).rejects.toMatchObject({ code: 'unavailable', sent: true });
    tried = [];
    const nowhere = new CallFailed({ code: 'unavailable', message: 'a', retryable: true, sent: false });
    await expect(callWith([sent, nowhere])).rejects.toMatchObject({ code: 'unavailable', sent: true });
  });

  it('pauses, longer each time up to a limit, where there is nowhere else', async () => {
    const answer = callWith([alone, alone]);
    await settled();
    expect(tried).toHaveLength(1);
    time.advance(10);
    await settled();
    expect(tried).toHaveLength(2);
    time.advance(15);
    expect(await answer).toBe('answer');
    expect(time.running()).toBe(0);
  });

  it('ends with the last failure after all tries', async () => {
    await expect(callWith([elsewhere, elsewhere, alone])).rejects.toBe(alone);
  });

  it('is not tried again where another try may have an effect', async () => {
    await expect(callWith([elsewhere], { idempotent: false })).rejects.toBe(elsewhere);
    expect(tried).toHaveLength(1);
  });

  it('is tried again in any case where nothing was sent', async () => {
    const unsent = failed({ sent: false, elsewhere: true });
    expect(await callWith([unsent], { idempotent: false })).toBe('answer');
  });

  it('is not tried again once the service itself answered that it failed', async () => {
    const failure = new CallFailed({ code: 'unavailable', message: 'no journal', retryable: true });
    await expect(callWith([failure])).rejects.toBe(failure);
  });

  it('is not tried again past its deadline, pause included', async () => {
    time.advance(991);
    await expect(callWith([alone])).rejects.toBe(alone);
    expect(tried).toHaveLength(1);
  });

  it('is not tried again after it was cancelled, in the pause neither', async () => {
    const answer = callWith([alone]);
    await settled();
    scope.cancel();
    time.advance(10);
    await expect(answer).rejects.toBe(alone);
    expect(tried).toHaveLength(1);
  });

  it('is not tried again beyond the budget', async () => {
    const budget = new RetryBudget({ share: 0, reserve: 0, burst: 0 }, time);
    await expect(callWith([elsewhere], { budget })).rejects.toBe(elsewhere);
    expect(outcomes).toEqual(['over-budget']);
  });
});

describe('a budget of retries', () => {
  it('gives what it starts with, then its share of the calls', () => {
    const budget = new RetryBudget({ share: 0.25, reserve: 2, burst: 4 }, new ManualTime());
    expect([budget.take(), budget.take(), budget.take()]).toEqual([true, true, false]);
    for (let call = 0; call < 4; call++) budget.deposit();
    expect([budget.take(), budget.take()]).toEqual([true, false]);
  });

  it('saves up to its burst only', () => {
    const budget = new RetryBudget({ share: 1, reserve: 0, burst: 2 }, new ManualTime());
    for (let call = 0; call < 100; call++) budget.deposit();
    expect([budget.take(), budget.take(), budget.take()]).toEqual([true, true, false]);
  });

  it('comes back by one a second where calls are few', () => {
    const time = new ManualTime();
    const budget = new RetryBudget({ share: 0.1, reserve: 1, burst: 1 }, time);
    expect([budget.take(), budget.take()]).toEqual([true, false]);
    time.advance(1000);
    expect([budget.take(), budget.take()]).toEqual([true, false]);
  });
});
