// Tells whoever listens to a feed that it may have changed. What changed each listener reads itself, after its own cursor, so that
// nothing is lost or doubled, however often it is told.
import type { Bus, Consumer, Delivery } from '@tallystick/bus';
import { metadataReader } from '@tallystick/events';
import type { AccountId } from '@tallystick/ledger-core';
import { CallFailed } from '@tallystick/transport';
import type { Freshness, ViewReader } from '@tallystick/views';

export interface Listener {
  readonly accountId: AccountId;
  /** The view may hold something new. */
  wake(): void;
  /** The service stops. */
  end(): void;
}

export interface FeedLivePorts {
  readonly bus: Bus;
  readonly views: Pick<ViewReader, 'progress'>;
  readonly freshness: Freshness;
  /** Under which name the view's writer says how far it came. */
  readonly viewsConsumer: string;
  /** Its own in each process: every one of them must see every event. */
  readonly name: string;
  readonly report: (error: unknown) => void;
}

const LISTENERS_MAX = 10_000;
const readAccountId = metadataReader(['accountId']);

/** A consumer without a checkpoint that runs only while somebody listens. */
export class FeedLive implements Consumer {
  readonly name: string;
  private readonly listeners = new Map<AccountId, Set<Listener>>();
  private count = 0;
  private closed = false;
  private stopping = new AbortController();
  private running: Promise<void> = Promise.resolve();

  constructor(private readonly ports: FeedLivePorts) {
    this.name = ports.name;
  }

  /**
   * The listener is to read once after this, and then whenever it is woken.
   * @returns what ends the listening
   * @throws CallFailed `unavailable` where too many listen, or the service stops
   */
  listen(listener: Listener): () => void {
    if (this.closed || this.count >= LISTENERS_MAX)
      throw new CallFailed({ code: 'unavailable', message: 'no more listeners can be served now', retryable: true });
    const { accountId } = listener;
    const others = this.listeners.get(accountId) ?? new Set();
    this.listeners.set(accountId, others.add(listener));
    if (this.count++ === 0) this.start();
    return () => {
      if (!others.delete(listener)) return;
      if (others.size === 0) this.listeners.delete(accountId);
      if (--this.count === 0) this.stopping.abort();
    };
  }

  /**
   * Where the view is: what it holds a listener finds when it is woken, which all are from here on; what comes after is delivered. It
   * does not matter how often this is asked, or how late after a listener's first read.
   */
  async resumeAfter(partition: number): Promise<bigint> {
    const position = await this.ports.views.progress(this.ports.viewsConsumer, partition);
    for (const listeners of this.listeners.values()) for (const listener of listeners) listener.wake();
    return position;
  }

  /** Whoever begins to listen after the view has these events finds them by its own first read. */
  async apply({ events }: Delivery): Promise<void> {
    const last = events.at(-1);
    const { signal } = this.stopping;
    if (last === undefined || signal.aborted) return;
    await this.ports.freshness.waitUntil(last.position, signal).catch((error) => {
      if (!signal.aborted) throw error;
    });
    const touched = new Set<AccountId>();
    for (const { metadata } of events) {
      const { accountId } = readAccountId(metadata);
      if (accountId !== null && this.listeners.has(accountId)) touched.add(accountId);
    }
    for (const accountId of touched) for (const listener of this.listeners.get(accountId) ?? []) listener.wake();
  }

  /** Ends every listener. */
  async close(): Promise<void> {
    this.closed = true;
    this.stopping.abort();
    for (const listeners of [...this.listeners.values()]) for (const listener of [...listeners]) listener.end();
    await this.running;
  }

  private start(): void {
    const stopping = new AbortController();
    this.stopping = stopping;
    // One run at a time: the one before was told to end when the last listener left.
    this.running = this.running
      .then(() => this.ports.bus.run(this, stopping.signal))
      .catch((error) => this.ports.report(error));
  }
}
