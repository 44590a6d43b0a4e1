import { describe, expect, it } from '@jest/globals';
import type { AccountId } from '@tallystick/ledger-core';
import { Driven, EnrichedWorld } from './enriched-world.suite.js';

const ann = 'acc_ann' as AccountId;
const bob = 'acc_bob' as AccountId;

describe('accounts in several partitions of the bus', () => {
  const partitionOf = (accountId: AccountId) => (accountId === ann ? 0 : 1);

  it('are each enriched again after a correction, however far apart their partitions are', async () => {
    const of = new EnrichedWorld();
    for (const id of [ann, bob]) await of.open(id);
    await of.payAndClear(ann, '1', 'ALDI');
    await of.payAndClear(bob, '2', 'ALDI');
    await new Driven(of, 5, partitionOf).run(1_000_000, 0);
    await of.correct(await of.merchantIdOf('ALDI'), { name: 'Aldi Süd' });
    await of.payAndClear(bob, '3', 'ALDI');
    // The second partition has seen nothing yet when the first is done with the correction.
    await new Driven(of, 5, partitionOf).run(1_000_000, 0);
    expect((await of.enriched(bob)).length).toBe(0);
    await new Driven(of, 5, partitionOf).run(1, 1);
    const names = [...(await of.newest()).values()].map(({ merchantName }) => merchantName);
    expect(names).toEqual(['Aldi Süd', 'Aldi Süd', 'Aldi Süd']);
    const before = await of.enriched();
    for (const partition of [0, 1]) await new Driven(of, 5, partitionOf).run(1_000_000, partition);
    expect(await of.enriched()).toEqual(before);
  });
});
