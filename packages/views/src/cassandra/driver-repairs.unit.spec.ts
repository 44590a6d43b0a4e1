import { describe, expect, it } from '@jest/globals';
import cassandra from 'cassandra-driver';
import { repairDriver } from './driver-repairs.js';

function client() {
  return new cassandra.Client({ contactPoints: ['127.0.0.1:1'], localDataCenter: 'datacenter1' });
}

describe('the driver', () => {
  it('still has what the repairs are made to', () => {
    const made = client();
    const control: unknown = Reflect.get(made, 'controlConnection');
    expect(control).toHaveProperty('_refresh', expect.any(Function));
    repairDriver(made);
    expect(Object.hasOwn(control as object, '_refresh')).toBe(true);
  });

  it('looks for another control connection once at a time, and once more where that was asked for meanwhile', async () => {
    const made = client();
    const control: unknown = Reflect.get(made, 'controlConnection');
    let [under, most, all] = [0, 0, 0];
    const ends: (() => void)[] = [];
    Reflect.set(control as object, '_refresh', async () => {
      all++;
      most = Math.max(most, ++under);
      await new Promise<void>((resolve) => ends.push(resolve));
      under--;
    });
    repairDriver(made);
    const refresh = Reflect.get(control as object, '_refresh') as () => Promise<void>;
    const first = refresh();
    await Promise.all([refresh(), refresh()]);
    expect(all).toBe(1);
    ends[0]?.();
    while (ends.length < 2) await Promise.resolve();
    ends[1]?.();
    await first;
    expect([most, all]).toEqual([1, 2]);
  });

  it('ends a host that it forgets', () => {
    const made = client();
    repairDriver(made);
    const ended: unknown[] = [];
    made.emit('hostRemove', { shutdown: (waitForPending: boolean) => ended.push(waitForPending) });
    expect(ended).toEqual([true]);
  });
});
