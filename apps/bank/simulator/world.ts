// One world: a whole bank, its outside and everything that goes wrong, from an empty journal until all is at rest.
import { createHash } from 'node:crypto';
import { type BookDate, bookDateIn } from '@tallystick/contracts';
import { MemoryStore } from '@tallystick/journal/memory/index';
import type { AccountId } from '@tallystick/ledger-core';
import { contextsOf } from '@tallystick/transport';
import { MemoryRecordStore, MemoryViewStore, MemoryViews } from '@tallystick/views/memory/index';
import { VIEWS_CONSUMER } from '../projections.js';
import { CHECKS } from './at-rest.js';
import {
  type Start,
  type Stores,
  startDue,
  startLedger,
  startTransfers,
  startViews,
  type World,
} from './bank-processes.js';
import { Phones, phoneReader, startEnrichment } from './enrichment-and-feed.js';
import { FaultCounts, RATES } from './faults.js';
import { LedgerNetwork } from './ledgers.js';
import { Incarnation, Machine } from './machine.js';
import { InvariantBroken, Invariants, textOf } from './model/invariants.js';
import { NaiveBank } from './model/naive-bank.js';
import { checkSchedules } from './model/naive-schedules.js';
import { accountOf, Outside } from './outside.js';
import { startScheduledPayments } from './payments-elsewhere.js';
import { BOOK_ZONE, DAY, HOUR, SECOND, WORLD_BEGINS } from './plan.js';
import type { Plant } from './plant.js';
import { Draws, keyed, Random } from './random.js';
import { Scheduler } from './scheduler.js';
import { SnapshotMeddler } from './snapshot-meddler.js';
import { ViewsWatch } from './views-watch.js';
import { workloadOf } from './workload.js';

export interface WorldOptions {
  readonly seed: number;
  readonly plant: Plant;
  /** Indexes of the actions that are taken; all where it is not given. */
  readonly actions?: ReadonlySet<number>;
  /** Virtual microseconds after which nobody asks any more what happens. */
  readonly until?: number;
}

export interface TakenAction {
  readonly index: number;
  /** Virtual microseconds. */
  readonly at: number;
  /** Whose it is; empty for none. */
  readonly accountId: string;
}

export interface WorldResult {
  readonly seed: number;
  readonly events: number;
  readonly steps: number;
  readonly actions: readonly TakenAction[];
  /** SHA-256 over every stored byte, in order. */
  readonly digest: string;
  readonly faults: ReadonlyMap<string, number>;
  readonly commands: ReadonlyMap<string, number>;
  readonly invariants: ReadonlyMap<string, number>;
  readonly broken: InvariantBroken | undefined;
  /** Whether it broke only when all was at rest. */
  readonly brokeAtRest: boolean;
  /** Virtual microseconds when it broke, or when all was at rest. */
  readonly endedAt: number;
}

const bookDate: BookDate = bookDateIn(BOOK_ZONE);
/** What runs in a world; a new process of the bank goes to the end. */
const PROCESSES: Readonly<Record<string, Start>> = {
  'ledger-0': startLedger(0),
  'ledger-1': startLedger(1),
  views: startViews,
  transfers: startTransfers,
  due: startDue,
  enrichment: startEnrichment,
  'scheduled-payments': startScheduledPayments,
};
/** Virtual time without faults after which everything must be at rest. */
const REST_WITHIN = DAY;
/** After the last thing that is waited for: late writes arrive, timers look once more. */
const LINGERS = 6 * HOUR;

/** Runs the world of a seed; the same seed gives the same run, byte for byte. */
export function runWorld(options: WorldOptions): Promise<WorldResult> {
  return new SimulatedWorld(options).run();
}

class SimulatedWorld {
  private readonly scheduler = new Scheduler();
  private readonly faults = new FaultCounts();
  private readonly invariants = new Invariants();
  private readonly stores: Stores = {
    journal: new MemoryStore({ journalId: 'simulated', positionStep: 3n }),
    records: new MemoryRecordStore(),
    views: new MemoryViewStore(),
  };
  private readonly running = new Map<string, Incarnation>();
  private readonly machine: Machine;
  private readonly world: World;
  private readonly bank: NaiveBank;
  private readonly outside: Outside;
  private readonly watch: ViewsWatch;
  private readonly meddler: SnapshotMeddler;
  private readonly digest = createHash('sha256');
  private readonly context = contextsOf('service:outside')('outside', 'outside');
  private seen = 0n;
  private rested = false;
  private readonly phones: Phones;
  private readonly processes: Readonly<Record<string, Start>>;

  constructor(private readonly options: WorldOptions) {
    const { seed, plant } = options;
    const draws = new Draws(keyed(seed, 'faults'));
    this.machine = new Machine(
      this.scheduler,
      draws,
      this.faults,
      (of, draw) => this.died(of, draw),
      () => this.lateWrite(),
    );
    const unexpected = (error: unknown) => this.unexpected(error);
    const network = new LedgerNetwork(this.machine, unexpected);
    this.bank = new NaiveBank(this.invariants, (...of) => this.outside.decided(...of));
    this.outside = new Outside(
      this.machine,
      network,
      this.invariants,
      () => this.bank,
      (accountId) => this.instanceOf(accountId),
      this.context,
    );
    this.watch = new ViewsWatch(this.stores, this.bank, this.invariants);
    this.phones = new Phones(this.bank, this.invariants);
    this.processes = { ...PROCESSES, phones: phoneReader(() => this.phones) };
    this.meddler = new SnapshotMeddler(this.stores, this.machine);
    this.world = {
      machine: this.machine,
      stores: this.stores,
      network,
      plant,
      bookDate,
      trueTime: () => WORLD_BEGINS + BigInt(this.scheduler.now),
      stored: () => this.observe(),
      unexpected,
      instanceOf: (accountId) => this.instanceOf(accountId),
      freshness: this.watch,
      onViewsProgress: (position) => this.watch.reached(position),
    };
  }

