import { describe, expect, it } from '@jest/globals';
import { encodeEvent, schemaVersionOf } from '@tallystick/events';
import type { AccountId, EventMetadata, LedgerEvent, LocalDate } from '@tallystick/ledger-core';
import { MemoryViewStore, MemoryViews } from './memory/index.js';
import type { TableDefinition, Upsert } from './port.js';
import { mapping, type Projection } from './projection.js';
import { type DeliveredEvent, Projector } from './projector.js';

const table: TableDefinition = {
  name: 'frozen',
  partitionKey: ['account_id'],
  clusteringKey: [],
  keys: { account_id: 'text' },
  groups: { status: { reason: 'text', at: 'instant' } },
};

/** Which reason an account was frozen for last. */
const frozen: Projection = mapping({
  name: 'frozen',
  tables: [table],
  handles: ['AccountFrozen'],
  project({ event, metadata, position }, out) {
    if (event.type !== 'AccountFrozen') throw new Error(`given a ${event.type}`);
    const row = { account_id: metadata.accountId, reason: event.reason, at: metadata.recordedAt };
    out.push({ table, group: 'status', row, position });
  },
});

function delivered(position: bigint, event: LedgerEvent, account = 'acc_1'): DeliveredEvent {
  const metadata: EventMetadata = {
    type: event.type,
    schemaVersion: schemaVersionOf(event.type),
    stream: `account-${account}`,
    revision: position,
    accountId: account as AccountId,
    transactionId: null,
    commandId: `spec/${position}`,
    contentHash: '',
    source: 'spec',
    correlationId: '',
    causationId: null,
    traceparent: null,
    effectiveAt: position,
    recordedAt: position,
    localDate: '2026-05-01' as LocalDate,
    actor: 'spec',
  };
  return { position, ...encodeEvent(event, metadata, 0) };
}

const frozenAt = (position: bigint, account?: string) =>
  delivered(position, { type: 'AccountFrozen', reason: `at ${position}` }, account);
const unfrozenAt = (position: bigint) => delivered(position, { type: 'AccountUnfrozen' });

class CountingViews extends MemoryViews {
  applied = 0;
  failures = 0;

  override async apply(...[upserts, progress]: Parameters<MemoryViews['apply']>): Promise<void> {
    this.applied += upserts.length;
    if (this.failures > 0) {
      this.failures--;
      throw new Error('the disk is full');
    }
    await super.apply(upserts, progress);
  }
}

async function opened(projections: readonly Projection[] = [frozen], store = new MemoryViewStore()) {
  const views = new CountingViews(store);
  const progress: [number, bigint][] = [];
  const projector = new Projector('views', views, projections, (...of) => progress.push(of));
  await projector.prepare();
  const apply = (...events: DeliveredEvent[]) => projector.apply({ partition: 0, events });
  const row = (account = 'acc_1') => views.get(table, { account_id: account });
  return { store, views, projector, progress, apply, row };
}

describe('a projector', () => {
  it('gives its projections the events that they handle, and stores how far it came with the rows', async () => {
    const { projector, views, progress, apply, row } = await opened();
    expect(await projector.resumeAfter(0)).toBe(0n);
    await apply(unfrozenAt(3n), frozenAt(6n), unfrozenAt(9n));
    expect(await row()).toMatchObject({ reason: 'at 6', at: 6n });
    expect(views.applied).toBe(1);
    expect(progress).toEqual([[0, 9n]]);
    expect(await projector.resumeAfter(0)).toBe(9n);
  });

  it('moves on where nothing was for it, and not where nothing came', async () => {
    const { views, progress, apply } = await opened();
    await apply(unfrozenAt(3n));
    await apply();
    expect(progress).toEqual([[0, 3n]]);
    expect(await views.progress('views', 0)).toBe(3n);
  });

  it('passes over what it applied before, in whole or in part', async () => {
    const { views, progress, apply } = await opened();
    await apply(frozenAt(3n), frozenAt(6n));
    await apply(frozenAt(3n), frozenAt(6n));
    await apply(frozenAt(6n), frozenAt(9n));
    expect(views.applied).toBe(3);
    expect(progress).toEqual([
      [0, 6n],
      [0, 9n],
    ]);
  });

  it('goes on in another process where the rows are', async () => {
    const { store, apply } = await opened();
    await apply(frozenAt(3n));
    const other = await opened([frozen], store);
    expect(await other.projector.resumeAfter(0)).toBe(3n);
    await other.apply(frozenAt(3n), frozenAt(6n));
    expect(other.views.applied).toBe(1);
    expect(await other.row()).toMatchObject({ reason: 'at 6' });
  });

  it('keeps its partitions apart', async () => {
    const { projector, apply, row } = await opened();
    await projector.apply({ partition: 1, events: [frozenAt(9n, 'acc_2')] });
    await apply(frozenAt(3n));
    expect(await row()).toMatchObject({ reason: 'at 3' });
    expect(await projector.resumeAfter(0)).toBe(3n);
    expect(await projector.resumeAfter(1)).toBe(9n);
  });

  it('tells of no progress that was not stored, and applies the same again', async () => {
    const { views, progress, apply, row } = await opened();
    views.failures = 1;
    await expect(apply(frozenAt(3n))).rejects.toThrow('the disk is full');
    expect(progress).toEqual([]);
    expect(await row()).toBeUndefined();
    await apply(frozenAt(3n));
    expect(progress).toEqual([[0, 3n]]);
    expect(await row()).toMatchObject({ reason: 'at 3' });
  });

  it('opens a projection again, from the rows, after it failed', async () => {
    let opens = 0;
    let inMemory = 0;
    /** Counts an account's freezes in memory, from its row on. */
    const counting: Projection = {
      ...frozen,
      open: (reader) => {
        opens++;
        let counted: bigint | undefined;
        return {
          async apply(events, out: Upsert[]) {
            counted ??= ((await reader.get(table, { account_id: 'acc_1' }))?.at as bigint | undefined) ?? 0n;
            for (const { position } of events) {
              counted++;
              inMemory++;
              const row = { account_id: 'acc_1', reason: '', at: counted };
              out.push({ table, group: 'status', row, position });
            }
          },
        };
      },
    };
    const { views, apply, row } = await opened([counting]);
    await apply(frozenAt(3n));
    views.failures = 1;
    await expect(apply(frozenAt(6n), frozenAt(9n))).rejects.toThrow();
    await apply(frozenAt(6n), frozenAt(9n));
    expect(await row()).toMatchObject({ at: 3n });
    expect([opens, inMemory]).toEqual([2, 5]);
  });

  it('decodes an event once for all its projections', async () => {
    const seen: unknown[] = [];
    const other: Projection = mapping({
      ...frozen,
      name: 'other',
      tables: [],
      handles: ['AccountFrozen'],
      project: (each) => void seen.push(each),
    });
    const twin: Projection = mapping({
      ...frozen,
      name: 'twin',
      tables: [],
      handles: ['AccountFrozen'],
      project: (each) => void seen.push(each),
    });
    const { apply } = await opened([other, twin]);
    await apply(frozenAt(3n));
    expect(seen).toHaveLength(2);
    expect(seen[0]).toBe(seen[1]);
  });
});
