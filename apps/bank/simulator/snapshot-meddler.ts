// Snapshots are disposable records: here, gone or old when a ledger starts, and written at odd times.
import type { VersionedRecord } from '@tallystick/views';
import type { Stores } from './bank-processes.js';
import { RATES } from './faults.js';
import type { Machine } from './machine.js';
import type { Random } from './random.js';

const COLLECTION = 'account-snapshots-';

export class SnapshotMeddler {
  private old: ReadonlyMap<string, VersionedRecord> | undefined;

  constructor(
    private readonly stores: Stores,
    private readonly machine: Machine,
  ) {}

  /** A ledger is about to start. */
  beforeStart(draw: Random): void {
    const snapshots = this.snapshots();
    if (snapshots === undefined || snapshots.size === 0) return;
    const { old } = this;
    this.old = new Map(snapshots);
    if (this.machine.strikes(draw, RATES.absentSnapshot, 'absent-snapshot')) snapshots.clear();
    else if (old !== undefined && this.machine.strikes(draw, RATES.staleSnapshot, 'stale-snapshot'))
      for (const [accountId, record] of old) snapshots.set(accountId, record);
  }

  private snapshots(): Map<string, VersionedRecord> | undefined {
    for (const [name, records] of this.stores.records.collections) if (name.startsWith(COLLECTION)) return records;
    return undefined;
  }
}
