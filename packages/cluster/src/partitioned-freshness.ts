// Waiting for views that are filled from several partitions of the bus, here or in another process.
import type { CallContext, ClientOf, relayContract } from '@tallystick/contracts';
import { pause } from '@tallystick/transport/pause';
import type { Freshness, ViewReader } from '@tallystick/views';

const POLL_MS = 10;
/** After which a position that does not come is asked the relay about: its event may be in another partition. */
const OWN_EVENT_MS = 100;
const NEVER = new AbortController().signal;

export interface PartitionedFreshnessPorts {
  readonly views: Pick<ViewReader, 'progress'>;
  /** Under which name the views' writer says how far it came. */
  readonly consumer: string;
  readonly partitionOf: (accountId: string) => number;
  readonly relay: ClientOf<typeof relayContract>;
  readonly context: (signal: AbortSignal) => CallContext;
}

interface Waiter {
  readonly position: bigint;
  readonly wake: () => void;
  readonly fail: (error: unknown) => void;
}

/**
 * An account's event is in one partition: its progress tells. Without an account, the relay is asked what it has put where: everything up
 * to the position is seen once each partition has what the relay put there last (or has passed the position itself).
 */
export class PartitionedFreshness implements Freshness {
  private readonly seen = new Map<number, bigint>();
  private readonly waiting = new Map<number, Set<Waiter>>();

  constructor(private readonly ports: PartitionedFreshnessPorts) {}

  /** Told of what this process wrote itself, so that nobody need ask for it. */
  progressed(partition: number, position: bigint): void {
    if (position <= this.seenOf(partition)) return;
    this.seen.set(partition, position);
    this.wake(partition, position);
  }

  /** What was told is of views that are no longer read. */
  forget(): void {
    this.seen.clear();
  }

  async waitUntil(position: bigint, signal: AbortSignal, accountId?: string): Promise<void> {
    if (accountId !== undefined) return this.reachedForAccount(this.ports.partitionOf(accountId), position, signal);
    const last = await this.relayed(position, signal);
    await Promise.all(
      last.map((each) => this.reached(each.partition, each.position < position ? each.position : position, signal)),
    );
  }

  /** Mostly the event is the account's own. Where it is another's, nothing more may come into the account's partition for long. */
  private async reachedForAccount(partition: number, position: bigint, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (this.seenOf(partition) >= position) return;
    const reached = new AbortController();
    const either = AbortSignal.any([signal, reached.signal]);
    try {
      await Promise.race([
        this.reached(partition, position, either),
        this.reachedAsRelayed(partition, position, either),
      ]);
    } finally {
      reached.abort();
    }
  }

  private async reachedAsRelayed(partition: number, position: bigint, signal: AbortSignal): Promise<void> {
    await pause(OWN_EVENT_MS, signal);
    signal.throwIfAborted();
    let needed = position;
    try {
      const last = (await this.relayed(position, signal)).find((each) => each.partition === partition)?.position ?? 0n;
      if (last < position) needed = last;
    } catch {
      // Without the relay only the partition's own progress tells.
    }
    await this.reached(partition, needed, signal);
  }

  /** The last position in each partition, once everything up to the position is in Kafka. */
  private async relayed(position: bigint, signal: AbortSignal) {
    for (;;) {
      signal.throwIfAborted();
      const progress = await this.ports.relay.progress({}, this.ports.context(signal));
      if (progress.position >= position) return progress.partitions;
      await pause(POLL_MS, signal);
    }
  }

  private async reached(partition: number, position: bigint, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (this.seenOf(partition) >= position) return;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const stop = () => reject(signal.reason);
    const waiter = { position, wake: resolve, fail: reject };
    const waiters = this.waiting.get(partition);
    if (waiters === undefined) {
      this.waiting.set(partition, new Set([waiter]));
      void this.poll(partition);
    } else waiters.add(waiter);
    signal.addEventListener('abort', stop, { once: true });
    try {
      await promise;
    } finally {
      signal.removeEventListener('abort', stop);
      const left = this.waiting.get(partition);
      left?.delete(waiter);
      if (left?.size === 0) this.waiting.delete(partition);
    }
  }

  /** One reader for all who wait for a partition, for as long as somebody does. */
  private async poll(partition: number): Promise<void> {
    for (let waiters = this.waiting.get(partition); waiters !== undefined; waiters = this.waiting.get(partition)) {
      try {
        // Not remembered: the views that another process writes may go over to a generation that is not as far yet.
        this.wake(partition, await this.ports.views.progress(this.ports.consumer, partition));
      } catch (error) {
        for (const waiter of waiters) waiter.fail(error);
      }
      await pause(POLL_MS, NEVER);
    }
  }

  private wake(partition: number, position: bigint): void {
    for (const waiter of this.waiting.get(partition) ?? []) if (waiter.position <= position) waiter.wake();
  }

  private seenOf(partition: number): bigint {
    return this.seen.get(partition) ?? 0n;
  }
}
