import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { EmbeddedBus } from '@tallystick/bus/embedded/index';
import { encodeEvent } from '@tallystick/events';
import { NO_STREAM } from '@tallystick/journal';
import { MemoryJournal, MemoryStore } from '@tallystick/journal/memory/index';
import type { AccountId, LocalDate } from '@tallystick/ledger-core';
import { mapping, type TableDefinition, type ViewReader } from '@tallystick/views';
import { MemoryViewStore, MemoryViews } from '@tallystick/views/memory/index';
import { Projecting } from './projecting.js';
import { until } from './services.suite.js';

const table: TableDefinition = {
  name: 'frozen',
  partitionKey: ['stream'],
  clusteringKey: [],
  keys: { stream: 'text' },
  groups: { frozen: { reason: 'text' } },
};

const frozen = mapping({
  name: 'frozen',
  tables: [table],
  handles: ['AccountFrozen'],
  project({ event, metadata, position }, out) {
    if (event.type !== 'AccountFrozen') return;
    out.push({ table, group: 'frozen', row: { stream: metadata.stream, reason: event.reason }, position });
  },
});

/** Generations of one keyspace, in memory. */
class Generations {
  readonly stores: MemoryViewStore[] = [new MemoryViewStore()];
  liveOne = 1;
  hasOurTables = true;

  views(generation: number): MemoryViews {
    const store = this.stores[generation - 1];
    if (store === undefined) throw new Error(`there is no generation ${generation}`);
    return new MemoryViews(store);
  }

  async live(): Promise<number> {
    return this.liveOne;
  }

  async has(): Promise<boolean> {
    return this.hasOurTables;
  }

  /** A new one, filled up to so many events, and live. */
  async switchToNext(fill: (views: MemoryViews) => Promise<void>): Promise<void> {
    this.stores.push(new MemoryViewStore());
    const views = this.views(this.stores.length);
    await views.prepare([table]);
    await fill(views);
    this.liveOne = this.stores.length;
  }
}

let made = 0;
let journal: MemoryJournal;
let generations: Generations;
let stopping: AbortController;
let running: Promise<void>;
let projecting: Projecting;
let reported: string[];
let switches: number;

beforeEach(async () => {
  journal = new MemoryJournal(new MemoryStore({ journalId: 'j', positionStep: 1n }));
  generations = new Generations();
  stopping = new AbortController();
  reported = [];
  switches = 0;
  projecting = new Projecting({
    consumer: 'view',
    projections: [frozen],
    keyspace: { views: generations.views(1), generations },
    bus: new EmbeddedBus({ journal, pause: async () => undefined }),
    onProgress: () => undefined,
    onSwitched: () => switches++,
    report: (error) => reported.push(String(error)),
    lookMs: 5,
  });
  await projecting.prepare();
  running = projecting.run(stopping.signal);
});

afterEach(async () => {
  stopping.abort();
  await running;
  await journal.close();
});

/** Freezes an account of its own; the event's position. */
async function freeze(reason: string): Promise<bigint> {
  const stream = `account-${made++}`;
  const event = encodeEvent(
    { type: 'AccountFrozen', reason },
    {
      type: 'AccountFrozen',
      schemaVersion: 1,
      stream,
      revision: 0n,
      accountId: stream as AccountId,
      transactionId: null,
      commandId: stream,
      contentHash: '',
      source: 'test',
      correlationId: 'test',
      causationId: null,
      traceparent: null,
      effectiveAt: 0n,
      recordedAt: 0n,
      localDate: '2026-01-01' as LocalDate,
      actor: 'test',
    },
    0,
  );
  return (await journal.append(stream, NO_STREAM, [event])).position;
}

async function reasonsIn(views: Pick<ViewReader, 'scan'>): Promise<unknown[]> {
  const reasons: unknown[] = [];
  for await (const rows of views.scan(table)) for (const row of rows) reasons.push(row.reason);
  return reasons.sort();
}

const reached = (position: bigint) =>
  until('the view is there', async () =>
    (await projecting.reader.progress('view', 0)) >= position ? true : undefined,
  );

describe('a view whose generation is switched while it is kept', () => {
  it('goes on in the new one where that one is, and is read from there', async () => {
    const first = await freeze('one');
    await reached(await freeze('two'));
    await generations.switchToNext(async (views) => {
      const row = { stream: 'account-filled', reason: 'filled' };
      await views.apply([{ table, group: 'frozen', row, position: first }], {
        consumer: 'view',
        partition: 0,
        position: first,
      });
    });
    await until('it has switched', () => (switches === 1 ? true : undefined));
    await reached(await freeze('three'));
    expect(await reasonsIn(projecting.reader)).toEqual(['filled', 'three', 'two']);
    expect(await reasonsIn(generations.views(1))).toEqual(['one', 'two']);
    expect(reported).toEqual(['the views go on in generation 2; this was generation 1']);
  });

  it('stays where the new one has other tables, and says so once', async () => {
    generations.hasOurTables = false;
    await generations.switchToNext(async () => undefined);
    await until('it says so', () => (reported.length > 0 ? true : undefined));
    await reached(await freeze('one'));
    expect(await reasonsIn(projecting.reader)).toEqual(['one']);
    expect(switches).toBe(0);
    expect(reported).toEqual(['generation 2 of the views has other tables than this program: it stays with 1']);
  });
});
