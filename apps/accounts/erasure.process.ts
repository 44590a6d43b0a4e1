// Does what follows from erasures, whoever has died since, and keeps it true: an owner may have come or gone, or an account have been
// opened, while a customer was erased. Each step does nothing the second time, so the checkpoint may stay behind.
import type { Delivery } from '@tallystick/bus';
import type { CallContext } from '@tallystick/contracts';
import { decodeMetadata, decodePayload, eventTypeOf } from '@tallystick/events';
import type { RecordedEvent } from '@tallystick/journal';
import type { EventType } from '@tallystick/ledger-core';
import type { Records } from '@tallystick/views';
import { PartitionCheckpoints } from '@tallystick/views/partition-checkpoints';
import type { Erasure } from './erasure.js';

export interface ErasureProcessPorts {
  readonly erasure: Pick<Erasure, 'ofUser' | 'ofAccount' | 'areErased'>;
  readonly records: Records;
  /** For calls that nobody outside waits for. */
  readonly context: () => CallContext;
}

const CAUSES: ReadonlySet<EventType> = new Set<EventType>([
  'UserErased',
  'AccountOpened',
  'AccountOwnerAdded',
  'AccountOwnerRemoved',
]);
const LINGER_MS = 100;
const STRIDE = 20_000n;

export class ErasureProcess {
  readonly name = 'erasures';
  readonly lingerMs = LINGER_MS;
  private readonly checkpoints: PartitionCheckpoints;
  private readonly applied = new Map<number, bigint>();

  constructor(private readonly ports: ErasureProcessPorts) {
    this.checkpoints = new PartitionCheckpoints(ports.records, this.name);
  }

  async resumeAfter(partition: number): Promise<bigint> {
    const position = await this.checkpoints.load(partition);
    this.applied.set(partition, position);
    return position;
  }

  async apply({ partition, events }: Delivery): Promise<void> {
    for (const recorded of events) if (CAUSES.has(eventTypeOf(recorded.payload))) await this.follow(recorded);
    const last = events.at(-1);
    if (last === undefined) return;
    this.applied.set(partition, last.position);
    if (last.position - this.checkpoints.savedAt(partition) >= STRIDE)
      await this.checkpoints.save(partition, last.position);
  }

  /** Moves every checkpoint to where its partition has come. */
  async saveAll(): Promise<void> {
    for (const [partition, position] of this.applied) await this.checkpoints.save(partition, position);
  }

  private async follow({ payload, metadata, position }: RecordedEvent): Promise<void> {
    const { erasure, context } = this.ports;
    const event = decodePayload(payload);
    if (event.type === 'UserErased') return erasure.ofUser(event.userId, position, context());
    const { accountId } = decodeMetadata(metadata);
    if (accountId === null || !('owners' in event)) return;
    // Most accounts have an owner whom nobody has erased: the ledger need not be asked about those.
    if (await erasure.areErased(event.owners)) await erasure.ofAccount(accountId, context());
  }
}
