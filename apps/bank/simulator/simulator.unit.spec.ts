import { describe, expect, it } from '@jest/globals';
import { NOTHING_PLANTED, PLANTS } from './plants.js';
import { seedOf, simulate, UnknownPlant } from './simulate.js';
import { runWorld } from './world.js';

const SEED = 7;
/** Each runs worlds of a few thousand events. */
/** A planted bug that stays hidden for longer is not found. */
const FOUND_WITHIN_EVENTS = 50_000;

function simulated(options: Partial<Parameters<typeof simulate>[0]>) {
  return simulate({
    seed: SEED,
    events: 1,
    shrinkForMs: 0,
    now: () => performance.now(),
    signal: new AbortController().signal,
    onProgress: () => undefined,
    ...options,
  });
}

describe('a seed', () => {
  it('gives the same run, byte for byte', async () => {
    const options = { seed: seedOf(SEED, 1), plant: NOTHING_PLANTED };
    const [first, second] = [await runWorld(options), await runWorld(options)];
    expect(second).toEqual(first);
    expect(first.broken).toBeUndefined();
  });

  it.each([1, 2, 3])('%d breaks nothing, with every fault that there is', async (seed) => {
    const { broken, invariants, events } = await simulated({ seed });
    expect(broken).toBeUndefined();
    expect(invariants.get('an acknowledged command has exactly one effect')).toBeGreaterThanOrEqual(events);
  });
});

describe('a bank with a planted bug', () => {
  it.each([...PLANTS])(`that breaks a rule (%s) is caught`, async (plant) => {
    const { broken } = await simulated({ plant, events: FOUND_WITHIN_EVENTS });
    expect(broken?.afterEvents).toBeLessThanOrEqual(FOUND_WITHIN_EVENTS);
  });

  it('fails again with the fewest actions found, and in the same way', async () => {
    const { broken } = await simulated({ plant: 'receives-twice', shrinkForMs: 8_000 });
    if (broken === undefined) throw new Error('it was not found');
    expect(broken.actions.length).toBeLessThan(broken.actionsBefore / 4);
    const { world, invariant, where, expected, found, actions } = broken;
    const again = await simulated({ plant: 'receives-twice', world, actions: new Set(actions) });
    expect(again.broken?.invariant).toBe(invariant);
    const once = await simulated({ plant: 'receives-twice', world, actions: new Set(actions) });
    expect(once).toEqual({ ...again, milliseconds: once.milliseconds });
    expect([where, expected, found].every((text) => text.length > 0)).toBe(true);
  });

  it('has a name that is known', async () => {
    await expect(simulated({ plant: 'no-such-bug' })).rejects.toThrow(UnknownPlant);
  });
});
