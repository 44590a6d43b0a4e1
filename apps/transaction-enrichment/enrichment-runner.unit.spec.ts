import { describe, expect, it } from '@jest/globals';
import { EmbeddedBus } from '@tallystick/bus/embedded/index';
import { MemoryJournal } from '@tallystick/journal/memory/index';
import type { AccountId } from '@tallystick/ledger-core';
import { MemoryRecords } from '@tallystick/views/memory/index';
import { contextFor } from '../ledger/ledger-over-memory.suite.js';
import { EnrichedWorld } from './enriched-world.suite.js';
import { EnrichmentRunner } from './enrichment-runner.js';

const ann = 'acc_ann' as AccountId;
const forever = new AbortController().signal;

function runnerOf(of: EnrichedWorld, runsProcesses: boolean): EnrichmentRunner {
  const journal = new MemoryJournal(of.world.store);
  const bus = new EmbeddedBus({ journal, pause: async () => undefined });
  const records = new MemoryRecords(of.world.recordStore);
  return new EnrichmentRunner(
    of.merchants,
    bus,
    journal,
    records,
    () => of.world.now,
    contextFor,
    () => 0,
    runsProcesses,
  );
}

async function paid(...names: string[]): Promise<EnrichedWorld> {
  const of = new EnrichedWorld();
  await of.open(ann);
  for (const name of names) await of.payAndClear(ann, name, name);
  return of;
}

describe.each([true, false])('where processes run: %p', (runsProcesses) => {
  it('all that the journal holds is enriched when it has caught up, and what comes later at the next call', async () => {
    const of = await paid('ALDI', 'IKEA');
    const runner = runnerOf(of, runsProcesses);
    runner.onApplicationBootstrap();
    await runner.catchUp(forever);
    expect(await of.enriched()).toHaveLength(2);
    await of.correct(await of.merchantIdOf('ALDI'), { name: 'Aldi Süd' });
    await of.payAndClear(ann, '3', 'GREGGS');
    const head = await new MemoryJournal(of.world.store).head();
    await Promise.all([runner.catchUp(forever), runner.catchUp(forever)]);
    expect(await of.enriched()).toHaveLength(4);
    expect(runner.progress()).toBeGreaterThanOrEqual(head);
    await runner.onModuleDestroy();
    const again = runnerOf(of, false);
    await again.catchUp(forever);
    expect(await of.enriched()).toHaveLength(4);
  });

  it('the waiting ends with its signal', async () => {
    const of = await paid('ALDI');
    const runner = runnerOf(of, runsProcesses);
    await expect(runner.catchUp(AbortSignal.abort(new Error('enough')))).rejects.toThrow('enough');
    const waiting = new AbortController();
    const caughtUp = runner.catchUp(waiting.signal).catch((error: unknown) => error);
    waiting.abort(new Error('enough'));
    expect(await caughtUp).toEqual(new Error('enough'));
    await runner.onModuleDestroy();
  });
});

describe('a runner that is not asked', () => {
  it('does nothing', async () => {
    const of = await paid('ALDI');
    const runner = runnerOf(of, false);
    runner.onApplicationBootstrap();
    await runner.onModuleDestroy();
    expect(runner.progress()).toBe(0n);
    expect(await of.enriched()).toEqual([]);
  });
});
