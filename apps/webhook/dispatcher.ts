// Decides which delivery is attempted next. Each webhook with work is a lane; lanes that have something due take turns, one attempt a turn,
// so that a long backlog holds up its own webhook alone. What waits is in the outbox: a lane knows when to look, not what there is.
import type { Time } from '@tallystick/transport';
import type { Attempts, Claimed } from './attempts.js';
import type { Outbox, Waiting } from './outbox.js';
import type { Registrations } from './registrations.js';
import type { Slot, Slots } from './slots.js';

export interface DispatcherPorts {
  readonly attempts: Pick<Attempts, 'claim' | 'make'>;
  readonly outbox: Outbox;
  readonly registrations: Pick<Registrations, 'find'>;
  readonly slots: Slots;
  readonly time: Time;
  readonly report: (error: unknown) => void;
}

interface Lane {
  readonly key: string;
  readonly partition: number;
  readonly webhookId: string;
  /** Undefined until it was looked up. */
  host: string | undefined;
  /** What is left of it is due from then on. */
  fromMs: number;
  /** The same while it is read, and `fromMs` is found anew. */
  readFromMs: number;
  /** When to look at it, in milliseconds since 1970. */
  lookMs: number;
  /** After trouble of our own. */
  restsUntilMs: number;
  isReading: boolean;
  /** Something came while it was read. */
  isTouched: boolean;
  /** Positions of what is attempted now. */
  readonly flying: Set<bigint>;
}

const TICK_MS = 250;
const TROUBLE_MS = 5_000;
/** Of entries that are due and another instance's: what comes after so many is looked at another time. */
const PASSED_MAX = 64;
const NOWHERE = '';
const NEVER = Number.POSITIVE_INFINITY;

export class Dispatcher {
  private readonly lanes = new Map<string, Lane>();
  /** Lanes to be looked at as soon as there is a slot, in the order of their turns. */
  private readonly ready = new Set<Lane>();
  private readonly flights = new Set<Promise<void>>();
  private readonly stopping = new AbortController();
  private stopTimer = () => {};
  private isOpen = false;

  constructor(private readonly ports: DispatcherPorts) {}

  start(): void {
    this.isOpen = true;
    this.stopTimer = this.ports.time.every(TICK_MS, () => this.tick());
    this.pump();
  }

  /**
   * Begins nothing new; resolves when nothing is under way.
   * @param patience after which attempts are given up: they are made again at the next start
   */
  async stop(patience: Promise<void>): Promise<void> {
    this.isOpen = false;
    this.stopTimer();
    const landed = Promise.all(this.flights);
    await Promise.race([landed, patience]);
    this.stopping.abort(new Error('stopped'));
    await landed;
  }

  /** Something waits. */
  entered({ partition, webhookId, dueMs }: Omit<Waiting, 'position'>): void {
    const lane = this.laneOf(partition, webhookId);
    lane.fromMs = Math.min(lane.fromMs, dueMs);
    lane.lookMs = Math.min(lane.lookMs, dueMs);
    lane.isTouched = true;
    if (dueMs > this.ports.time.now()) return;
    this.ready.add(lane);
    this.pump();
  }

  /** Finds what waits in a partition, whoever put it there. */
  async discover(partition: number): Promise<void> {
    for await (const waiting of this.ports.outbox.webhooks(partition)) this.entered(waiting);
  }

  /** The lanes that have something waiting, each with the time from which on. */
  known(): { readonly partition: number; readonly webhookId: string; readonly fromMs: number }[] {
    return [...this.lanes.values()].map(({ partition, webhookId, fromMs, readFromMs }) => ({
      partition,
      webhookId,
      fromMs: Math.min(fromMs, readFromMs),
    }));
  }

  private laneOf(partition: number, webhookId: string): Lane {
    const key = `${partition}/${webhookId}`;
    let lane = this.lanes.get(key);
    if (lane !== undefined) return lane;
    const times = { fromMs: NEVER, readFromMs: NEVER, lookMs: NEVER, restsUntilMs: 0 };
    const flying = new Set<bigint>();
    lane = { key, partition, webhookId, host: undefined, ...times, isReading: false, isTouched: false, flying };
    this.lanes.set(key, lane);
    return lane;
  }

  private tick(): void {
    const now = this.ports.time.now();
    for (const lane of this.lanes.values()) if (lane.lookMs <= now) this.ready.add(lane);
    this.pump();
  }

