import { beforeEach, describe, expect, it } from '@jest/globals';
import { ManualTime } from '../manual-time.suite.js';
import { InstanceHealth } from './instance-health.js';
import { hashOf, ownerOf } from './rendezvous.js';
import { defaultCallSettings } from './settings.js';

describe('an instance', () => {
  let time: ManualTime;
  let health: InstanceHealth;
  const times = (count: number, what: () => unknown) => Array.from({ length: count }, what);

  beforeEach(() => {
    time = new ManualTime();
    health = new InstanceHealth(defaultCallSettings, time);
  });

  it('fails too often after failures in a row', () => {
    expect(times(5, () => health.failed())).toEqual([false, false, false, false, true]);
  });

  it('does not with a success between', () => {
    times(4, () => health.failed());
    health.succeeded();
    expect(health.failed()).toBe(false);
  });

  it('fails too often where half of many calls fail', () => {
    const outcomes = times(20, () => {
      health.succeeded();
      return health.failed();
    });
    expect(outcomes.indexOf(true)).toBe(9);
  });

  it('is not judged by what is long past', () => {
    times(19, () => {
      health.succeeded();
      health.failed();
    });
    time.advance(10_000);
    health.succeeded();
    expect(health.failed()).toBe(false);
  });

  it('is left alone for longer each time, and comes back with a probe that succeeds', () => {
    const waits: number[] = [];
    for (let round = 0; round < 6; round++) {
      if (round === 0) health.eject();
      else health.probed(false);
      const since = time.now();
      while (!health.isProbeDue()) time.advance(500);
      waits.push(time.now() - since);
    }
    expect(waits).toEqual([1000, 2000, 4000, 8000, 16_000, 30_000]);
    expect(health.isEjected()).toBe(true);
    health.probed(true);
    expect(health.isEjected()).toBe(false);
    expect(health.isProbeDue()).toBe(false);
  });

  it('is left alone for a short time again after it was well for long', () => {
    health.eject();
    health.probed(false);
    health.probed(true);
    time.advance(60_001);
    health.eject();
    time.advance(1000);
    expect(health.isProbeDue()).toBe(true);
  });
});

describe('accounts over instances', () => {
  const instances = ['10.0.0.1:9', '10.0.0.2:9', '10.0.0.3:9'].map((id) => ({ id, seed: hashOf(id) }));
  const accounts = Array.from({ length: 3000 }, (_, index) => `acc_0000${index}`);

  it('are spread evenly', () => {
    for (const instance of instances) {
      const owned = accounts.filter((account) => ownerOf(account, instances) === instance).length;
      expect(owned).toBeGreaterThan(900);
      expect(owned).toBeLessThan(1100);
    }
  });

  it('stay where they are when another instance goes', () => {
    const [gone, ...left] = instances;
    for (const account of accounts) {
      const owner = ownerOf(account, instances);
      if (owner !== gone) expect(ownerOf(account, left)).toBe(owner);
    }
  });
});
