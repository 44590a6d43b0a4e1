// The processes of the bank: how each is started anew on the same stores after it died.

import type { Consumer, Delivery } from '@tallystick/bus';
import { EmbeddedBus, type Failure } from '@tallystick/bus/embedded/index';
import { type BookDate, bookTimeIn } from '@tallystick/contracts';
import { JournalUnavailable, RevisionConflict } from '@tallystick/journal';
import { MemoryJournal, type MemoryStore } from '@tallystick/journal/memory/index';
import type { AccountId, Micros } from '@tallystick/ledger-core';
import { CallFailed, contextsOf } from '@tallystick/transport';
import { type Freshness, Projector } from '@tallystick/views';
import {
  type MemoryRecordStore,
  MemoryRecords,
  type MemoryViewStore,
  MemoryViews,
} from '@tallystick/views/memory/index';
import { AccountStreams } from '../../ledger/account-streams.js';
import { accountAggregate } from '../../ledger/aggregate.js';
import { DueTimer } from '../../ledger/due.timer.js';
import { DuePaymentsTimer } from '../../ledger/due-payments.timer.js';
import { Ledger } from '../../ledger/ledger.js';
import { TransferProcess } from '../../ledger/transfer.process.js';
import { projections, VIEWS_CONSUMER } from '../projections.js';
import { RATES } from './faults.js';
import { type LedgerNetwork, skewedClock } from './ledgers.js';
import { Incarnation, type Machine } from './machine.js';
import { BOOK_ZONE } from './plan.js';
import type { Plant } from './plant.js';
import { MachineJournal, MachineRecords, MachineViews, StoreUnavailable } from './ports.js';

/** What outlives every process. */
export interface Stores {
  readonly journal: MemoryStore;
  readonly records: MemoryRecordStore;
  readonly views: MemoryViewStore;
}

export interface World {
  readonly machine: Machine;
  readonly stores: Stores;
  readonly network: LedgerNetwork;
  readonly plant: Plant;
  readonly bookDate: BookDate;
  readonly trueTime: () => Micros;
  /** Called after every append that stored something. */
  readonly stored: () => void;
  /** Told of what no fault explains. */
  readonly unexpected: (error: unknown) => void;
  readonly instanceOf: (accountId: AccountId | null) => number;
  readonly freshness: Freshness;
  readonly onViewsProgress: (position: bigint) => void;
}

/** Few enough that snapshots are taken and used in a world of a few thousand events. */
const FOLDED_BEFORE_SNAPSHOT = 150;
const CACHE_WEIGHT = 100_000;
const DUE_PERIOD = 2 * 3_600_000_000;
const LINGER_MS = 10;
const PAUSE_MS_MOST = 2_000;
const context = contextsOf('service:simulated');

export type Start = (world: World, of: Incarnation) => Promise<void> | void;

/** The journal and the records, as this run of a process sees them. */
export function portsOf(world: World, of: Incarnation) {
  const { machine, stores } = world;
  const inner = new MemoryJournal(stores.journal);
  const journal = new MachineJournal(machine, of, inner, world.stored);
  // Its subscriptions end with it.
  of.mourners.add(() => void inner.close());
  return { journal, records: new MachineRecords(machine, of, new MemoryRecords(stores.records)) };
}

export function startLedger(instance: number): Start {
  return (world, of) => {
    const { machine, stores, plant } = world;
    // Not closed with the process: what was under way to it may still arrive.
    const inner = new MemoryJournal(stores.journal);
    const journal = new MachineJournal(machine, of, plant.journal?.(inner) ?? inner, world.stored);
    const kept = new MemoryRecords(stores.records);
    const records = new MachineRecords(machine, of, plant.records?.(kept, inner) ?? kept);
    const streamsPorts = {
      journal,
      records,
      clock: skewedClock(machine, of, world.trueTime),
      pause: (attempt: number) => machine.pause(of, 1_000 * 2 ** attempt),
      cacheWeight: CACHE_WEIGHT,
      foldedBeforeSnapshot: FOLDED_BEFORE_SNAPSHOT,
    };
    const aggregate = plant.aggregate?.(accountAggregate) ?? accountAggregate;
    const streams = new AccountStreams(streamsPorts, aggregate);
    world.network.instances[instance] = { of, streams, handlers: new Ledger(streamsPorts, streams) };
    of.mourners.add(() => {
      world.network.instances[instance] = undefined;
    });
  };
}