  private pump(): void {
    if (!this.isOpen) return;
    const now = this.ports.time.now();
    for (const lane of this.ready) {
      if (lane.isReading) continue;
      if (lane.restsUntilMs > now) {
        this.ready.delete(lane);
        lane.lookMs = Math.min(lane.lookMs, lane.restsUntilMs);
        continue;
      }
      const slot = this.ports.slots.take(lane.webhookId, lane.host ?? NOWHERE);
      if (slot === undefined) continue;
      this.ready.delete(lane);
      const flight = this.turn(lane, slot).finally(() => {
        this.flights.delete(flight);
        this.pump();
      });
      this.flights.add(flight);
    }
  }

  private async turn(lane: Lane, slot: Slot): Promise<void> {
    let claimed: Claimed | undefined;
    lane.isReading = true;
    try {
      if (lane.host === undefined) await this.findHost(lane);
      else claimed = await this.next(lane);
    } catch (error) {
      this.troubled(lane, error);
    } finally {
      lane.isReading = false;
      if (claimed === undefined) this.ports.slots.release(slot);
    }
    if (claimed === undefined) return this.settle(lane);
    // Stopped meanwhile: it is this instance's at the next start, too, or another's after a while.
    if (!this.isOpen) return this.ports.slots.release(slot);
    lane.flying.add(claimed.waiting.position);
    // There may be more of it, when the others have had their turns.
    this.ready.add(lane);
    this.pump();
    await this.fly(lane, slot, claimed);
  }

  /** Whose host it is decides which slots there are: it is looked at again with that. */
  private async findHost(lane: Lane): Promise<void> {
    const registration = await this.ports.registrations.find(lane.webhookId);
    lane.host = registration === undefined ? lane.webhookId : new URL(registration.url).host;
    this.ready.add(lane);
  }

  /** What is due and nobody's yet, made ours. Undefined where there is nothing now: then the lane knows when to look again. */
  private async next(lane: Lane): Promise<Claimed | undefined> {
    let firstMs = lane.fromMs;
    lane.isTouched = false;
    lane.readFromMs = lane.fromMs;
    lane.fromMs = NEVER;
    try {
      const { found, leftMs } = await this.read(lane);
      firstMs = leftMs;
      return found;
    } finally {
      // What came meanwhile may be due earlier.
      lane.fromMs = Math.min(lane.fromMs, firstMs);
      lane.readFromMs = NEVER;
    }
  }

  private async read(lane: Lane): Promise<{ readonly found: Claimed | undefined; readonly leftMs: number }> {
    const { outbox, attempts, time } = this.ports;
    let leftMs = NEVER;
    let passed = 0;
    lane.lookMs = NEVER;
    for await (const waiting of outbox.of(lane.partition, lane.webhookId, lane.readFromMs)) {
      const { dueMs, position } = waiting;
      if (dueMs > time.now()) {
        lane.lookMs = Math.min(lane.lookMs, dueMs);
        return { found: undefined, leftMs: Math.min(leftMs, dueMs) };
      }
      const found = lane.flying.has(position) ? dueMs : await attempts.claim(waiting);
      if (found === undefined) continue;
      leftMs = Math.min(leftMs, dueMs);
      if (typeof found === 'object') return { found, leftMs };
      if (lane.flying.has(position)) continue;
      lane.lookMs = Math.min(lane.lookMs, found);
      if (++passed >= PASSED_MAX) break;
    }
    return { found: undefined, leftMs };
  }

  private async fly(lane: Lane, slot: Slot, claimed: Claimed): Promise<void> {
    const { attempts, slots } = this.ports;
    try {
      const { dueMs, wasSlow } = await attempts.make(claimed, this.stopping.signal);
      if (wasSlow !== undefined) slots.learn(slot.host, wasSlow);
      if (dueMs !== undefined) this.entered({ ...claimed.waiting, dueMs });
    } catch (error) {
      if (!this.stopping.signal.aborted) this.troubled(lane, error);
    } finally {
      lane.flying.delete(claimed.waiting.position);
      slots.release(slot);
      this.settle(lane);
    }
  }

  /** A lane with nothing left is forgotten. */
  private settle(lane: Lane): void {
    if (lane.isTouched || lane.lookMs <= this.ports.time.now()) this.ready.add(lane);
    const isIdle = lane.lookMs === NEVER && lane.flying.size === 0 && !lane.isReading;
    if (isIdle && !this.ready.has(lane)) this.lanes.delete(lane.key);
  }

  private troubled(lane: Lane, error: unknown): void {
    this.ports.report(error);
    lane.restsUntilMs = this.ports.time.now() + TROUBLE_MS;
    lane.lookMs = Math.min(lane.lookMs, lane.restsUntilMs);
  }
}
