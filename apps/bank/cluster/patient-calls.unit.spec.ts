import { describe, expect, it } from '@jest/globals';
import { relayContract, transactionsContract } from '@tallystick/contracts';
import type { AccountId } from '@tallystick/ledger-core';
import { CallFailed, contextsOf } from '@tallystick/transport';
import { inProcessTransport } from '@tallystick/transport/in-process';
import { patientCalls } from './patient-calls.js';

const context = contextsOf('operator')('spec', 'spec');

/** A relay that fails so often before it answers. */
function relayFailing(times: number, code = 'unavailable') {
  const inner = inProcessTransport({
    mode: 'direct',
    time: { now: () => 0, every: () => () => undefined },
    random: (bytes) => new Uint8Array(bytes).fill(1),
    report: () => undefined,
  });
  let asked = 0;
  let nowMs = 0;
  inner.answer(relayContract, {
    progress: async () => {
      if (asked++ < times) throw new CallFailed({ code, message: 'away', retryable: code === 'unavailable' });
      return { position: 7n, partitions: [] };
    },
  });
  const pause = async (milliseconds: number) => {
    nowMs += milliseconds;
  };
  const transport = patientCalls(inner, { patienceMs: 5_000, now: () => nowMs, pause });
  return { transport, relay: transport.client(relayContract), asked: () => asked };
}

describe('a service that is away for a while', () => {
  it('is asked again until it answers', async () => {
    const { relay, asked } = relayFailing(4);
    expect(await relay.progress({}, context)).toEqual({ position: 7n, partitions: [] });
    expect(asked()).toBe(5);
  });

  it('is given up once the patience is over', async () => {
    const { relay, asked } = relayFailing(1_000);
    await expect(relay.progress({}, context)).rejects.toMatchObject({ code: 'unavailable' });
    expect(asked()).toBeLessThan(20);
  });
});

describe('a service that answers with a failure', () => {
  it('is not asked again', async () => {
    const { relay, asked } = relayFailing(1_000, 'not_found');
    await expect(relay.progress({}, context)).rejects.toMatchObject({ code: 'not_found' });
    expect(asked()).toBe(1);
  });
});

describe('a call that was cancelled', () => {
  it('is not tried again', async () => {
    const { transport } = relayFailing(0);
    const stopped = { ...context, signal: AbortSignal.abort(new Error('stopped')) };
    const request = { accountId: 'acc_1' as AccountId, minPosition: 0n, limit: 1, before: null };
    await expect(transport.client(transactionsContract).list(request, stopped)).rejects.toBeInstanceOf(CallFailed);
  });
});