  async run(): Promise<WorldResult> {
    const { actions } = workloadOf(this.options.seed, bookDate);
    const taken = actions.filter(({ index }) => this.options.actions?.has(index) ?? true);
    let broken: InvariantBroken | undefined;
    try {
      for (const process of Object.keys(this.processes)) this.start(process);
      for (const action of taken) this.outside.plan(action);
      await this.scheduler.run(() => this.outside.waiting === 0 || this.isOver);
      await this.rest();
    } catch (error) {
      broken = brokenBy(error);
    }
    return {
      seed: this.options.seed,
      events: this.bank.events,
      steps: this.scheduler.taken,
      actions: taken.map((action) => ({ index: action.index, at: action.at, accountId: accountOf(action) ?? '' })),
      digest: this.digest.digest('hex'),
      faults: this.faults.counts,
      commands: this.outside.commands,
      invariants: this.invariants.counts,
      broken,
      brokeAtRest: broken !== undefined && this.rested,
      endedAt: this.scheduler.now,
    };
  }

  private async rest(): Promise<void> {
    this.faults.on = false;
    const latest = this.scheduler.now + REST_WITHIN;
    const views = new MemoryViews(this.stores.views);
    let progress = 0n;
    const isAtRest = () => {
      void views.progress(VIEWS_CONSUMER, 0).then((position) => {
        progress = position;
      });
      const caughtUp = progress === this.stores.journal.head();
      return (
        this.running.size === Object.keys(this.processes).length && caughtUp && this.bank.transfers.underWay === 0n
      );
    };
    await this.scheduler.run(() => isAtRest() || this.isOver || this.scheduler.now > latest);
    const lingering = this.scheduler.now + LINGERS;
    await this.scheduler.run(() => this.isOver || this.scheduler.now > lingering);
    await this.scheduler.run(() => isAtRest() || this.isOver || this.scheduler.now > latest);
    if (this.isOver) return;
    this.rested = true;
    this.invariants.holds('everything comes to rest', isAtRest(), () => [
      'the world',
      'at rest within a day',
      { underWay: this.bank.transfers.underWay, progress, head: this.stores.journal.head() },
    ]);
    const draw = new Random(keyed(this.options.seed, 'at rest'));
    const { stores, bank, invariants, context } = this;
    for (const check of CHECKS) await check({ stores, bank, invariants, draw, context, plant: this.options.plant });
    await this.phones.check(stores, draw);
    this.checkWhatFellDue();
  }

  private get isOver(): boolean {
    return this.scheduler.now > (this.options.until ?? Number.POSITIVE_INFINITY);
  }

  private checkWhatFellDue(): void {
    const due = this.world.trueTime() - BigInt(LINGERS);
    for (const account of this.bank.accounts.values())
      for (const { id, remaining, expiresAt } of account.transactions.values())
        this.invariants.holds('what is due expires', remaining === 0n || expiresAt === null || expiresAt > due, () => [
          id,
          `expired by ${due}`,
          `${remaining} held, due at ${expiresAt}`,
        ]);
    checkSchedules(this.bank.accounts.values(), bookDate(this.world.trueTime()), this.invariants);
  }

  /** Takes down what was stored since it was last called. */
  private observe(): void {
    try {
      for (;;) {
        const events = this.stores.journal.readAll(this.seen, 64);
        for (const recorded of events) {
          this.seen = recorded.position;
          this.digest.update(recorded.eventId).update(recorded.metadata).update(recorded.payload);
          this.bank.record(recorded);
        }
        if (events.length < 64) return;
      }
    } catch (error) {
      this.scheduler.fail(error);
    }
  }

  private lateWrite(): void {
    try {
      this.watch.checkRows();
    } catch (error) {
      this.scheduler.fail(error);
    }
  }

  private start(process: string): void {
    const of = new Incarnation(process);
    this.running.set(process, of);
    if (process === 'views') this.watch.checkRows();
    const started = this.processes[process]?.(this.world, of);
    started?.catch((error: unknown) => of.alive && this.unexpected(error));
  }

  private died(of: Incarnation, draw: Random): void {
    const { process } = of;
    this.running.delete(process);
    this.scheduler.after(draw.between(500, draw.happens(200_000) ? 30 * SECOND : 20_000), () => {
      if (process.startsWith('ledger')) this.meddler.beforeStart(draw);
      this.start(process);
    });
    if (this.machine.strikes(draw, RATES.crashOfAll, 'crash-of-all'))
      for (const other of [...this.running.values()]) this.machine.kill(other, draw);
  }

  /** One instance for each account for a while, so that each has what the other has not seen when it changes. */
  private instanceOf(accountId: AccountId | null): number {
    return keyed(Math.floor(this.scheduler.now / (2 * DAY)), accountId ?? '') % 2;
  }

  private unexpected(error: unknown): void {
    this.scheduler.fail(brokenBy(error));
  }
}

/** Whatever no fault explains breaks the first rule: that only faults stop a process. */
function brokenBy(error: unknown): InvariantBroken {
  if (error instanceof InvariantBroken) return error;
  const found =
    error instanceof Error ? (error.stack ?? error.message).split('\n').slice(0, 4).join(' ') : textOf(error);
  return new InvariantBroken('nothing fails but by a fault', 'a process', 'no error', found);
}
