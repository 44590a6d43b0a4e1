// Puts into the outbox what webhooks are told of. A delivery of the bus may be repeated at any point: what an event comes to for a webhook
// has one key, however often it is met. Only the outbox is filled here; what is sent, and how often, is the dispatcher's.
import { setImmediate } from 'node:timers/promises';
import type { Delivery as BusDelivery } from '@tallystick/bus';
import type { AccountId } from '@tallystick/ledger-core';
import type { Records } from '@tallystick/views';
import { PartitionCheckpoints } from '@tallystick/views/partition-checkpoints';
import { type Candidate, candidateOf, causeOf } from './causes.js';
import { type Delivery, deliveryIdOf, OVERDUE_MS } from './delivery.js';
import type { DeliveryLog } from './delivery-log.js';
import type { Outbox, Waiting } from './outbox.js';
import type { Registration, Registrations } from './registrations.js';

export interface WebhookProcessPorts {
  readonly records: Records;
  readonly registrations: Pick<Registrations, 'of'>;
  readonly outbox: Outbox;
  readonly log: DeliveryLog;
  /** This process among those that share the records. */
  readonly instance: string;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Told of each delivery that waits from now on. */
  readonly entered: (waiting: Waiting, accountId: AccountId) => void;
  /** Told of a partition that this process is given, before anything of it is delivered. */
  readonly taken: (partition: number) => Promise<void>;
}

interface Entry {
  readonly waiting: Waiting;
  readonly delivery: Delivery;
}

/** How far the checkpoint may stay behind: what is delivered again costs little, a durable write for every delivery costs more. */
const STRIDE = 2_000n;
const LINGER_MS = 25;
const ACCOUNTS_AT_ONCE = 64;
const ENTRIES_AT_ONCE = 64;
/** After which the rest of the process has its turn: the journal's first reading is long. */
const TURN = 500;

export class WebhookProcess {
  readonly name = 'webhooks';
  readonly lingerMs = LINGER_MS;
  private readonly checkpoints: PartitionCheckpoints;
  private readonly applied = new Map<number, bigint>();

  constructor(private readonly ports: WebhookProcessPorts) {
    this.checkpoints = new PartitionCheckpoints(ports.records, this.name);
  }

  async resumeAfter(partition: number): Promise<bigint> {
    const position = await this.checkpoints.load(partition);
    this.applied.set(partition, position);
    await this.ports.taken(partition);
    return position;
  }

  async apply({ partition, events }: BusDelivery): Promise<void> {
    const last = events.at(-1);
    if (last === undefined) return;
    const candidates: Candidate[] = [];
    for (const [i, recorded] of events.entries()) {
      const candidate = candidateOf(recorded);
      if (candidate !== undefined) candidates.push(candidate);
      if (i % TURN === TURN - 1) await setImmediate();
    }
    await this.enter(partition, candidates);
    this.applied.set(partition, last.position);
    if (last.position - this.checkpoints.savedAt(partition) >= STRIDE) await this.save(partition);
  }

  /** Moves every checkpoint to where its partition has come. */
  async saveAll(): Promise<void> {
    for (const partition of this.applied.keys()) await this.save(partition);
  }

  private async save(partition: number): Promise<void> {
    await this.checkpoints.save(partition, this.applied.get(partition) ?? 0n);
  }

  private async enter(partition: number, candidates: readonly Candidate[]): Promise<void> {
    const registered = await this.registrationsOf(new Set(candidates.map(({ accountId }) => accountId)));
    let entries: Entry[] = [];
    for (const candidate of candidates) {
      entries.push(...this.entriesOf(partition, candidate, registered.get(candidate.accountId) ?? []));
      if (entries.length < ENTRIES_AT_ONCE) continue;
      await this.insert(entries);
      entries = [];
    }
    await this.insert(entries);
  }

  private async registrationsOf(
    accountIds: ReadonlySet<AccountId>,
  ): Promise<ReadonlyMap<AccountId, readonly Registration[]>> {
    const found = new Map<AccountId, readonly Registration[]>();
    const left = [...accountIds];
    while (left.length > 0) {
      const some = left.splice(0, ACCOUNTS_AT_ONCE);
      const read = await Promise.all(some.map((accountId) => this.ports.registrations.of(accountId)));
      for (const [i, accountId] of some.entries()) {
        const registrations = read[i];
        if (registrations !== undefined && registrations.length > 0) found.set(accountId, registrations);
      }
    }
    return found;
  }

  private entriesOf(partition: number, candidate: Candidate, registrations: readonly Registration[]): Entry[] {
    const { recorded, accountId, recordedAt } = candidate;
    const { position, eventId } = recorded;
    const wanting = registrations.filter((registration) => position > BigInt(registration.position));
    const cause = wanting.length === 0 ? undefined : causeOf(candidate);
    if (cause === undefined) return [];
    const { type, transactionId } = cause;
    const { instance, now } = this.ports;
    const dueMs = now();
    return wanting
      .filter(({ types }) => types.includes(type))
      .map(({ id: webhookId }) => ({
        waiting: { partition, webhookId, dueMs, position },
        delivery: {
          id: deliveryIdOf(webhookId, position, eventId),
          webhookId,
          accountId,
          transactionId,
          type,
          position: String(position),
          atMs: Number(recordedAt / 1_000n),
          state: 'waiting',
          tries: 0,
          attempts: [],
          dueMs,
          holder: instance,
          heldUntilMs: dueMs + OVERDUE_MS,
        },
      }));
  }

  /** The outbox first: an entry without its delivery is dropped, a delivery without its entry would wait for ever. */
  private async insert(entries: readonly Entry[]): Promise<void> {
    const { outbox, log, entered } = this.ports;
    await Promise.all(
      entries.map(async ({ waiting, delivery }) => {
        const met = await log.get(waiting.webhookId, waiting.position);
        if (met !== undefined) {
          // A delivery that was stored long after its entry may have lost it.
          if (met.value.state === 'waiting') await outbox.add({ ...waiting, dueMs: met.value.dueMs });
          return;
        }
        await outbox.add(waiting);
        await log.insert(delivery);
        entered(waiting, delivery.accountId);
      }),
    );
  }
}