export const startViews: Start = async (world, of) => {
  const { machine, stores, plant } = world;
  const { journal } = portsOf(world, of);
  const inner = new MemoryViews(stores.views);
  const views = new MachineViews(machine, of, plant.views?.(inner) ?? inner);
  const all = plant.projections?.(projections) ?? projections;
  const projector = new Projector(VIEWS_CONSUMER, views, all, (_, position) => {
    if (of.alive) world.onViewsProgress(position);
  });
  await projector.prepare();
  await consume(world, of, journal, projector);
};

export const startTransfers: Start = async (world, of) => {
  const { journal, records } = portsOf(world, of);
  const client = world.network.clientOf(of, world.instanceOf);
  const ledger = world.plant.transferLedger?.(client) ?? client;
  const clock = skewedClock(world.machine, of, world.trueTime);
  const process = new TransferProcess(ledger, records, context, { clock, localDateOf: world.bookDate });
  await consume(world, of, journal, process);
};

export const startDue: Start = async (world, of) => {
  const { machine, stores, freshness } = world;
  const { records } = portsOf(world, of);
  const ports = {
    ledger: world.network.clientOf(of, world.instanceOf),
    views: new MachineViews(machine, of, new MemoryViews(stores.views)),
    freshness,
    records,
    clock: skewedClock(machine, of, world.trueTime),
    localDateOf: world.bookDate,
    contextFor: context,
  };
  const timers = [new DueTimer(ports), new DuePaymentsTimer({ ...ports, bookTimeOf: bookTimeIn(BOOK_ZONE) })];
  const { signal } = new AbortController();
  for (;;) {
    await machine.pause(of, DUE_PERIOD);
    for (const timer of timers) await timer.run(signal).catch((error: unknown) => explained(world, error));
  }
};

/** Runs a consumer on the bus for as long as its process lives. */
export async function consume(
  world: World,
  of: Incarnation,
  journal: MachineJournal,
  consumer: Consumer,
): Promise<void> {
  const bus = new EmbeddedBus({
    journal,
    pause: (milliseconds) => world.machine.pause(of, Math.min(milliseconds, PAUSE_MS_MOST) * 1_000),
    lingerMs: LINGER_MS,
    onFailure: ({ error }: Failure) => explained(world, error),
  });
  const planted = world.plant.consumer?.(consumer) ?? consumer;
  await bus.run(new RedeliveredTo(world, of, planted), new AbortController().signal);
}

/** A bus that delivers at least once, and now and then more often. */
class RedeliveredTo implements Consumer {
  readonly name: string;

  constructor(
    private readonly world: World,
    private readonly of: Incarnation,
    private readonly inner: Consumer,
  ) {
    this.name = inner.name;
  }

  async resumeAfter(partition: number): Promise<bigint> {
    const { machine, stores } = this.world;
    const position = await this.inner.resumeAfter(partition);
    const draw = machine.draw(`resume ${this.name} ${position}`);
    if (!machine.strikes(draw, RATES.redeliveryFromBefore * 5, 'redelivery-from-before')) return position;
    const before = position - BigInt(draw.below(60));
    // A position that exists: the one before the first event after it.
    return before <= 0n ? 0n : (stores.journal.readAll(before, 1)[0]?.position ?? position) - 1n;
  }

  async apply(delivery: Delivery): Promise<void> {
    const { machine } = this.world;
    await this.inner.apply(delivery);
    const draw = machine.draw(`again ${this.name} ${delivery.events[0]?.position}`);
    if (!machine.strikes(draw, RATES.repeatedDelivery, 'repeated-delivery')) return;
    await machine.pause(this.of, draw.below(20_000));
    await this.inner.apply(delivery);
  }
}

/** A fault is to be expected; anything else is a bug. */
function explained(world: World, error: unknown): void {
  const operational =
    (error instanceof CallFailed && error.retryable) ||
    error instanceof JournalUnavailable ||
    error instanceof RevisionConflict ||
    error instanceof StoreUnavailable;
  if (!operational) world.unexpected(error);
}
